import { outcomeUnderConsent } from '../shared/consent/check.ts';
import { outcomeOf } from '../shared/domain/outcome.ts';
import { consentFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { endCase } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that Truora decided. Writes the outcome once and announces it. A repeat, or a run that was
 * canceled before, gets the outcome that is written already.
 */
export const handler = step('RecordOutcome', async ({ executionId, ...journal }) => {
  const { claim, validation, verdict, receipt, notification } = journal;
  const about = { ...claim, validationId: validation.validationId, receipt };
  const decided = outcomeOf(about, { ...verdict, decidedBy: notification ? 'webhook' : 'poll' });
  const { ledger, outcomeBus, alternative } = consentFromEnv();
  const outcome = await outcomeUnderConsent({ ledger, alternative }, about, decided);
  return endCase(ledger, outcomeBus, outcome, { owner: executionId });
});
