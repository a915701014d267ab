import { RowEvent } from '../shared/campaigns/events.ts';
import { recordRow } from '../shared/campaigns/items.ts';
import { failedResult, resultOf } from '../shared/campaigns/row-end.ts';
import { campaignStep } from '../shared/lambda/campaign-step.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { emit } from '../shared/lambda/metrics.ts';

/**
 * The last step of a row: records how it ended, once, under its key. The result outlives the execution, so that a campaign goes on with
 * the other rows after any end of it.
 */
export const handler = campaignStep('RecordRow', RowEvent, async ({ event: { row } }) => {
  const { campaignId, rowKey, request, answer, failure = { Error: 'none' } } = row;
  const ledger = ledgerFromEnv();
  const result = answer ? resultOf(answer.Output) : await failedResult(ledger, request.idempotencyKey ?? '', failure);
  await recordRow(ledger.table, campaignId, rowKey, result);
  emit('CampaignRows', 1, { status: result.status });
  return result;
});
