import middy from '@middy/core';
import type { JobName } from '../workflow/functions.ts';
import { log } from './logger.ts';
import { emit } from './metrics.ts';
import { redactError, safeFrames } from './safe-error.ts';

/** What a watch is woken with: an event of EventBridge's, and how much of its time is left. */
export type JobInput = { event: unknown; remainingMs: () => number };

/** How many things it looked at, and how many of them it could not put right and has logged. */
export type Tally = { seen: number; failed: number };

/**
 * Makes a Lambda handler of a watch. EventBridge wakes it and nobody waits for an answer, so what it throws is for Lambda,
 * which wakes it again or keeps the event, and what it could not do is a number that an alarm looks at.
 */
export const job = (name: JobName, run: (input: JobInput) => Promise<Tally>) =>
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
    .handler((event, context) => run({ event, remainingMs: () => context.getRemainingTimeInMillis() }));

/**
 * Logs what stood in the way of one thing, by name and frames: the others must not wait for it.
 * @returns the error, as an error
 */
export const logError = (name: JobName, thrown: unknown, revalidationId?: string): Error => {
  const error = thrown instanceof Error ? thrown : new TypeError('something that is no error was thrown');
  log('error', 'thrown', { step: name, revalidationId, error: error.name, at: safeFrames(error).join(' ') });
  return error;
};
