import { repeatOf } from '../shared/domain/outcome.ts';
import { readCaught } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { countRepeat } from '../shared/ledger/outcomes.ts';
import { readRecord } from '../shared/ledger/records.ts';

/**
 * The last step of a request that was decided before: a second copy of an event, or a call made twice. Gives the stored outcome,
 * marked as a repeat, with the time of the first claim, and pays for nothing. It counts the repeat on the record, once an execution, or
 * twice if the answer to the count is lost.
 */
export const handler = step('ReadOutcome', async ({ repeat, executionId }) => {
  const ledger = ledgerFromEnv();
  const record = await readRecord(ledger, readCaught(repeat).detail);
  if (!record?.outcome) throw new TypeError('the decided record is not there');
  // A run that was canceled reads its own outcome.
  if (record.owner === executionId) return record.outcome;
  await countRepeat(ledger, record.revalidationId);
  return repeatOf(record.outcome, record);
});
