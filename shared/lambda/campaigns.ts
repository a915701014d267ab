import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { CampaignId } from '../campaigns/campaign.ts';
import { controlCampaign } from '../campaigns/control.ts';
import type { Control } from '../campaigns/controls.ts';
import { presentCampaign } from '../campaigns/view.ts';
import { parseOrRefuse } from '../domain/parse.ts';
import type { Caller } from './caller.ts';
import { callerOf, refusePersons } from './caller.ts';
import { ledgerFromEnv } from './clients.ts';
import { env } from './env.ts';
import { log } from './logger.ts';
import { answerJson, type RouteInput } from './route.ts';

/** The caller of a route about campaigns: an operator or a system, never a person. @throws CallRefusedError */
export const operatorOf = ({ event }: RouteInput): Caller => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  refusePersons(caller);
  return caller;
};

/** What a control of a campaign works with. */
export const controlFromEnv = () => ({ ledger: ledgerFromEnv(), machineArn: env('CAMPAIGN_MACHINE_ARN') });

/**
 * A route that starts, pauses, resumes or cancels a campaign.
 * @param more what only some of them use
 */
export const controlRoute = async (
  control: Control,
  input: RouteInput,
  more: { mediaBucket?: string; bus?: string },
): Promise<APIGatewayProxyStructuredResultV2> => {
  const { calledBy } = operatorOf(input);
  const campaignId = parseOrRefuse(CampaignId, input.event.pathParameters?.id, 'id');
  const settings = { ...controlFromEnv(), ...more };
  const campaign = await controlCampaign(settings, control, campaignId, calledBy);
  log('info', 'done', { step: 'CampaignControl', reason: control });
  return answerJson(200, presentCampaign(campaign, new Date()));
};
