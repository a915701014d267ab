import { readSecret } from '../shared/aws/secrets.ts';
import { signedGate } from '../shared/aws/signed-gate.ts';
import {
  EnrollmentNotReadyError,
  EnrollmentPendingError,
  TruoraContractError,
  TruoraRejectedError,
} from '../shared/domain/errors.ts';
import { askThrough } from '../shared/domain/gate.ts';
import { refuseRetry } from '../shared/domain/retry.ts';
import type { Claim, Enrollment } from '../shared/domain/revalidation.ts';
import { accessFromEnv, env, retryRulesFromEnv, truoraFromEnv } from '../shared/lambda/env.ts';
import { truoraSeen } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { getEnrollment, getValidation, type Truora } from '../shared/truora/client.ts';
import { retriedAt } from '../shared/truora/retry.ts';

/**
 * The second step. Asks Truora whether it knows this person's face: without a finished enrollment of the same account a
 * validation would cost money and prove nothing. Reading is free, so a `pending` one is looked at again by the machine.
 * What is to be retried is looked up as well, if Truora alone knows it. Nothing is asked while Truora wants all of us to wait.
 */
export const handler = step('CheckEnrollment', ({ claim }) =>
  askThrough(signedGate(accessFromEnv('DYNAMODB'), env('TABLE_NAME')), () => check(claim)),
);

const check = async (claim: Claim): Promise<Enrollment> => {
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
  await checkRetried(truora, claim);
  return { enrollmentId: enrollment_id, status };
};

/** A retry of one of ours was checked at the claim. Of any other Truora says what became of it, or that there is none. */
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
