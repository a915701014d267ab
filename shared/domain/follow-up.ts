import { LONGEST_LIFE_SECONDS } from './revalidation.ts';

/**
 * Minutes from the claim to the first follow-up by the sweep. No retry of a recording step takes longer, and most cases are
 * decided by then, so they need no follow-up while they run.
 */
const FOLLOW_UP_MINUTES = 5;

/** The interval between follow-ups of a long run is the age of the run, and at most this. Minutes. */
const MOST_MINUTES = 60;

/** Days after the last check during which it is retried, when Truora could not be asked in time. */
const LATE_DAYS = 4;

const minutesAfter = (from: Date | string, minutes: number): Date =>
  new Date(new Date(from).getTime() + minutes * 60_000);

/** The index shard of a record, by the first hex digit of its id. The id is a hash, so the sixteen shards fill evenly. */
export const shardOf = (revalidationId: string): string => `due#${revalidationId.charAt(3)}`;

export const shards: readonly string[] = [...'0123456789abcdef'].map((digit) => `due#${digit}`);

export const firstFollowUp = (from: Date | string): string => minutesAfter(from, FOLLOW_UP_MINUTES).toISOString();

/** The next follow-up of an open run; at the latest directly after its deadline and the grace period. */
export const nextFollowUp = (
  { claimedAt, used }: { claimedAt: string; used?: { deadline: string } | undefined },
  now: Date,
  graceSeconds: number,
): string => {
  const soonest = minutesAfter(now, FOLLOW_UP_MINUTES);
  const age = (now.getTime() - Date.parse(claimedAt)) / 60_000;
  const usual = minutesAfter(now, Math.min(MOST_MINUTES, Math.max(FOLLOW_UP_MINUTES, age)));
  const over = used ? minutesAfter(used.deadline, graceSeconds / 60 + FOLLOW_UP_MINUTES) : usual;
  return (over > soonest && over < usual ? over : usual).toISOString();
};

/** When the media of an ended case is deleted and Truora is asked for the last time. */
export const lastCheckAt = (decidedAt: string, mediaHours: number): string =>
  minutesAfter(decidedAt, mediaHours * 60).toISOString();

/**
 * The next follow-up of an ended case with a late webhook and no verdict yet: after the age of the webhook, at most an hour.
 * @param calledAt when the webhook arrived
 * @returns undefined once the webhook is older than the longest life of a validation
 */
export const nextLateFollowUp = (calledAt: string, now: Date): string | undefined => {
  const age = (now.getTime() - Date.parse(calledAt)) / 60_000;
  if (age > LONGEST_LIFE_SECONDS / 60) return undefined;
  return minutesAfter(now, Math.min(MOST_MINUTES, Math.max(FOLLOW_UP_MINUTES, age))).toISOString();
};

/** Until when the last check may be retried. */
export const lastCheckUntil = (decidedAt: string, mediaHours: number): string =>
  minutesAfter(decidedAt, mediaHours * 60 + LATE_DAYS * 1440).toISOString();
