import { caseIdOf, objectOf } from '../shared/domain/case-id.ts';
import { AlreadyDecidedError } from '../shared/domain/errors.ts';
import { readCaught } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { recordOutcome } from '../shared/ledger/outcomes.ts';
import { ticketOfRequest } from '../shared/logic/locate.ts';
import { announce } from '../shared/logic/outcome.ts';

/**
 * The last step of a re-validation that we gave up. Writes down what stood in the way and tells the bus: the machine then
 * fails the execution, so that somebody looks. An intent that is still open stays so: what became of its call is not known,
 * and the person's next re-validation finds it out.
 */
export const handler = step('RecordFailure', async ({ request, failure, claim, validation, receipt, executionId }) => {
  const ledger = ledgerFromEnv();
  const { revalidationId, accountId, enrollmentId, reference, claimedAt } =
    claim ??
    (await ticketOfRequest(ledger.table, request, executionId)) ??
    caseIdOf(request, env('MEDIA_BUCKET'), executionId);
  const ending = await recordOutcome(
    ledger,
    {
      revalidationId,
      status: 'failed',
      ...readCaught(failure),
      ...(accountId ? { accountId } : {}),
      ...(enrollmentId ? { enrollmentId } : {}),
      ...(validation ? { validationId: validation.validationId } : {}),
      ...(reference ? { reference } : {}),
      decidedBy: 'workflow',
      ...(claimedAt ? { claimedAt } : {}),
      ...(receipt ? { movedAt: receipt.movedAt } : {}),
      decidedAt: new Date().toISOString(),
    },
    executionId,
    claim ? undefined : objectOf(request, env('MEDIA_BUCKET')),
  );
  const outcome = await announce(ledger, outcomeSettingsFromEnv(), ending);
  // Somebody decided it meanwhile, so nothing was given up: the machine goes on to what stands.
  if (outcome.status !== 'failed') throw new AlreadyDecidedError('already_decided', revalidationId);
  return outcome;
});
