import { SumEvent } from '../shared/campaigns/events.ts';
import { sumUp } from '../shared/campaigns/sum-up.ts';
import { campaignStep } from '../shared/lambda/campaign-step.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';

/**
 * Begins and ends each round of a campaign: counts the rows that have ended, writes results and retry file, and decides whether the
 * rows that are left come, or the campaign pauses or is over. An end is announced.
 */
export const handler = campaignStep('SumUp', SumEvent, async ({ event: { state } }) => {
  const settings = { ledger: ledgerFromEnv(), mediaBucket: env('MEDIA_BUCKET'), bus: env('EVENT_BUS') };
  const sum = await sumUp(settings, state.campaignId, state.sum);
  log('info', 'done', { step: 'SumUp', reason: sum.next, seen: sum.left });
  return sum;
});
