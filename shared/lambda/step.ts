import middy from '@middy/core';
import { defined } from '../domain/defined.ts';
import { NamedError } from '../domain/errors.ts';
import type { Claim } from '../domain/revalidation.ts';
import { checkOutput, type Input, type Output, readInput, type StepName } from '../workflow/contract.ts';
import { withRequestId } from './invocation.ts';
import { log } from './logger.ts';
import { emit } from './metrics.ts';
import { asError, redactError } from './safe-error.ts';

/** The wrapper's data of one invocation. Only parsed input reaches the log. */
type Kept = { startedAt: number; revalidationId?: string | undefined };

/**
 * Makes the Lambda handler of a step: it parses the journal before, checks the one new entry after, and reduces an error to its
 * name and reason, without personal data or secrets.
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
  const handler = middy<unknown, Output<S>>()
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
      },
      onError: (request) => {
        const error = asError(request.error);
        const reason = error instanceof NamedError ? error.reason : undefined;
        report('thrown', request.internal as Kept, defined({ error: error.name, reason }));
        request.error = redactError(error);
      },
    })
    .handler((event) => run(event as Input<S>));
  return withRequestId<unknown, Output<S>>(handler);
};
