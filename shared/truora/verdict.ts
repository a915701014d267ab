import { TruoraId } from '../domain/ids.ts';
import type { Retried } from '../domain/linked-retry.ts';
import type { Policy } from '../domain/policy.ts';
import { declinedReasons, expiredReasons } from '../domain/reasons.ts';
import { subvalidationsOf } from '../domain/request.ts';
import { type Claim, RawReason, type Validation, type Verdict } from '../domain/revalidation.ts';
import { isAtLeast } from '../domain/tolerance.ts';
import { faceOf, recordedFieldsOf } from './recorded-fields.ts';
import type { ValidationAnswer } from './schemas.ts';
import { isShare } from './score.ts';

export type About = {
  claim: Pick<Claim, 'accountId' | 'enrollmentId' | 'requested'>;
  validation: Validation;
  policy: Policy;
  at: Date;
};

/** Truora's own words: `pending`, `success` and `failure` are documented, its SDK also takes the others (seen). */
const openStatuses = ['pending', 'processing'];

const endStatuses = ['success', 'failure', 'failed'];

/** The type of a face validation, whatever its capitals and whatever stands between its words (assumed). */
const OUR_TYPE = /^face[-_ ]?recognition$/;

export const isKnownStatus = ({ validation_status }: ValidationAnswer): boolean =>
  [...openStatuses, ...endStatuses].includes(validation_status);

/**
 * What Truora's authenticated answer means in our closed vocabulary.
 * A `failure_status` decides even while the status still says `pending` (seen in Truora's own SDK). A status we do not know
 * is not an end: it is looked at again until the deadline, and never taken for approval. A decline, an expiry and a system
 * error need their own words alone. A success needs its numbers: what contradicts is a mismatch, and one that brings no
 * similarity is `verdict_unconfirmed`.
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

/** The end that comes when Truora was asked after the deadline and its grace, and still had not decided. */
export const undecided = (answer: ValidationAnswer, at: Date): Verdict => {
  const { data: rawReason } = RawReason.safeParse(isKnownStatus(answer) ? undefined : answer.validation_status);
  return {
    status: 'expired',
    reason: 'undecided_at_deadline',
    ...(rawReason ? { rawReason } : {}),
    decidedAt: at.toISOString(),
  };
};

/** A known code is the reason; another is kept beside `unknown_reason`, if it is shaped like a code at all. */
const reasonOf = <Known extends Verdict['reason'] & string>(raw: string | undefined, known: readonly Known[]) => {
  const reason = known.find((code) => code === raw);
  if (reason) return { reason };
  const { data: rawReason } = RawReason.safeParse(raw);
  return { reason: 'unknown_reason' as const, ...(rawReason ? { rawReason } : {}) };
};

type Mismatch = NonNullable<Verdict['mismatch']>[number];

/** That the face is another enrollment's of the same account has a remedy of its own, so it has a reason of its own. */
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
      'name that one, or have it deleted at Truora, and start a fresh validation',
  };
};

/** The threshold that a success has to reach: what was asked, the floor, or the one that Truora says it used, if it is higher. */
const thresholdInForce = (answer: ValidationAnswer, { claim, validation, policy }: About): number => {
  const { threshold: used = validation.threshold } = answer;
  const asked = Math.max(claim.requested.threshold ?? 0, policy.minimumThreshold);
  return isShare(used) ? Math.max(asked, used) : asked;
};

/** Whether a success without a contradiction says that the faces are alike, and how much. */
const isConfirmed = (answer: ValidationAnswer): boolean => {
  const { similarity_status, confidence_score } = faceOf(answer);
  return similarity_status !== undefined && confidence_score !== undefined;
};

/**
 * What in the answer is not what was asked for. Any end has to be about our validation and our person; a `success` has to
 * be a face validation, give no reason why not, hold the enrollment (if echoed), a threshold no lower than the one asked for
 * and the floor (if echoed), a score that reaches all of them, only good sub-results, and the liveness result if liveness
 * was asked for.
 */
const mismatches = (answer: ValidationAnswer, about: About, success: boolean): Mismatch[] => {
  const { claim, validation, policy } = about;
  const found: Mismatch[] = [];
  if (answer.validation_id !== validation.validationId) found.push('validation_id');
  if (answer.account_id !== claim.accountId) found.push('account_id');
  if (!success) return found;
  const face = faceOf(answer);
  if ([answer.type, answer.typ].some((type = 'face-recognition') => !OUR_TYPE.test(type))) found.push('type');
  if (face.enrollment_id !== undefined && face.enrollment_id !== claim.enrollmentId) found.push('enrollment_id');
  // Nobody is approved against Truora's own word. Nowhere documented or seen, so it says something that we do not understand.
  if (answer.failure_status !== undefined) found.push('failure_status');
  if (answer.declined_reason !== undefined) found.push('declined_reason');
  if (answer.expired_reason !== undefined) found.push('expired_reason');
  const { threshold: used = validation.threshold } = answer;
  const asked = Math.max(claim.requested.threshold ?? 0, policy.minimumThreshold);
  if (used !== undefined && !(isShare(used) && isAtLeast(used, asked))) found.push('threshold');
  // A score below the threshold in force is no success, whatever the status says.
  const { confidence_score: score, similarity_status: likeness } = face;
  const isWeak = score !== undefined && !(isShare(score) && isAtLeast(score, thresholdInForce(answer, about)));
  // `success` is documented; `match` stands in a fixture of Truora's SDK (seen).
  const isUnlike = likeness !== undefined && !['success', 'match'].includes(likeness);
  if (isWeak || isUnlike) found.push('similarity');
  // Asked for, it has to be confirmed; not asked for, it may be absent, but never bad. Without any similarity nothing is.
  const isDue = isConfirmed(answer) && subvalidationsOf(claim.requested)?.includes('passive_liveness');
  if ((face.passive_liveness_status ?? (isDue ? 'missing' : 'success')) !== 'success') found.push('passive_liveness');
  return found;
};

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
