import { TruoraRejectedError } from '../domain/errors.ts';
import type { Verdict } from '../domain/revalidation.ts';
import type { ValidationAnswer } from './schemas.ts';
import { type About, verdictOf } from './verdict.ts';

/**
 * Reads a validation and its verdict. A success without a similarity is read again with details, because it is not documented that
 * a plain read has them (seen answers do). When Truora refuses the second read, the first one counts.
 * @param read reads the validation, with or without its details
 * @param isLast whether the first read counts when the second one fails; otherwise that error is thrown
 */
export const readDecision = async (
  read: (how: { showDetails: boolean }) => Promise<ValidationAnswer>,
  about: Omit<About, 'at'>,
  isLast: boolean,
): Promise<{ answer: ValidationAnswer; verdict: Verdict | undefined }> => {
  const answer = await read({ showDetails: false });
  const verdict = verdictOf(answer, { ...about, at: new Date() });
  if (verdict?.reason !== 'verdict_unconfirmed') return { answer, verdict };
  const detailed = await read({ showDetails: true }).catch((error: unknown) => {
    if (!isLast && !(error instanceof TruoraRejectedError)) throw error;
    return answer;
  });
  return { answer: detailed, verdict: verdictOf(detailed, { ...about, at: new Date() }) ?? verdict };
};
