import { caseIdOf, objectOf } from '../shared/domain/case-id.ts';
import { readCaught } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { recordOutcome } from '../shared/ledger/outcomes.ts';
import { ticketOfRequest } from '../shared/logic/locate.ts';
import { announce } from '../shared/logic/outcome.ts';

/**
 * The last step of a request that was never taken to Truora. Writes down which rule it broke, under the id its claim has
 * or would have had, so that a refused drop is known and not tried again, and tells the bus. However many uploads a full
 * ticket refuses, they are one record and one event. A refusal is an answer: the execution succeeds.
 */
export const handler = step('RecordRefusal', async ({ request, refusal, claim, executionId }) => {
  const why = readCaught(refusal);
  // What stands under the request's id is the answer to another question, or too old an answer: it is left alone.
  const ownCase = ['already_asked_otherwise', 'answer_too_old'].includes(why.reason);
  const ofKey = why.reason === 'too_many_uploads' ? why.reason : undefined;
  const ledger = ledgerFromEnv();
  const { revalidationId, accountId, enrollmentId, reference, claimedAt } =
    claim ??
    (ownCase ? undefined : await ticketOfRequest(ledger.table, request, executionId)) ??
    caseIdOf(request, env('MEDIA_BUCKET'), executionId, ownCase, ofKey);
  const ending = await recordOutcome(
    ledger,
    {
      revalidationId,
      status: 'refused',
      ...why,
      ...(accountId ? { accountId } : {}),
      ...(enrollmentId ? { enrollmentId } : {}),
      ...(reference ? { reference } : {}),
      decidedBy: 'workflow',
      ...(claimedAt ? { claimedAt } : {}),
      decidedAt: new Date().toISOString(),
    },
    executionId,
    claim ? undefined : objectOf(request, env('MEDIA_BUCKET')),
  );
  return announce(ledger, outcomeSettingsFromEnv(), ending);
});
