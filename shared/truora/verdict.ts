import { subvalidationsOf } from '../domain/request.ts';
import {
  type Claim,
  declinedReasons,
  expiredReasons,
  RawReason,
  type Validation,
  type Verdict,
} from '../domain/revalidation.ts';
import type { ValidationAnswer } from './schemas.ts';

type About = { claim: Pick<Claim, 'accountId' | 'enrollmentId' | 'requested'>; validation: Validation; at: Date };

/** Truora's own words: `pending`, `success` and `failure` are documented, its SDK also takes the others (seen). */
const openStatuses = ['pending', 'processing'];
const endStatuses = ['success', 'failure', 'failed'];

export const isKnownStatus = ({ validation_status }: ValidationAnswer): boolean =>
  [...openStatuses, ...endStatuses].includes(validation_status);

/**
 * What Truora's authenticated answer means in our closed vocabulary.
 * A `failure_status` decides even while the status still says `pending` (seen in Truora's own SDK). A status we do not know
 * is not an end: it is looked at again until the deadline, and never taken for approval.
 * @returns undefined while Truora has not decided
 */
export const verdictOf = (answer: ValidationAnswer, about: About): Verdict | undefined => {
  const { validation_status: status, failure_status: failure, declined_reason, expired_reason } = answer;
  const ended = failure !== undefined || endStatuses.includes(status);
  if (!ended) return undefined;

  const base = {
    ...(answer.details?.face_recognition_validations?.confidence_score === undefined
      ? {}
      : { similarity: answer.details.face_recognition_validations.confidence_score }),
    ...(answer.threshold === undefined ? {} : { threshold: answer.threshold }),
    decidedAt: about.at.toISOString(),
  };
  const mismatch = mismatches(answer, about, failure === undefined && status === 'success');
  if (mismatch.length > 0) return { status: 'failed', reason: 'verdict_mismatch', mismatch, ...base };
  if (failure === undefined && status === 'success') return { status: 'approved', ...base };
  if (failure === 'system_error') return { status: 'failed', reason: 'system_error', ...base };
  if (failure === 'declined' || (failure === undefined && declined_reason)) {
    return { status: 'declined', ...reasonOf(declined_reason, declinedReasons), ...base };
  }
  if (failure === 'expired' || (failure === undefined && expired_reason)) {
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

/**
 * What in the answer is not what was asked for. Any end has to be about our validation and our person; a `success` has to
 * give no reason why not, hold the enrollment (if echoed), a threshold no lower than the one requested, a score that reaches it, only good
 * sub-results, and the liveness result if liveness was asked for.
 */
const mismatches = (answer: ValidationAnswer, { claim, validation }: About, success: boolean): Mismatch[] => {
  const found: Mismatch[] = [];
  if (answer.validation_id !== validation.validationId) found.push('validation_id');
  if (answer.account_id !== claim.accountId) found.push('account_id');
  if (!success) return found;
  const face = answer.details?.face_recognition_validations ?? {};
  const used = answer.threshold ?? validation.threshold;
  const requested = claim.requested.threshold;
  if (face.enrollment_id !== undefined && face.enrollment_id !== claim.enrollmentId) found.push('enrollment_id');
  // Nobody is approved against Truora's own word. Nowhere documented or seen, so it says something that we do not understand.
  if (answer.declined_reason !== undefined) found.push('declined_reason');
  if (answer.expired_reason !== undefined) found.push('expired_reason');
  if (requested !== undefined && (used === undefined || used < requested)) found.push('threshold');
  // A score below the threshold that was used is no success, whatever the status says.
  const weak = face.confidence_score !== undefined && used !== undefined && face.confidence_score < used;
  // `success` is documented; `match` stands in a fixture of Truora's SDK (seen).
  const alike = face.similarity_status === undefined || ['success', 'match'].includes(face.similarity_status);
  if (weak || !alike) found.push('similarity');
  // Asked for, it has to be confirmed; not asked for, it may be absent, but never bad.
  const liveness = subvalidationsOf(claim.requested)?.includes('passive_liveness') ? 'missing' : 'success';
  if ((face.passive_liveness_status ?? liveness) !== 'success') found.push('passive_liveness');
  return found;
};
