import * as z from 'zod/mini';
import { TruoraId } from './ids.ts';
import { Timestamp } from './revalidation.ts';

/**
 * One call to create a validation that may have reached Truora, and may have been charged. Truora takes no idempotency
 * key, so this is all there is to count by: the record keeps every attempt and what became of it.
 */
export const Attempt = z.object({
  n: z.int().check(z.minimum(1)),
  /** When its intent was opened, just before the call. */
  at: Timestamp,
  result: z.enum([
    /** Truora answered. */
    'created',
    /** The answer was lost; the validation was found on the person's list, with a link to upload to. */
    'adopted',
    /** A validation came of it that cannot be used: it has no link, or nobody waited for it any more. */
    'orphaned',
    /** Not on the person's list when it was looked for: it never reached Truora. */
    'not_found',
    /** Nobody knows yet. */
    'unconfirmed',
  ]),
  validationId: z.optional(TruoraId),
});
export type Attempt = z.infer<typeof Attempt>;

/** What to do about a validation that was created and cannot be used: leave it to a person, or pay for another one. */
export const OnUnresolved = z.enum(['fail-for-human', 'create-again']);
export type OnUnresolved = z.infer<typeof OnUnresolved>;

/** A call that was lost twice is no accident any more, and each may have been charged. */
export const MOST_ATTEMPTS = 2;

/** Whether Truora may be asked (once more) to create a validation. */
export const mayAsk = (attempts: readonly Attempt[], onUnresolved: OnUnresolved): boolean =>
  attempts.length < MOST_ATTEMPTS &&
  attempts.every(({ result }) => result === 'not_found' || (result === 'orphaned' && onUnresolved === 'create-again'));

/** Whether a validation may yet turn up that nobody knows of: a call that was given up may be executed later than that. */
export const isInDoubt = ({ result }: Attempt): boolean => result === 'not_found' || result === 'unconfirmed';

/** An attempt is known by the time of its intent: what is known of it now takes the place of what was known before. */
export const withAttempt = (attempts: readonly Attempt[] = [], attempt: Attempt): Attempt[] => [
  ...attempts.filter(({ at }) => at !== attempt.at),
  attempt,
];
