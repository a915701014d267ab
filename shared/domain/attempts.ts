import * as z from 'zod/mini';
import { CreationUnconfirmedError, CreationUnsettledError, MediaGoneError, SpendingRefusedError } from './errors.ts';
import { TruoraId } from './ids.ts';
import { Timestamp } from './revalidation.ts';

/**
 * One call to create a validation that may have reached Truora and may have been charged. Truora takes no idempotency key
 * (documented), so the record keeps every attempt and its result.
 */
export const Attempt = z.object({
  n: z.int().check(z.minimum(1)),
  /** When its intent was opened, directly before the call. */
  at: Timestamp,
  result: z.enum([
    /** Truora answered. */
    'created',
    /** The answer was lost; the validation was found on the person's list, with a link to upload to. */
    'adopted',
    /** It created a validation that cannot be used: there is no upload link, or the case had ended. */
    'orphaned',
    /** Not on the person's list when it was read: the call is assumed not to be executed. A later check reads the list again. */
    'not_found',
    /** Not on the list, but the list does not show a later call of ours either: it may have been charged. */
    'blind',
    /** Not known yet. */
    'unconfirmed',
  ]),
  validationId: z.optional(TruoraId),
});

export type Attempt = z.infer<typeof Attempt>;

/** What to do after a validation was created that cannot be used: leave the case to a person, or pay for another one. */
export const OnUnresolved = z.enum(['fail-for-human', 'create-again']);

export type OnUnresolved = z.infer<typeof OnUnresolved>;

/** The most calls to create a validation for one case: each lost call may have been charged. */
export const MOST_ATTEMPTS = 2;

/** Whether another validation may be created. */
export const mayCreate = (attempts: readonly Attempt[], onUnresolved: OnUnresolved): boolean =>
  attempts.length < MOST_ATTEMPTS &&
  attempts.every(({ result }) => result === 'not_found' || (result === 'orphaned' && onUnresolved === 'create-again'));

/** How certain each result is. A less certain result never replaces a more certain one, even when it is written later. */
const certainty = { unconfirmed: 0, not_found: 1, blind: 1, orphaned: 2, adopted: 3, created: 3 } as const;

/** Whether an unknown validation of this call may still appear: Truora may execute a call after we gave it up. */
export const isInDoubt = ({ result }: Attempt): boolean => certainty[result] < certainty.orphaned;

/** Whether a list did not show the validation of this call. */
export const isNotFound = ({ result }: Attempt): boolean => certainty[result] === certainty.not_found;

/** The attempts with one more, or with a more certain result of one that is there. The time of its intent identifies an attempt. */
export const withAttempt = (attempts: readonly Attempt[] = [], attempt: Attempt): Attempt[] => {
  const existing = attempts.find(({ at }) => at === attempt.at);
  if (!existing) return [...attempts, attempt];
  const better = certainty[attempt.result] < certainty[existing.result] ? existing : attempt;
  return attempts.map((one) => (one === existing ? better : one));
};

/**
 * The attempts that a list did not show, and the later attempt that Truora answered. Only a list that shows the later one is
 * evidence about the others. A validation that was found on a list needs no such evidence.
 */
export const inNeedOfProof = (attempts: readonly Attempt[] = [], validationId: string) => ({
  own: attempts.find((one) => one.validationId === validationId && one.result === 'created'),
  unproved: attempts.filter(({ result }) => result === 'not_found'),
});

export const asBlind = (attempt: Attempt): Attempt => ({ ...attempt, result: 'blind' });

/** The error for a case that may create no further validation, by the earlier attempts on its record. */
export const creationGivenUp = (attempts: readonly Attempt[]) =>
  attempts.some(({ result }) => result === 'blind')
    ? new CreationUnconfirmedError(
        'list_blind',
        'the list of this person at Truora shows none of our calls, so each may have been charged; a person must decide',
      )
    : new CreationUnconfirmedError(
        'creation_unconfirmed',
        'Truora may have charged for a validation that cannot be used; a person must decide',
      );

/**
 * Throws the error of a check before a call. `refused` promises that nothing was charged, and an earlier call of the case may have
 * been: a refusal after one ends the case as `failed`, with the refusal as its detail.
 */
export const asFailureAfter =
  (attempts: readonly Attempt[]) =>
  (error: unknown): never => {
    const isRefusal = error instanceof MediaGoneError || error instanceof SpendingRefusedError;
    if (!isRefusal || attempts.length === 0) throw error;
    const detail = `an earlier call may have been charged, and another one is refused: ${error.message}`;
    throw new CreationUnconfirmedError('creation_unconfirmed', detail);
  };

export const creationUnsettled = () =>
  new CreationUnsettledError(
    'creation_unsettled',
    'the result of an earlier call for the same person is not known yet',
  );
