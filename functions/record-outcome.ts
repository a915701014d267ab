import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { recordOutcome } from '../shared/ledger/outcomes.ts';
import { announce } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that Truora decided. Writes the outcome, once, and tells the bus: a repeat, or a
 * cancellation that came first, gives back what stands, and tells the bus of it only if nobody has.
 */
export const handler = step(
  'RecordOutcome',
  async ({ claim, validation, verdict, receipt, notification, executionId }) => {
    const { revalidationId, accountId, enrollmentId, reference, claimedAt } = claim;
    const ledger = ledgerFromEnv();
    const ending = await recordOutcome(
      ledger,
      {
        revalidationId,
        ...verdict,
        accountId,
        enrollmentId,
        ...(reference ? { reference } : {}),
        validationId: validation.validationId,
        decidedBy: notification ? 'webhook' : 'poll',
        claimedAt,
        ...(receipt ? { movedAt: receipt.movedAt } : {}),
      },
      executionId,
    );
    return announce(ledger, outcomeSettingsFromEnv(), ending);
  },
);
