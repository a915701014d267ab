import type { Retrier } from './asl.ts';

export const never = (...names: string[]): Retrier => ({ ErrorEquals: names, MaxAttempts: 0 });

/** Everything without a name of ours (throttles, crashes, lost connections): 2, 4, 8, 16, 30 s, spread by jitter. */
export const anything: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  MaxAttempts: 5,
  JitterStrategy: 'FULL',
};

/** A record is worth more patience than a look: 2 s to 60 s, up to four minutes in all. */
export const recording: Retrier = { ...anything, MaxDelaySeconds: 60, MaxAttempts: 8 };

/** The owner of a claim may take as long as the machine: 5 s to 60 s apart, until ten minutes before that is over. */
export const whileClaimedElsewhere: Retrier = {
  ErrorEquals: ['ClaimedElsewhereError'],
  IntervalSeconds: 5,
  BackoffRate: 1.5,
  MaxDelaySeconds: 60,
  MaxAttempts: 472,
};

/** A fresh enrollment becomes ready within seconds or not at all: 1, 2, 4, 8 s (Truora's own SDK waits as long: seen). */
export const whileEnrollmentPending: Retrier = {
  ErrorEquals: ['EnrollmentPendingError'],
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxAttempts: 4,
};

/** Truora is busy or away, and asking again is free: 5 s to 60 s, about a quarter of an hour, spread by jitter. */
export const whileBusy: Retrier = {
  ErrorEquals: ['TruoraBusyError', 'TruoraUncertainError'],
  IntervalSeconds: 5,
  BackoffRate: 1.5,
  MaxDelaySeconds: 60,
  MaxAttempts: 30,
  JitterStrategy: 'FULL',
};

/** The same for media that S3 broke off: it has been paid for, and in the end Truora is asked what arrived. */
export const whileMoving: Retrier = { ...whileBusy, ErrorEquals: [...whileBusy.ErrorEquals, 'MediaUnreadError'] };

/** A key that was rotated is read anew after a minute; a call that was refused was not executed, so it is free too. */
export const onceTheKeyIsNew: Retrier = {
  ErrorEquals: ['TruoraUnauthorizedError'],
  IntervalSeconds: 61,
  MaxAttempts: 1,
};

/** Before a charged call, many may wait for the same gate to open again: the same, for about half an hour. */
export const whileHeldBack: Retrier = { ...whileBusy, MaxAttempts: 60 };

/**
 * What became of a call to create is not known yet, ours or another's for the same person. Many may wait, so they come back
 * spread by jitter: about half an hour in all, where two calls that are lost take three settle windows with the looks after
 * them (3 min, or 15 with the longest window that may be configured).
 */
export const whileUnsettled: Retrier = {
  ErrorEquals: ['CreationUnsettledError'],
  IntervalSeconds: 15,
  BackoffRate: 1.2,
  MaxDelaySeconds: 60,
  MaxAttempts: 60,
  JitterStrategy: 'FULL',
};

/**
 * Whatever a crash is called, a retry is safe, because the function finds the intent it wrote before it called Truora: 15 s
 * apart, so that a throttle or a bad minute is over.
 */
export const whileCreating: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 15,
  BackoffRate: 1,
  MaxAttempts: 8,
};

/** Before the first look of who does not wait for a webhook: it costs what that look would cost, and asks nobody. Seconds. */
export const FIRST_PAUSE_SECONDS = 3;

/**
 * The timed poll. One billed transition a look, against three for Wait, Task and Choice. 2 s growing by 10 % to 60 s is
 * 387 looks in six hours, and with the pause before the first one the best of the schedules we tried
 * (test/bench/RESULTS.md). Whatever a look stumbles over, the verdict has been paid for, so it is looked at again:
 * ReadVerdict itself ends it at the deadline, and MaxAttempts is a fence that the machine's own time leaves room for.
 */
export const whilePending: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 2,
  BackoffRate: 1.1,
  MaxDelaySeconds: 60,
  MaxAttempts: 400,
};
