import { objectOf } from '../shared/domain/case-id.ts';
import { AlreadyDecidedError } from '../shared/domain/errors.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { outcomeOf } from '../shared/domain/outcome.ts';
import { readCaught } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { wakeErasure } from '../shared/ledger/tombstones.ts';
import { locateUnclaimed } from '../shared/logic/locate.ts';
import { endCase } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that was given up. Writes the error and announces it: the machine then fails the execution, so
 * that an operator looks. An intent that is still open stays open: the result of its call is not known, and the person's next
 * re-validation finds it out.
 */
export const handler = step('RecordFailure', async ({ request, failure, claim, validation, receipt, executionId }) => {
  const ledger = ledgerFromEnv();
  const intake = readIntake(request, { bucket: env('MEDIA_BUCKET'), executionId });
  const subject = claim ?? (await locateUnclaimed(ledger.table, intake));
  if (!claim) await wakeErasure(ledger.table, subject.accountId, env('SETTLE_SECONDS'));
  const about = { ...subject, validationId: validation?.validationId, receipt };
  const failed = outcomeOf(about, { status: 'failed', ...readCaught(failure), decidedBy: 'workflow' });
  const object = claim ? undefined : objectOf(intake);
  const outcome = await endCase(ledger, outcomeSettingsFromEnv(), failed, { owner: executionId, object });
  // The case was decided meanwhile, so nothing was given up: the machine goes on with that outcome.
  if (outcome.status !== 'failed') throw new AlreadyDecidedError('already_decided', subject.revalidationId);
  return outcome;
});
