import { EndedExecution, reasonsOfEnds, requestIn } from '../shared/aws/executions.ts';
import { caseIdOf, objectOf } from '../shared/domain/case-id.ts';
import type { Outcome } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job } from '../shared/lambda/job.ts';
import { emitOutcome } from '../shared/lambda/metrics.ts';
import { recordOutcome } from '../shared/ledger/outcomes.ts';
import { recordOf, ticketOfRequest } from '../shared/logic/locate.ts';
import { announce, repair } from '../shared/logic/outcome.ts';

/**
 * Woken by each execution of ours that failed, was stopped or ran out of time. Asks whether it has left an outcome, and
 * records one that says why not: for the case that it owned, or for a request that it never came to claim. What is another
 * execution's case is left to that one.
 */
export const handler = job('RepairExecution', async ({ event }) => {
  const ended = EndedExecution.parse(event);
  const { executionArn, status } = ended.detail;
  const ledger = ledgerFromEnv();
  const request = requestIn(ended);
  const identity =
    (await ticketOfRequest(ledger.table, request, executionArn)) ??
    caseIdOf(request, env('MEDIA_BUCKET'), executionArn);
  const record = await recordOf(ledger, identity, ended.detail);
  // Whoever canceled it has stopped the execution, and tells of it.
  if (record && (record.owner !== executionArn || record.phase === 'canceled')) return { seen: 1, failed: 0 };
  const outcome = record
    ? await repair(ledger, outcomeSettingsFromEnv(), record, reasonsOfEnds[status])
    : await recordUnclaimed(identity, reasonsOfEnds[status], request, executionArn);
  if (outcome) emitOutcome(outcome);
  return { seen: 1, failed: 0 };
});

const recordUnclaimed = async (
  identity: ReturnType<typeof caseIdOf>,
  reason: string,
  request: unknown,
  executionArn: string,
): Promise<Outcome> => {
  const ledger = ledgerFromEnv();
  const outcome: Outcome = {
    ...identity,
    status: 'failed',
    reason,
    detail: 'the execution ended before it could claim the request',
    decidedBy: 'workflow',
    decidedAt: new Date().toISOString(),
  };
  const object = objectOf(request, env('MEDIA_BUCKET'));
  return announce(ledger, outcomeSettingsFromEnv(), await recordOutcome(ledger, outcome, executionArn, object));
};
