import { TruoraRejectedError } from '../domain/errors.ts';
import type { Verdict } from '../domain/revalidation.ts';
import { getValidation, type Truora } from './client.ts';
import type { ValidationAnswer } from './schemas.ts';
import { type About, verdictOf } from './verdict.ts';

/**
 * One look at a validation, and what it means. A success that brings no similarity is looked at once more, with its details:
 * nobody knows that a plain read always has them (seen answers do).
 * Where Truora refuses that, the first look counts.
 * @param isLast whether it counts as well where the second gets no answer; else its error is thrown, and all is looked at again
 */
export const lookAt = async (
  truora: Truora,
  about: Omit<About, 'at'>,
  isLast: boolean,
): Promise<{ answer: ValidationAnswer; verdict: Verdict | undefined }> => {
  const { validationId } = about.validation;
  const answer = await getValidation(truora, validationId);
  const verdict = verdictOf(answer, { ...about, at: new Date() });
  if (verdict?.reason !== 'verdict_unconfirmed') return { answer, verdict };
  const detailed = await getValidation(truora, validationId, { showDetails: true }).catch((error: unknown) => {
    if (!isLast && !(error instanceof TruoraRejectedError)) throw error;
    return answer;
  });
  return { answer: detailed, verdict: verdictOf(detailed, { ...about, at: new Date() }) ?? verdict };
};
