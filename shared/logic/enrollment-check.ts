import { defined } from '../domain/defined.ts';
import {
  EnrollmentNotReadyError,
  EnrollmentPendingError,
  TruoraContractError,
  TruoraRejectedError,
} from '../domain/errors.ts';
import { type RetryRules, refuseRetry } from '../domain/linked-retry.ts';
import type { Claim, Enrollment } from '../domain/revalidation.ts';
import { type ThrottleStore, throttled } from '../domain/throttle.ts';
import type { Truora } from '../truora/call.ts';
import { getEnrollment, getValidation, listEnrollments } from '../truora/client.ts';
import { type EnrollmentState, enrollmentStateOf, rawStatusOf } from '../truora/enrollment.ts';
import { retriedAt } from '../truora/verdict.ts';

/** The time for the check of the person's other enrollments, which decides nothing. Milliseconds. */
const HINT_MS = 2000;

/** What the check works with, as the deployment decides it. */
export type EnrollmentSettings = {
  truora: Truora;
  throttle: ThrottleStore;
  retries: RetryRules;
  /** Counts an undocumented status of an enrollment. */
  emitUnknownWord: () => void;
  /** Counts and logs that the person has further finished enrollments. */
  emitOtherEnrollments: (revalidationId: string) => void;
};

/**
 * Checks at Truora that the enrollment of a claim is finished and belongs to the claim's account, and that the validation that a linked
 * retry repeats may be retried. Nothing is read while the throttle is backing off.
 * @throws EnrollmentNotReadyError, EnrollmentPendingError, RequestInvalidError `retry_*`, Truora's errors
 */
export const checkEnrollment = (settings: EnrollmentSettings, claim: Claim): Promise<Enrollment> =>
  throttled(settings.throttle, () => check(settings, claim));

const check = async (settings: EnrollmentSettings, claim: Claim): Promise<Enrollment> => {
  const { truora } = settings;
  const { enrollment_id, account_id, status } = await getEnrollment(truora, claim.enrollmentId).catch(unknownByName);
  if (enrollment_id !== claim.enrollmentId) {
    throw new TruoraContractError('truora_contract_broken', 'the answer is about another enrollment than asked');
  }
  if (account_id !== claim.accountId) {
    throw new EnrollmentNotReadyError('enrollment_of_another_account', 'enrollmentId: belongs to another account');
  }
  refuseUnready(settings, enrollmentStateOf(status), status);
  await checkRetried(settings, claim);
  const others = await countOthers(settings, claim);
  return defined({ enrollmentId: enrollment_id, status: 'success' as const, otherEnrollments: others || undefined });
};

const refuseUnready = ({ emitUnknownWord }: EnrollmentSettings, state: EnrollmentState, status: string): void => {
  if (state === 'failure') {
    throw new EnrollmentNotReadyError('enrollment_failed', 'enrollmentId: its enrollment failed; a new one is needed');
  }
  if (state === 'pending') {
    throw new EnrollmentPendingError('enrollment_pending', 'enrollmentId: the enrollment is not finished yet');
  }
  if (state === 'success') return;
  emitUnknownWord();
  const detail =
    'enrollmentId: its enrollment has a status at Truora that is not known here, so it does not count as finished';
  throw new EnrollmentNotReadyError('enrollment_not_ready', detail, rawStatusOf(status));
};

/**
 * The create call names no enrollment, so Truora may compare with another enrollment of the person. Finished ones are counted and
 * logged before the call. The count is a hint: a list that cannot be read or takes too long changes nothing and counts as no failed
 * call of Truora, and a key that is refused here is not read again.
 */
const countOthers = async ({ truora, emitOtherEnrollments }: EnrollmentSettings, claim: Claim): Promise<number> => {
  const { accountId, enrollmentId, revalidationId } = claim;
  const { onCall: _, key, deadlines, ...at } = truora;
  const short = { ...deadlines, totalMs: Math.min(HINT_MS, deadlines.totalMs) };
  const listed = await listEnrollments({ ...at, key: () => key(), deadlines: short }, accountId).catch(() => []);
  const others = listed.filter(
    (one) =>
      one.account_id === accountId && one.enrollment_id !== enrollmentId && enrollmentStateOf(one.status) === 'success',
  );
  const count = new Set(others.map((one) => one.enrollment_id)).size;
  if (count > 0) emitOtherEnrollments(revalidationId);
  return count;
};

/** A retry of a validation of ours was checked at the claim. The result of any other one is read from Truora. */
const checkRetried = async ({ truora, retries }: EnrollmentSettings, claim: Claim): Promise<void> => {
  const { accountId, requested, linkedTo } = claim;
  if (!requested.retryOf || linkedTo) return;
  const answer = await getValidation(truora, requested.retryOf).catch((error: unknown) => {
    if (!(error instanceof TruoraRejectedError)) throw error;
    return undefined;
  });
  refuseRetry(answer && retriedAt(answer), { accountId }, retries, new Date());
};

/** Any plain refusal of this read means the same: there is no such enrollment, as far as our key can see (assumed). */
const unknownByName = (error: unknown): never => {
  if (!(error instanceof TruoraRejectedError)) throw error;
  throw new EnrollmentNotReadyError('enrollment_unknown', 'enrollmentId: Truora knows no such enrollment');
};
