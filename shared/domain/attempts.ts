import * as z from 'zod/mini';
import { CreationUnconfirmedError, CreationUnsettledError } from './errors.ts';
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
    /** Not on a list that did not show a later call of ours either: it may have been charged, and nobody can tell. */
    'blind',
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
export const mayCreate = (attempts: readonly Attempt[], onUnresolved: OnUnresolved): boolean =>
  attempts.length < MOST_ATTEMPTS &&
  attempts.every(({ result }) => result === 'not_found' || (result === 'orphaned' && onUnresolved === 'create-again'));

/** How much each result knows. What knows less never takes the place of what knows more, however late it is written. */
const weights = { unconfirmed: 0, not_found: 1, blind: 1, orphaned: 2, adopted: 3, created: 3 } as const;

/** Whether a validation may yet turn up that nobody knows of: a call that was given up may be executed later than that. */
export const isInDoubt = ({ result }: Attempt): boolean => weights[result] < weights.orphaned;

/** Whether a look has not found it, which is worth as much as the list is. */
export const isNotFound = ({ result }: Attempt): boolean => weights[result] === weights.not_found;

/** An attempt is known by the time of its intent. */
export const withAttempt = (attempts: readonly Attempt[] = [], attempt: Attempt): Attempt[] => {
  const standing = attempts.find(({ at }) => at === attempt.at);
  if (!standing) return [...attempts, attempt];
  const better = weights[attempt.result] < weights[standing.result] ? standing : attempt;
  return attempts.map((one) => (one === standing ? better : one));
};

/**
 * The attempts that a list was believed not to show, and the attempt after them, which Truora answered: only a list that shows
 * that one says anything of them. What was found on a list itself needs no proof.
 */
export const inNeedOfProof = (attempts: readonly Attempt[] = [], validationId: string) => ({
  own: attempts.find((one) => one.validationId === validationId && one.result === 'created'),
  unproved: attempts.filter(({ result }) => result === 'not_found'),
});

export const asBlind = (attempt: Attempt): Attempt => ({ ...attempt, result: 'blind' });

/** Why no more is asked: what stands on the record of the calls before. */
export const creationGivenUp = (attempts: readonly Attempt[]) =>
  attempts.some(({ result }) => result === 'blind')
    ? new CreationUnconfirmedError(
        'list_blind',
        'the list of this person at Truora shows no call of ours, so each may have been charged; a person has to decide',
      )
    : new CreationUnconfirmedError(
        'creation_unconfirmed',
        'Truora may have charged for a validation that cannot be used; a person has to decide',
      );

export const creationUnsettled = () =>
  new CreationUnsettledError('creation_unsettled', 'what became of a call for the same person is not known yet');
