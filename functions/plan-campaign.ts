import { CampaignBody } from '../shared/campaigns/campaign.ts';
import { planCampaign } from '../shared/campaigns/control.ts';
import { presentCampaign } from '../shared/campaigns/view.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { controlFromEnv, operatorOf } from '../shared/lambda/campaigns.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, jsonOf, route } from '../shared/lambda/route.ts';

/**
 * `POST /campaigns`, called by operators. Makes a campaign of a manifest that is in the bucket, and starts its plan, which spends
 * nothing. The same call about the same version gives the same campaign.
 */
export const handler = route('PlanCampaign', async (input) => {
  const { calledBy } = operatorOf(input);
  const body = parseOrRefuse(CampaignBody, jsonOf(input));
  const settings = { ...controlFromEnv(), mediaBucket: env('MEDIA_BUCKET') };
  const campaign = await planCampaign(settings, env('POLICIES'), body, calledBy);
  log('info', 'done', { step: 'PlanCampaign' });
  const headers = { location: `/campaigns/${campaign.campaignId}` };
  return answerJson(campaign.status === 'planning' ? 202 : 200, presentCampaign(campaign, new Date()), headers);
});
