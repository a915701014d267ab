import middy from '@middy/core';
import { defined } from '../domain/defined.ts';
import { type MarkedJob, markJob } from '../ledger/job-marks.ts';
import type { JobName } from '../workflow/functions.ts';
import { env } from './env.ts';
import { withRequestId } from './invocation.ts';
import { log } from './logger.ts';
import { emit } from './metrics.ts';
import { asError, redactError, safeFrames } from './safe-error.ts';

/** The input of a job: an event of EventBridge, and its remaining time. */
export type JobInput = { event: unknown; remainingMs: () => number };

/** How many items a job handled, and how many of them failed and were logged. */
export type Tally = { seen: number; failed: number };

/**
 * Makes the Lambda handler of a job. EventBridge invokes it asynchronously: after an error Lambda retries it or keeps the event.
 * The number of failed items is a metric with an alarm.
 */
export const job = (name: JobName, run: (input: JobInput) => Promise<Tally>) =>
  withRequestId<unknown, Tally>(
    middy<unknown, Tally>()
      .use({
        before: (request) => {
          (request.internal as { startedAt: number }).startedAt = performance.now();
        },
        after: (request) => {
          const { seen = 0, failed = 0 } = request.response ?? {};
          const { startedAt } = request.internal as { startedAt: number };
          emit('SweepFailures', failed);
          log('info', 'done', { step: name, seen, failed, milliseconds: Math.round(performance.now() - startedAt) });
        },
        onError: (request) => {
          emit('SweepFailures', 1);
          request.error = redactError(logError(name, request.error));
        },
      })
      .handler((event, context) => run({ event, remainingMs: () => context.getRemainingTimeInMillis() })),
  );

/** Writes that a job has run, for operators. A mark that cannot be written is logged, and fails no job. */
export const leaveMark = async (name: MarkedJob, tally: Tally, keyDays?: number): Promise<Tally> => {
  const mark = defined({ name, at: new Date().toISOString(), ...tally, keyDays });
  await markJob(env('TABLE_NAME'), mark).catch((error: unknown) => logError(name, error));
  return tally;
};

/**
 * Logs the error of one item, by name and stack frames, so that the job continues with the others.
 * @returns the thrown value as an Error
 */
export const logError = (name: JobName, thrown: unknown, revalidationId?: string): Error => {
  const error = asError(thrown);
  log('error', 'thrown', { step: name, revalidationId, error: error.name, at: safeFrames(error).join(' ') });
  return error;
};
