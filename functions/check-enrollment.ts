import { defined } from '../shared/domain/defined.ts';
import {
  EnrollmentNotReadyError,
  EnrollmentPendingError,
  TruoraContractError,
  TruoraRejectedError,
} from '../shared/domain/errors.ts';
import { refuseRetry } from '../shared/domain/linked-retry.ts';
import type { Claim, Enrollment } from '../shared/domain/revalidation.ts';
import { throttled } from '../shared/domain/throttle.ts';
import { retryRulesFromEnv, throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import type { Truora } from '../shared/truora/call.ts';
import { getEnrollment, getValidation, listEnrollments } from '../shared/truora/client.ts';
import { type EnrollmentState, enrollmentStateOf, rawStatusOf } from '../shared/truora/enrollment.ts';
import { retriedAt } from '../shared/truora/verdict.ts';

/** The time for the check of the person's other enrollments, which decides nothing. Milliseconds. */
const HINT_MS = 2000;

/**
 * The second step. Checks at Truora that the person's face is enrolled: without a finished enrollment of the same account a validation
 * costs money and proves nothing. Reading is free, so the machine reads a `pending` enrollment again. The validation that a linked
 * retry repeats is checked as well, if only Truora knows it. Nothing is read while the throttle is backing off.
 */
export const handler = step('CheckEnrollment', ({ claim }) => throttled(throttleFromEnv(), () => check(claim)));

const check = async (claim: Claim): Promise<Enrollment> => {
  const truora = truoraFromEnv();
  const { enrollment_id, account_id, status } = await getEnrollment(truora, claim.enrollmentId).catch(unknownByName);
  if (enrollment_id !== claim.enrollmentId) {
    throw new TruoraContractError('truora_contract_broken', 'the answer is about another enrollment than asked');
  }
  if (account_id !== claim.accountId) {
    throw new EnrollmentNotReadyError('enrollment_of_another_account', 'enrollmentId: belongs to another account');
  }
  refuseUnready(enrollmentStateOf(status), status);
  await checkRetried(truora, claim);
  const others = await countOthers(truora, claim);
  return defined({ enrollmentId: enrollment_id, status: 'success' as const, otherEnrollments: others || undefined });
};

const refuseUnready = (state: EnrollmentState, status: string): void => {
  if (state === 'failure') {
    throw new EnrollmentNotReadyError('enrollment_failed', 'enrollmentId: its enrollment failed; a new one is needed');
  }
  if (state === 'pending') {
    throw new EnrollmentPendingError('enrollment_pending', 'enrollmentId: the enrollment is not finished yet');
  }
  if (state === 'success') return;
  emit('UnknownWords', 1, { word: 'enrollment' });
  const detail = 'enrollmentId: Truora says of its enrollment what is not known here, and not that it is finished';
  throw new EnrollmentNotReadyError('enrollment_not_ready', detail, rawStatusOf(status));
};

/**
 * The create call names no enrollment, so Truora may compare with another enrollment of the person. Finished ones are counted and
 * logged before the call. The count is a hint: a list that cannot be read or takes too long changes nothing and counts as no failed
 * call of Truora, and a key that is refused here is not read again.
 */
const countOthers = async (truora: Truora, { accountId, enrollmentId, revalidationId }: Claim): Promise<number> => {
  const { onCall: _, key, deadlines, ...at } = truora;
  const short = { ...deadlines, totalMs: Math.min(HINT_MS, deadlines.totalMs) };
  const listed = await listEnrollments({ ...at, key: () => key(), deadlines: short }, accountId).catch(() => []);
  const others = listed.filter(
    (one) =>
      one.account_id === accountId && one.enrollment_id !== enrollmentId && enrollmentStateOf(one.status) === 'success',
  );
  const count = new Set(others.map((one) => one.enrollment_id)).size;
  if (count > 0) {
    emit('OtherEnrollments', 1);
    log('warn', 'other_enrollments', { step: 'CheckEnrollment', revalidationId });
  }
  return count;
};

/** A retry of a validation of ours was checked at the claim. The result of any other one is read from Truora. */
const checkRetried = async (truora: Truora, { accountId, requested: { retryOf }, linkedTo }: Claim): Promise<void> => {
  if (!retryOf || linkedTo) return;
  const answer = await getValidation(truora, retryOf).catch((error: unknown) => {
    if (!(error instanceof TruoraRejectedError)) throw error;
    return undefined;
  });
  refuseRetry(answer && retriedAt(answer), accountId, retryRulesFromEnv(), new Date());
};

/** Any plain refusal of this read means the same: there is no such enrollment, as far as our key can see (assumed). */
const unknownByName = (error: unknown): never => {
  if (!(error instanceof TruoraRejectedError)) throw error;
  throw new EnrollmentNotReadyError('enrollment_unknown', 'enrollmentId: Truora knows no such enrollment');
};
