import { TruoraRejectedError } from '../domain/errors.ts';
import type { Verdict } from '../domain/revalidation.ts';
import type { ValidationAnswer } from './schemas.ts';
import { type About, verdictOf } from './verdict.ts';

/**
 * One look at a validation, and what it means. A success that brings no similarity is looked at once more, with its details:
 * nobody knows that a plain read always has them (seen answers do).
 * Where Truora refuses that, the first look counts.
 * @param look reads the validation, with its details if it is told so
 * @param isLast whether it counts as well where the second gets no answer; else its error is thrown, and all is looked at again
 */
export const readDecision = async (
  look: (how: { showDetails: boolean }) => Promise<ValidationAnswer>,
  about: Omit<About, 'at'>,
  isLast: boolean,
): Promise<{ answer: ValidationAnswer; verdict: Verdict | undefined }> => {
  const answer = await look({ showDetails: false });
  const verdict = verdictOf(answer, { ...about, at: new Date() });
  if (verdict?.reason !== 'verdict_unconfirmed') return { answer, verdict };
  const detailed = await look({ showDetails: true }).catch((error: unknown) => {
    if (!isLast && !(error instanceof TruoraRejectedError)) throw error;
    return answer;
  });
  return { answer: detailed, verdict: verdictOf(detailed, { ...about, at: new Date() }) ?? verdict };
};
