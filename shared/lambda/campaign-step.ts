import middy from '@middy/core';
import type * as z from 'zod/mini';
import type { CampaignStep } from '../workflow/functions.ts';
import { withRequestId } from './invocation.ts';
import { log } from './logger.ts';
import { asError, redactError } from './safe-error.ts';

/** The parsed event of a step, and its remaining time. */
export type CampaignInput<Event> = { event: Event; remainingMs: () => number };

/**
 * Makes the Lambda handler of a step of the machine of campaigns. It parses the event, which the machine makes, and reduces an error to
 * its name and reason, without personal data.
 */
export const campaignStep = <Schema extends z.ZodMiniType, Result>(
  name: CampaignStep,
  schema: Schema,
  run: (input: CampaignInput<z.infer<Schema>>) => Promise<Result>,
) =>
  withRequestId<unknown, Result>(
    middy<unknown, Result>()
      .use({
        onError: (request) => {
          const error = asError(request.error);
          log('info', 'thrown', { step: name, error: error.name });
          request.error = redactError(error);
        },
      })
      .handler((event, context) =>
        run({ event: schema.parse(event), remainingMs: () => context.getRemainingTimeInMillis() }),
      ),
  );
