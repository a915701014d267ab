import { readSecret } from '../shared/aws/secrets.ts';
import {
  EnrollmentNotReadyError,
  EnrollmentPendingError,
  TruoraContractError,
  TruoraRejectedError,
} from '../shared/domain/errors.ts';
import { truoraFromEnv } from '../shared/lambda/env.ts';
import { truoraSeen } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { getEnrollment } from '../shared/truora/client.ts';

/**
 * The second step. Asks Truora whether it knows this person's face: without a finished enrollment of the same account a
 * validation would cost money and prove nothing. Reading is free, so a `pending` one is looked at again by the machine.
 */
export const handler = step('CheckEnrollment', async ({ claim }) => {
  const truora = truoraFromEnv(readSecret, { observe: truoraSeen });
  const { enrollment_id, account_id, status } = await getEnrollment(truora, claim.enrollmentId).catch(unknownByName);
  if (enrollment_id !== claim.enrollmentId) {
    throw new TruoraContractError('truora_contract_broken', 'the answer is about another enrollment than asked');
  }
  if (account_id !== claim.accountId) {
    throw new EnrollmentNotReadyError('enrollment_of_another_account', 'enrollmentId: belongs to another account');
  }
  if (status === 'failure') {
    throw new EnrollmentNotReadyError('enrollment_failed', 'enrollmentId: its enrollment failed; a new one is needed');
  }
  if (status === 'pending') {
    throw new EnrollmentPendingError('enrollment_pending', 'enrollmentId: the enrollment is not finished yet');
  }
  return { enrollmentId: enrollment_id, status };
});

/** Any plain refusal of this read means the same: there is no such enrollment, as far as our key can see (assumed). */
const unknownByName = (error: unknown): never => {
  if (!(error instanceof TruoraRejectedError)) throw error;
  throw new EnrollmentNotReadyError('enrollment_unknown', 'enrollmentId: Truora knows no such enrollment');
};
