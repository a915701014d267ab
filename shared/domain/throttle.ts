import * as z from 'zod/mini';
import { SpendingRefusedError, TruoraBusyError } from './errors.ts';

/** Above it a number of seconds would be in the year 5138, so it is one of milliseconds. */
const LATEST_SECONDS = 1e11;

/** A time as a person writes it: a date with or without milliseconds or zone, or seconds or milliseconds since 1970. */
const readTime = (written: unknown): string | undefined => {
  const text = String(written).trim();
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  const at = new Date(number === undefined ? text : number < LATEST_SECONDS ? number * 1000 : number);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

/** What a person writes into a switch that is to be open. Anything else closes it, for a switch that is touched is to hold. */
const OPEN = ['', 'false', 'no', 'off', 'open', '0', 'null', 'undefined'];

const readSwitch = (written: unknown): string | undefined => {
  const text = String(written ?? '').trim();
  return OPEN.includes(text.toLowerCase()) ? undefined : text;
};

/**
 * The gate before Truora, shared by all runs. Operators write its item by hand in the console, so every field is read
 * leniently: no spelling of one may stop the runs by itself.
 */
export const Throttle = z.pipe(
  z.record(z.string(), z.unknown()),
  z.transform((item): { notBefore?: string; closed?: string } => {
    const [notBefore, closed] = [readTime(item.notBefore), readSwitch(item.closed)];
    return {
      /** Truora said 429: nobody asks it anything before that time. What is no time holds back nobody. */
      ...(notBefore ? { notBefore } : {}),
      /** The kill switch: why nothing is created, in an operator's words. Reads go on, since a verdict has been paid for. */
      ...(closed ? { closed } : {}),
    };
  }),
);

export type Throttle = z.infer<typeof Throttle>;

/** What Truora may ask us to wait: a 429 without a number is a breath, and no number stops the house for longer. Seconds. */
const DEFAULT_WAIT = 2;

const LONGEST_WAIT = 300;

/** The time before which nobody should ask again, after a 429. @param retryAfterSeconds what Truora asked for, if it did */
const notBeforeAfter = (retryAfterSeconds: number | undefined, now: Date): string => {
  const seconds = Math.min(LONGEST_WAIT, Math.max(1, retryAfterSeconds ?? DEFAULT_WAIT));
  return new Date(now.getTime() + seconds * 1000).toISOString();
};

/** What a 429 changes about the gate. The latest time stands: an earlier one never takes it back. */
export const backOffOf = (retryAfterSeconds: number | undefined, now: Date) => {
  const notBefore = notBeforeAfter(retryAfterSeconds, now);
  return { set: { notBefore }, whileBelow: { notBefore } };
};

/**
 * The write over a text that is no later time. An operator's text may sort behind every time, and would switch the waiting off.
 * @returns undefined when what stands is a later time
 */
export const backOffOver = (standing: unknown, { notBefore }: { notBefore: string }) => {
  const isLater = Date.parse(readTime(standing) ?? '') > Date.parse(notBefore);
  return typeof standing === 'string' && !isLater ? { set: { notBefore }, when: { notBefore: [standing] } } : undefined;
};

/** Whoever can read the gate, and hold everybody back. */
export type ThrottleStore = {
  /** An eventual read (the default) may be a second old and costs half. The kill switch needs a consistent one. */
  read: (how?: { consistent: boolean }) => Promise<Throttle>;
  backOff: (retryAfterSeconds: number | undefined) => Promise<void>;
};

/** Whether Truora said 429, to us or to somebody who has told us. */
export const isBackOff = (error: unknown): error is TruoraBusyError =>
  error instanceof TruoraBusyError && error.reason === 'truora_rate_limited';

/** One call to Truora, whatever the gate says; a 429 holds back all others. Whoever made it comes back even where it could not. */
export const unthrottled = async <Answer>(
  { backOff: holdBack }: ThrottleStore,
  ask: () => Promise<Answer>,
): Promise<Answer> =>
  ask().catch(async (error) => {
    if (isBackOff(error)) await holdBack(error.retryAfterSeconds).catch(() => {});
    throw error;
  });

/** One question to Truora that costs nothing, unless the gate says to wait. @throws TruoraBusyError `truora_rate_limited` */
export const throttled = async <Answer>(gate: ThrottleStore, ask: () => Promise<Answer>): Promise<Answer> => {
  waitForThrottle(await gate.read(), new Date());
  return unthrottled(gate, ask);
};

/**
 * Whoever is about to ask Truora anything waits while the gate says so: the machine's retry brings all of them back, spread
 * by jitter. @throws TruoraBusyError `truora_rate_limited`
 */
export const waitForThrottle = ({ notBefore }: Throttle, now: Date): void => {
  if (notBefore !== undefined && Date.parse(notBefore) > now.getTime()) {
    throw new TruoraBusyError('truora_rate_limited', 'Truora has asked all of us to wait');
  }
};

/** Whoever is about to spend money waits, and goes away while the switch is off. @throws SpendingRefusedError as well */
export const checkThrottle = (gate: Throttle, now: Date): void => {
  if (gate.closed !== undefined) {
    throw new SpendingRefusedError('truora_closed', 'creating validations has been switched off');
  }
  waitForThrottle(gate, now);
};

/** Counters that a day's budget is spread over at least, so that none of them is hot: each takes 1,000 writes a second. */
const SHARDS = 10;

/**
 * Calls that one counter keeps at most. It holds a mark of 12 characters for each, so it stays below 300 KB of the 400 KB that
 * an item may have; a counter of a thousand calls, of a budget of 10,000, has 14 KB.
 */
const MOST_ON_ONE = 20_000;

/** The counters of a budget, and what each may count to. In sum they are the budget, whole. */
export const sharesOf = (budget: number): number[] => {
  const shards = Math.min(Math.max(SHARDS, Math.ceil(budget / MOST_ON_ONE)), budget);
  return Array.from({ length: shards }, (_, n) => Math.floor(budget / shards) + (n < budget % shards ? 1 : 0));
};

/** The day a call is counted on: UTC's, whoever asks. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
