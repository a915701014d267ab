import { recordOutcome } from '../shared/aws/ledger.ts';
import { ledgerFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';

/**
 * The last step of a re-validation that Truora decided. Writes the outcome, once: a repeat, or a cancellation that came
 * first, gives back what stands.
 */
export const handler = step('RecordOutcome', ({ claim, validation, verdict, receipt, bell, executionId }) => {
  const { revalidationId, accountId, enrollmentId, reference, claimedAt } = claim;
  return recordOutcome(
    ledgerFromEnv(),
    {
      revalidationId,
      ...verdict,
      accountId,
      enrollmentId,
      ...(reference ? { reference } : {}),
      validationId: validation.validationId,
      decidedBy: bell ? 'webhook' : 'poll',
      claimedAt,
      ...(receipt ? { movedAt: receipt.movedAt } : {}),
    },
    executionId,
  );
});
