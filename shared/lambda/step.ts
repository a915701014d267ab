import middy from '@middy/core';
import { defined } from '../domain/defined.ts';
import { NamedError } from '../domain/errors.ts';
import type { Claim, Outcome } from '../domain/revalidation.ts';
import { checkOutput, type Input, type Output, readInput, type StepName, steps } from '../workflow/contract.ts';
import { log } from './logger.ts';
import { emit, emitOutcome } from './metrics.ts';
import { redactError } from './safe-error.ts';

/** What the wrapper keeps of one invocation: only of input that was parsed does anything reach the log. */
type Kept = { startedAt: number; revalidationId?: string | undefined };

/**
 * Makes a Lambda handler of a step: the journal is parsed before, the one new entry is checked after, and an error leaves
 * with its name, its reason and nothing that could tell a person or a secret apart.
 */
export const step = <S extends StepName>(name: S, run: (input: Input<S>) => Promise<Output<S>>) => {
  const report = (
    message: string,
    { startedAt, revalidationId }: Kept,
    more: { error?: string; reason?: string } = {},
  ) =>
    log('info', message, {
      step: name,
      revalidationId,
      milliseconds: Math.round(performance.now() - startedAt),
      ...more,
    });
  return middy<unknown, Output<S>>()
    .use({
      before: (request) => {
        const kept = request.internal as Kept;
        kept.startedAt = performance.now();
        const input = readInput(name, request.event);
        kept.revalidationId = (input as { claim?: Claim }).claim?.revalidationId;
        request.event = input;
      },
      after: (request) => {
        const output = checkOutput(name, request.response as Output<S>);
        const kept = request.internal as Kept;
        kept.revalidationId ??= (output as Partial<Claim> | undefined)?.revalidationId;
        request.response = output;
        report('done', kept);
        emit('StepsDone', 1, { step: name });
        // ReadOutcome only gives back what was counted when it was recorded.
        if (steps[name].writes === 'outcome' && name !== 'ReadOutcome') emitOutcome(output as Outcome);
      },
      onError: (request) => {
        const error =
          request.error instanceof Error ? request.error : new TypeError('something that is no error was thrown');
        const reason = error instanceof NamedError ? error.reason : undefined;
        report('thrown', request.internal as Kept, defined({ error: error.name, reason }));
        request.error = redactError(error);
      },
    })
    .handler((event) => run(event as Input<S>));
};
