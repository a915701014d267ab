import { defined } from '../domain/defined.ts';
import { TruoraId } from '../domain/ids.ts';
import type { Retried } from '../domain/linked-retry.ts';
import { declinedReasons, expiredReasons } from '../domain/reasons.ts';
import { subvalidationsOf } from '../domain/request.ts';
import { type Claim, RawReason, type Validation, type Verdict } from '../domain/revalidation.ts';
import { isAtLeast } from '../domain/tolerance.ts';
import { isSameAccount } from './account.ts';
import { faceOf, recordedFieldsOf } from './recorded-fields.ts';
import type { ValidationAnswer } from './schemas.ts';
import { isShare } from './score.ts';

export type About = {
  claim: Pick<Claim, 'accountId' | 'enrollmentId' | 'requested'>;
  validation: Validation;
  /** The least similarity that approves under the policy of the request's purpose, 0 to 1. */
  floor: number;
  at: Date;
};

/** Statuses of Truora: `pending`, `success` and `failure` are documented; its SDK also accepts the others (seen). */
const openStatuses = ['pending', 'processing'];

const endStatuses = ['success', 'failure', 'failed'];

/** The type of a face validation, with any separator between its words (assumed). */
const OUR_TYPE = /^face[-_ ]?recognition$/;

export const isKnownStatus = ({ validation_status }: ValidationAnswer): boolean =>
  [...openStatuses, ...endStatuses].includes(validation_status);

/**
 * The verdict of Truora's authenticated answer, in our closed vocabulary.
 * A `failure_status` decides even while the status is still `pending` (seen in Truora's own SDK). An unknown status is no end: it is
 * read again until the deadline and never counts as an approval. A decline, an expiry and a system error need only their
 * status. A success also needs its numbers: a contradiction is a mismatch, and a success without a similarity is
 * `verdict_unconfirmed`.
 * @returns undefined while Truora has not decided
 */
export const verdictOf = (answer: ValidationAnswer, about: About): Verdict | undefined => {
  const { validation_status: status, failure_status: failure, declined_reason, expired_reason } = answer;
  if (!failure && !endStatuses.includes(status)) return undefined;

  const isSuccess = !failure && status === 'success';
  const base = { ...recordedFieldsOf(answer), decidedAt: about.at.toISOString() };
  const mismatch = mismatches(answer, about, isSuccess);
  if (mismatch.length > 0) return { status: 'failed', ...contradicted(mismatch, answer), ...base };
  if (isSuccess) {
    if (!isConfirmed(answer)) return { status: 'failed', reason: 'verdict_unconfirmed', ...base };
    return { status: 'approved', ...base, threshold: thresholdInForce(answer, about) };
  }
  if (failure === 'system_error') return { status: 'failed', reason: 'system_error', ...base };
  if (failure === 'declined' || (!failure && declined_reason)) {
    return { status: 'declined', ...reasonOf(declined_reason, declinedReasons), ...base };
  }
  if (failure === 'expired' || (!failure && expired_reason)) {
    return { status: 'expired', ...reasonOf(expired_reason, expiredReasons), ...base };
  }
  return { status: 'failed', ...reasonOf(failure, []), ...base };
};

/** The verdict when Truora has not decided after the deadline and the grace period. */
export const undecided = (answer: ValidationAnswer, at: Date): Verdict => {
  const { data: rawReason } = RawReason.safeParse(isKnownStatus(answer) ? undefined : answer.validation_status);
  const decidedAt = at.toISOString();
  return defined({ status: 'expired' as const, reason: 'undecided_at_deadline' as const, rawReason, decidedAt });
};

/** A known code is the reason. Another one is stored as `rawReason` with `unknown_reason`, if it has the form of a code. */
const reasonOf = <Known extends Verdict['reason'] & string>(raw: string | undefined, known: readonly Known[]) => {
  const reason = known.find((code) => code === raw);
  if (reason) return { reason };
  const { data: rawReason } = RawReason.safeParse(raw);
  return defined({ reason: 'unknown_reason' as const, rawReason });
};

type Mismatch = NonNullable<Verdict['mismatch']>[number];

/** The reason of a contradiction. A face of another enrollment of the same account needs another remedy, so it has its own reason. */
const contradicted = (
  mismatch: Mismatch[],
  answer: ValidationAnswer,
): Pick<Verdict, 'reason' | 'mismatch' | 'detail'> => {
  const isOtherEnrollment = mismatch.every((one) => one === 'enrollment_id');
  if (!isOtherEnrollment || !TruoraId.safeParse(faceOf(answer).enrollment_id).success) {
    return { reason: 'verdict_mismatch', mismatch };
  }
  return {
    reason: 'verdict_of_another_enrollment',
    mismatch,
    detail:
      'enrollmentId: Truora compared the face with another enrollment of this account; ' +
      'use that one, or delete it at Truora, and start a new validation',
  };
};

/** The threshold that a success must reach: the highest of the request, the floor and the one that Truora used. */
const thresholdInForce = (answer: ValidationAnswer, { claim, validation, floor }: About): number => {
  const { threshold: used = validation.threshold } = answer;
  const asked = Math.max(claim.requested.threshold ?? 0, floor);
  return isShare(used) ? Math.max(asked, used) : asked;
};

/** Whether a success holds the similarity status and the score. */
const isConfirmed = (answer: ValidationAnswer): boolean => {
  const { similarity_status, confidence_score } = faceOf(answer);
  return similarity_status !== undefined && confidence_score !== undefined;
};

/**
 * The contradictions between the answer and the request. Every verdict must be about our validation, and none about another
 * person. A `success` must name our person exactly and be a face validation without a failure reason, of our enrollment (if
 * present), with a threshold not below the request and the floor (if present), a score that reaches it, only good sub-results,
 * and the liveness result if it was requested.
 */
const mismatches = (answer: ValidationAnswer, about: About, success: boolean): Mismatch[] => {
  const { claim, validation, floor } = about;
  const found: Mismatch[] = [];
  if (answer.validation_id !== validation.validationId) found.push('validation_id');
  if (!isOf(claim.accountId, answer.account_id, success)) found.push('account_id');
  if (!success) return found;
  const face = faceOf(answer);
  if ([answer.type, answer.typ].some((type = 'face-recognition') => !OUR_TYPE.test(type))) found.push('type');
  if (face.enrollment_id !== undefined && face.enrollment_id !== claim.enrollmentId) found.push('enrollment_id');
  // A success with a failure reason is not documented or seen, so it has an unknown meaning and is no approval.
  if (answer.failure_status !== undefined) found.push('failure_status');
  if (answer.declined_reason !== undefined) found.push('declined_reason');
  if (answer.expired_reason !== undefined) found.push('expired_reason');
  const { threshold: used = validation.threshold } = answer;
  const asked = Math.max(claim.requested.threshold ?? 0, floor);
  if (used !== undefined && !(isShare(used) && isAtLeast(used, asked))) found.push('threshold');
  // A score below the threshold in force is no success, for every status.
  const { confidence_score: score, similarity_status: likeness } = face;
  const isWeak = score !== undefined && !(isShare(score) && isAtLeast(score, thresholdInForce(answer, about)));
  // `success` is documented; `match` stands in a fixture of Truora's SDK (seen).
  const isUnlike = likeness !== undefined && !['success', 'match'].includes(likeness);
  if (isWeak || isUnlike) found.push('similarity');
  // Asked for, it has to be confirmed; not asked for, it may be absent, but never bad. Without any similarity nothing is.
  const isDue = isConfirmed(answer) && subvalidationsOf(claim.requested)?.includes('passive_liveness');
  if ((face.passive_liveness_status ?? (isDue ? 'missing' : 'success')) !== 'success') found.push('passive_liveness');
  // Where Truora writes it is not documented (assumed): a bad result never approves, and an absent one leaves it to Truora's success.
  if ((face.speech_match_status ?? 'success') !== 'success') found.push('speech_match');
  return found;
};

/** Whether the answer is about the person. Only a success must say so exactly: it alone approves, and the id is ours already. */
const isOf = (accountId: string, said: string | undefined, success: boolean): boolean =>
  success ? said === accountId : said === undefined || isSameAccount(said, accountId);

/**
 * A validation that only Truora knows, as something to retry. Truora itself may refuse it for more than can be seen here:
 * how it counts is not documented, and a refused create call costs nothing (assumed).
 */
export const retriedAt = (answer: ValidationAnswer): Retried => {
  const { account_id, validation_status: status, failure_status: failure, declined_reason } = answer;
  const declined = failure === 'declined' || (failure === undefined && declined_reason !== undefined);
  const finished = answer.processing_finish_date;
  return {
    accountId: account_id,
    purpose: undefined,
    end: endOf(status, failure, declined),
    hadLiveness: answer.details?.face_recognition_validations?.passive_liveness_status === undefined ? undefined : true,
    declinedAt: finished && !Number.isNaN(Date.parse(finished)) ? finished : undefined,
  };
};

const endOf = (status: string, failure: string | undefined, declined: boolean): Retried['end'] => {
  if (declined) return 'declined';
  if (failure === 'expired') return 'expired';
  if (failure !== undefined || status === 'failure' || status === 'failed') return 'failed';
  return status === 'success' ? 'approved' : 'open';
};
