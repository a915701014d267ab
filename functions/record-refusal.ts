import { objectOf } from '../shared/domain/case-id.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { outcomeOf } from '../shared/domain/outcome.ts';
import { readCaught } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { wakeErasure } from '../shared/ledger/tombstones.ts';
import { locateUnclaimed } from '../shared/logic/locate.ts';
import { endRefused } from '../shared/logic/outcome.ts';

/**
 * The last step of a request that is refused before any create call. Writes the broken rule under the id that the claim has or would
 * have had, so that a refused drop is known and not tried again, and announces it. All uploads that a full ticket refuses are one
 * record and one event. A refusal is an answer: the execution succeeds. A second copy of what was refused goes on to ReadOutcome.
 */
export const handler = step('RecordRefusal', async ({ request, refusal, claim, executionId }) => {
  const ledger = ledgerFromEnv();
  const intake = readIntake(request, { bucket: env('MEDIA_BUCKET'), executionId });
  const why = readCaught(refusal);
  const subject = claim ?? (await locateUnclaimed(ledger.table, intake, why.reason));
  if (!claim) await wakeErasure(ledger.table, subject.accountId, env('SETTLE_SECONDS'));
  const outcome = outcomeOf(subject, { status: 'refused', ...why, decidedBy: 'workflow' });
  return endRefused(ledger, outcomeSettingsFromEnv(), outcome, {
    owner: executionId,
    object: claim ? undefined : objectOf(intake),
  });
});
