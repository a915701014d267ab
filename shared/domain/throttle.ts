import * as z from 'zod/mini';
import { defined } from './defined.ts';
import { SpendingRefusedError, TruoraBusyError } from './errors.ts';

/** A larger number is in milliseconds: as seconds it would be in the year 5138. */
const LATEST_SECONDS = 1e11;

/** A time as a person writes it: a date with or without milliseconds or zone, or seconds or milliseconds since 1970. */
const readTime = (written: unknown): string | undefined => {
  const text = String(written).trim();
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  const at = new Date(number === undefined ? text : number < LATEST_SECONDS ? number * 1000 : number);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

/** The values of an open switch. Any other value closes it, so that every manual change stops the charges. */
const OPEN = ['', 'false', 'no', 'off', 'open', '0', 'null', 'undefined'];

const readSwitch = (written: unknown): string | undefined => {
  const text = String(written ?? '').trim();
  return OPEN.includes(text.toLowerCase()) ? undefined : text;
};

/**
 * The throttle before Truora, shared by all runs. Operators edit its item in the console, so every field is parsed leniently:
 * no form of a value may make the runs fail.
 */
export const Throttle = z.pipe(
  z.record(z.string(), z.unknown()),
  z.transform((item): { notBefore?: string; closed?: string } => {
    const [notBefore, closed] = [readTime(item.notBefore), readSwitch(item.closed)];
    return defined({
      /** After a 429: no call to Truora before this time. An unreadable time has no effect. */
      notBefore,
      /** The kill switch: an operator's reason why no validation is created. Reads go on, because a verdict is charged already. */
      closed,
    });
  }),
);

export type Throttle = z.infer<typeof Throttle>;

/** The wait after a 429 without `Retry-After`, and the longest wait that is accepted. Seconds. */
const DEFAULT_WAIT = 2;

const LONGEST_WAIT = 300;

/** The earliest time of the next call after a 429. @param retryAfterSeconds the `Retry-After`, if any */
const notBeforeAfter = (retryAfterSeconds: number | undefined, now: Date): string => {
  const seconds = Math.min(LONGEST_WAIT, Math.max(1, retryAfterSeconds ?? DEFAULT_WAIT));
  return new Date(now.getTime() + seconds * 1000).toISOString();
};

/** The change of the throttle after a 429. The latest time stays. */
export const backOffOf = (retryAfterSeconds: number | undefined, now: Date) => {
  const notBefore = notBeforeAfter(retryAfterSeconds, now);
  return { set: { notBefore }, whileBelow: { notBefore } };
};

/**
 * The write over a text that is no later time. An operator's text may sort behind every time, and would switch the waiting off.
 * @returns undefined when the existing text is a later time
 */
export const backOffOver = (existing: unknown, { notBefore }: { notBefore: string }) => {
  const isLater = Date.parse(String(readTime(existing))) > Date.parse(notBefore);
  return typeof existing === 'string' && !isLater ? { set: { notBefore }, when: { notBefore: [existing] } } : undefined;
};

/** Reads the stored throttle, and stores that all runs back off. */
export type ThrottleStore = {
  /** An eventual read (the default) may be a second old and costs half. The kill switch needs a consistent one. */
  read: (how?: { consistent: boolean }) => Promise<Throttle>;
  backOff: (retryAfterSeconds: number | undefined) => Promise<void>;
};

/** Whether the error is a 429, of this call or of another run. */
export const isBackOff = (error: unknown): error is TruoraBusyError =>
  error instanceof TruoraBusyError && error.reason === 'truora_rate_limited';

/**
 * One call to Truora that does not read the throttle. A 429 makes all other runs back off; the call's own error is thrown even
 * where that could not be stored.
 */
export const unthrottled = async <Answer>({ backOff }: ThrottleStore, ask: () => Promise<Answer>): Promise<Answer> =>
  ask().catch(async (error) => {
    if (isBackOff(error)) await backOff(error.retryAfterSeconds).catch(() => {});
    throw error;
  });

/** One free call to Truora, unless the throttle says to wait. @throws TruoraBusyError `truora_rate_limited` */
export const throttled = async <Answer>(throttle: ThrottleStore, ask: () => Promise<Answer>): Promise<Answer> => {
  waitForThrottle(await throttle.read(), new Date());
  return unthrottled(throttle, ask);
};

/**
 * Checks that Truora may be called now. The retry of the state machine repeats the step later, spread by jitter.
 * @throws TruoraBusyError `truora_rate_limited`
 */
export const waitForThrottle = ({ notBefore }: Throttle, now: Date): void => {
  // An absent time is no date, so it is not later.
  if (Date.parse(String(notBefore)) > now.getTime()) {
    throw new TruoraBusyError('truora_rate_limited', 'Truora asked all runs to wait');
  }
};

/** The checks before a charged call: the kill switch and the throttle. @throws SpendingRefusedError, TruoraBusyError */
export const checkThrottle = (throttle: Throttle, now: Date): void => {
  if (throttle.closed !== undefined) {
    throw new SpendingRefusedError('truora_closed', 'creating validations is switched off');
  }
  waitForThrottle(throttle, now);
};

/** The least number of counters of a day's budget, so that none is a hot key: each takes 1,000 writes a second (documented). */
const SHARDS = 10;

/**
 * The most calls of one counter. It holds a mark of 12 characters for each, so it stays below 300 KB; the limit of an item is
 * 400 KB. A counter of a thousand calls, of a budget of 10,000, has 14 KB.
 */
const MOST_ON_ONE = 20_000;

/** The limit of each counter. Their sum is the budget. */
export const sharesOf = (budget: number): number[] => {
  const shards = Math.min(Math.max(SHARDS, Math.ceil(budget / MOST_ON_ONE)), budget);
  return Array.from({ length: shards }, (_, n) => Math.floor(budget / shards) + (n < budget % shards ? 1 : 0));
};

/** The UTC day that a call is counted on. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
