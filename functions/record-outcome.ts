import { outcomeOf } from '../shared/domain/outcome.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { endCase } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that Truora decided. Writes the outcome once and announces it. A repeat, or a run that was
 * canceled before, gets the outcome that is written already.
 */
export const handler = step('RecordOutcome', ({ claim, validation, verdict, receipt, notification, executionId }) => {
  const { validationId } = validation;
  const outcome = outcomeOf(
    { ...claim, validationId, receipt },
    { ...verdict, decidedBy: notification ? 'webhook' : 'poll' },
  );
  return endCase(ledgerFromEnv(), outcomeSettingsFromEnv(), outcome, { owner: executionId });
});
