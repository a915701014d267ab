import { type EndedExecution, reasonsOfEnds, requestIn } from '../aws/executions.ts';
import { objectOf } from '../domain/case-id.ts';
import { readIntake } from '../domain/intake.ts';
import { outcomeOf } from '../domain/outcome.ts';
import type { Ledger } from '../ledger/records.ts';
import { wakeErasure } from '../ledger/tombstones.ts';
import { recordOf } from './ended-record.ts';
import { locateUnclaimed } from './locate.ts';
import { endCase, type OutcomeBus, repair } from './outcome.ts';

export type EndSettings = { ledger: Ledger; outcomeBus: OutcomeBus; mediaBucket: string; settleSeconds: number };

/**
 * Records an outcome for an execution that failed, was stopped or timed out: for the case that it owned, or for a request that it never
 * claimed. Another execution's case is left to that execution.
 */
export const recordExecutionEnd = async (
  { ledger, outcomeBus, mediaBucket, settleSeconds }: EndSettings,
  ended: EndedExecution,
): Promise<void> => {
  const { executionArn, status } = ended.detail;
  const reason = reasonsOfEnds[status];
  const intake = readIntake(requestIn(ended), { bucket: mediaBucket, executionId: executionArn });
  const caseId = await locateUnclaimed(ledger.table, intake);
  const record = await recordOf(ledger, caseId, ended.detail);
  // A cancellation or a revocation stops the execution and announces its own outcome.
  const isStopped = record?.phase === 'canceled' || record?.phase === 'alternative_required';
  if (record && (record.owner !== executionArn || isStopped)) return;
  if (record) return repair(ledger, outcomeBus, record, reason);
  await wakeErasure(ledger.table, caseId.accountId, settleSeconds);
  const detail = 'the execution ended before it could claim the request';
  const unclaimed = outcomeOf(caseId, { status: 'failed', reason, detail, decidedBy: 'workflow' });
  await endCase(ledger, outcomeBus, unclaimed, { owner: executionArn, object: objectOf(intake) });
};
