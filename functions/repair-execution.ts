import { EndedExecution, reasonsOfEnds, requestIn } from '../shared/aws/executions.ts';
import { objectOf } from '../shared/domain/case-id.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { outcomeOf } from '../shared/domain/outcome.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job } from '../shared/lambda/job.ts';
import { emitOutcome } from '../shared/lambda/metrics.ts';
import { locateUnclaimed, recordOf } from '../shared/logic/locate.ts';
import { endCase, repair } from '../shared/logic/outcome.ts';

/**
 * Runs for each execution of this machine that failed, was stopped or timed out. Records an outcome where the execution left none:
 * for the case that it owned, or for a request that it never claimed. Another execution's case is left to that execution.
 */
export const handler = job('RepairExecution', async ({ event }) => {
  const ended = EndedExecution.parse(event);
  const { executionArn, status } = ended.detail;
  const reason = reasonsOfEnds[status];
  const [ledger, bus] = [ledgerFromEnv(), outcomeSettingsFromEnv()];
  const intake = readIntake(requestIn(ended), { bucket: env('MEDIA_BUCKET'), executionId: executionArn });
  const caseId = await locateUnclaimed(ledger.table, intake);
  const record = await recordOf(ledger, caseId, ended.detail);
  // A cancellation stops the execution and announces its own outcome.
  if (record && (record.owner !== executionArn || record.phase === 'canceled')) return { seen: 1, failed: 0 };
  const detail = 'the execution ended before it could claim the request';
  const unclaimed = outcomeOf(caseId, { status: 'failed', reason, detail, decidedBy: 'workflow' });
  const outcome = record
    ? await repair(ledger, bus, record, reason)
    : await endCase(ledger, bus, unclaimed, { owner: executionArn, object: objectOf(intake) });
  if (outcome) emitOutcome(outcome);
  return { seen: 1, failed: 0 };
});
