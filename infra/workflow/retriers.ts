import type { Retrier } from './asl.ts';

export const never = (...names: string[]): Retrier => ({ ErrorEquals: names, MaxAttempts: 0 });

/** Every other error (throttles, crashes, lost connections): 2, 4, 8, 16, 30 s, with jitter. */
export const anything: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  MaxAttempts: 5,
  JitterStrategy: 'FULL',
};

/** A record matters more than one poll: 2 s to 60 s, up to four minutes in total. */
export const recording: Retrier = { ...anything, MaxDelaySeconds: 60, MaxAttempts: 8 };

/** The owner of a claim may run as long as the machine: 5 s to 60 s apart, until ten minutes before the machine's limit. */
export const whileClaimedElsewhere: Retrier = {
  ErrorEquals: ['ClaimedElsewhereError'],
  IntervalSeconds: 5,
  BackoffRate: 1.5,
  MaxDelaySeconds: 60,
  MaxAttempts: 472,
};

/** A new enrollment becomes ready within seconds or not at all: 1, 2, 4, 8 s (seen: Truora's own SDK waits as long). */
export const whileEnrollmentPending: Retrier = {
  ErrorEquals: ['EnrollmentPendingError'],
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxAttempts: 4,
};

/** Truora is busy or unreachable, and a repeat is free: 5 s to 60 s, about 15 minutes, with jitter. */
export const whileBusy: Retrier = {
  ErrorEquals: ['TruoraBusyError', 'TruoraUncertainError'],
  IntervalSeconds: 5,
  BackoffRate: 1.5,
  MaxDelaySeconds: 60,
  MaxAttempts: 30,
  JitterStrategy: 'FULL',
};

/** The same when S3 cut the media off: the validation is paid for, and in the end Truora is asked what arrived. */
export const whileMoving: Retrier = { ...whileBusy, ErrorEquals: [...whileBusy.ErrorEquals, 'MediaUnreadError'] };

/** A rotated key is read again after a minute. A call with a refused key is not executed, so the repeat is free. */
export const afterRotation: Retrier = {
  ErrorEquals: ['TruoraUnauthorizedError'],
  IntervalSeconds: 61,
  MaxAttempts: 1,
};

/** Before the charged call many executions may wait for the same throttle: `whileBusy`, for about half an hour. */
export const whileThrottled: Retrier = { ...whileBusy, MaxAttempts: 60 };

/**
 * The result of a create call for the person, of this or another execution, is not known yet. Many may wait, hence the jitter.
 * About half an hour in total: two lost calls take three settle windows and the polls after them (3 minutes, or 15 with the
 * longest window that may be configured).
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
 * A retry is safe after any crash: the function finds the intent that it wrote before it called Truora. 15 s apart, so that a
 * throttle or a short outage is over.
 */
export const whileCreating: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 15,
  BackoffRate: 1,
  MaxAttempts: 8,
};

/** How long AwaitMedia waits for the event of a recording before it looks for one itself. The shortest usual link lives 300 s. Seconds. */
export const LOOK_SECONDS = 30;

/**
 * The look for a recording whose event was lost, until the upload link has expired. Between two looks the execution has no token: 1 s at
 * first, 1.6 s after five minutes, and at most 30 s, so that even the shortest waits reach six hours with 720 looks.
 */
export const whileRecording: Retrier = {
  ErrorEquals: ['States.Timeout'],
  IntervalSeconds: 1,
  BackoffRate: 1.05,
  MaxDelaySeconds: 30,
  MaxAttempts: 780,
};

/** Pause before the first poll without a webhook: it costs the same as a poll and makes no call to Truora. Seconds. */
export const FIRST_PAUSE_SECONDS = 3;

/**
 * The timed poll. One billed transition a poll, against three for Wait, Task and Choice. 2 s growing by 10 % to 60 s is 387
 * polls in six hours, and with the pause before the first one the best of the schedules that were measured
 * (test/bench/RESULTS.md). The verdict is paid for, so every error is retried. ReadVerdict itself stops at the deadline;
 * MaxAttempts is a limit that fits into the machine's own time.
 */
export const whilePending: Retrier = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 2,
  BackoffRate: 1.1,
  MaxDelaySeconds: 60,
  MaxAttempts: 400,
};
