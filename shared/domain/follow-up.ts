import { LONGEST_LIFE_SECONDS } from './revalidation.ts';

/**
 * When the sweep looks at a record: five minutes after the claim, since no retry of a recording step takes longer and most
 * cases are decided by then, so that they are never looked at while they run.
 */
const LOOK_MINUTES = 5;

/** A run that lives long is looked at after as long as it has lived, but every hour. */
const MOST_MINUTES = 60;

/** Days that Truora is still asked about a case that is closed, when it could not be asked in time. */
const LATE_DAYS = 4;

const minutesAfter = (from: Date | string, minutes: number): Date =>
  new Date(new Date(from).getTime() + minutes * 60_000);

/** The sixteen values of the index, by the first digit of the id: it is a hash, so they fill evenly. */
export const shardOf = (revalidationId: string): string => `due#${revalidationId.charAt(3)}`;

export const shards: readonly string[] = [...'0123456789abcdef'].map((digit) => `due#${digit}`);

export const firstFollowUp = (from: Date | string): string => minutesAfter(from, LOOK_MINUTES).toISOString();

/** When an open run is looked at again; at the latest right after its deadline and the grace are over. */
export const nextFollowUp = (
  { claimedAt, used }: { claimedAt: string; used?: { deadline: string } | undefined },
  now: Date,
  graceSeconds: number,
): string => {
  const soonest = minutesAfter(now, LOOK_MINUTES);
  const age = (now.getTime() - Date.parse(claimedAt)) / 60_000;
  const usual = minutesAfter(now, Math.min(MOST_MINUTES, Math.max(LOOK_MINUTES, age)));
  const over = used ? minutesAfter(used.deadline, graceSeconds / 60 + LOOK_MINUTES) : usual;
  return (over > soonest && over < usual ? over : usual).toISOString();
};

/** When the media of an ended case goes, and Truora is asked for the last time. */
export const lastCheckAt = (decidedAt: string, mediaHours: number): string =>
  minutesAfter(decidedAt, mediaHours * 60).toISOString();

/**
 * When a case that Truora has called about late, and not decided yet, is looked at again: after as long as the call is old,
 * but every hour; until no validation can live any more.
 * @returns undefined once the call is older than that
 */
export const nextLateFollowUp = (calledAt: string, now: Date): string | undefined => {
  const age = (now.getTime() - Date.parse(calledAt)) / 60_000;
  if (age > LONGEST_LIFE_SECONDS / 60) return undefined;
  return minutesAfter(now, Math.min(MOST_MINUTES, Math.max(LOOK_MINUTES, age))).toISOString();
};

/** Until when the last look may be tried again. */
export const lastCheckUntil = (decidedAt: string, mediaHours: number): string =>
  minutesAfter(decidedAt, mediaHours * 60 + LATE_DAYS * 1440).toISOString();
