import { CampaignId } from '../shared/campaigns/campaign.ts';
import { requireCampaign } from '../shared/campaigns/items.ts';
import { presentCampaign } from '../shared/campaigns/view.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { operatorOf } from '../shared/lambda/campaigns.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `GET /campaigns/{id}`, called by operators. The status of a campaign, what its plan found, how many rows have ended and how, and when
 * the last row gets its turn.
 */
export const handler = route('ReadCampaign', async (input) => {
  operatorOf(input);
  const campaignId = parseOrRefuse(CampaignId, input.event.pathParameters?.id, 'id');
  const campaign = await requireCampaign(env('TABLE_NAME'), campaignId);
  log('info', 'done', { step: 'ReadCampaign' });
  return answerJson(200, presentCampaign(campaign, new Date()));
});
