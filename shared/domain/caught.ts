import * as z from 'zod/mini';
import { readReason } from './errors.ts';
import type { Caught } from './revalidation.ts';

const LambdaCause = z.object({ errorMessage: z.string() });

/**
 * What a Catch left, as reason and detail. A Lambda's cause is a JSON text around the message; one of Step Functions' own
 * (a timeout, a throttle) is a sentence, of which only the error's name is kept.
 */
export const readCaught = ({
  Error: name,
  Cause = '',
}: Caught): { reason: string; rawReason?: string; detail: string } =>
  readReason(messageOf(Cause)) ?? { reason: 'unexpected', detail: `${name.slice(0, 100)} after every retry` };

const messageOf = (cause: string): string => {
  try {
    return LambdaCause.parse(JSON.parse(cause)).errorMessage;
  } catch {
    return '';
  }
};
