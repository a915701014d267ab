import { listCampaigns } from '../shared/campaigns/items.ts';
import { presentCampaign } from '../shared/campaigns/view.ts';
import { operatorOf } from '../shared/lambda/campaigns.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `GET /campaigns`, called by operators. All campaigns that are kept, newest first, each with its counts.
 * There are at most 500.
 */
export const handler = route('ListCampaigns', async (input) => {
  operatorOf(input);
  const campaigns = await listCampaigns(env('TABLE_NAME'));
  log('info', 'done', { step: 'ListCampaigns' });
  return answerJson(200, { campaigns: campaigns.map((one) => presentCampaign(one, new Date())) });
});
