import { defined } from '../domain/defined.ts';
import { RawReason, type Verdict } from '../domain/revalidation.ts';
import type { ValidationAnswer } from './schemas.ts';
import { isShare, kept } from './score.ts';

/** The sub-results of a face validation; empty without details. */
export const faceOf = ({ details }: ValidationAnswer) => details?.face_recognition_validations ?? {};

/** The readable fields of an answer that are stored with the verdict. They decide nothing. */
export const recordedFieldsOf = (
  answer: ValidationAnswer,
): Pick<Verdict, 'similarity' | 'threshold' | 'faceSearch'> => {
  const { confidence_score: score, face_search } = faceOf(answer);
  const faceSearch = face_search && searchOf(face_search);
  return defined({
    similarity: isShare(score) ? kept(score) : undefined,
    threshold: isShare(answer.threshold) ? kept(answer.threshold) : undefined,
    faceSearch,
  });
};

/**
 * A search among known faces. It decides nothing: "found" may be the client's own collection, and Truora declines when it matters
 * (assumed).
 */
const searchOf = ({
  status,
  confidence_score: score,
}: {
  status?: string | undefined;
  confidence_score?: number | undefined;
}) => {
  const { data: word } = RawReason.safeParse(status);
  if (!word && !isShare(score)) return undefined;
  return defined({ status: word, similarity: isShare(score) ? kept(score) : undefined });
};
