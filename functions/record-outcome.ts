import { outcomeUnderConsent } from '../shared/consent/check.ts';
import { outcomeOf } from '../shared/domain/outcome.ts';
import { consentFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { isErased } from '../shared/ledger/tombstones.ts';
import { endCase } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that Truora decided. Writes the outcome once and announces it. A repeat, or a run that was
 * canceled before, gets the outcome that is written already. Nothing is decided about a person who was erased.
 */
export const handler = step('RecordOutcome', async ({ executionId, ...journal }) => {
  const { claim, validation, verdict, receipt, notification } = journal;
  const about = { ...claim, validationId: validation.validationId, receipt };
  const decided = outcomeOf(about, { ...verdict, decidedBy: notification ? 'webhook' : 'poll' });
  const { ledger, outcomeBus, alternative } = consentFromEnv();
  // An erasure that died before it ended the case, or that ran out of time.
  const isGone = await isErased(ledger.table, claim.accountId);
  const outcome = isGone
    ? outcomeOf(about, { status: 'canceled', reason: 'canceled_by_caller', decidedBy: 'workflow' })
    : await outcomeUnderConsent({ ledger, alternative }, about, decided);
  return endCase(ledger, outcomeBus, outcome, { owner: executionId });
});
