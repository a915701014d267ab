import { CampaignId } from '../../shared/campaigns/campaign.ts';
import type { ProblemCode } from '../../shared/domain/problem.ts';
import type { CampaignFunction, RouteName } from '../../shared/workflow/functions.ts';
import * as examples from './openapi-campaign-examples.ts';
import { bodyProblems, type Operation } from './openapi-operation.ts';

const id = { name: 'id', in: 'path' as const, schema: CampaignId, description: 'The id of the campaign.' };

const ONLY = 'Only in a deployment with the setting `campaigns`, and not for a token of one account.';

const read: ProblemCode[] = ['subject_missing', 'account_forbidden', 'request_invalid', 'campaign_unknown'];

const control = (summary: string, description: string, more: ProblemCode[] = []): Operation => ({
  summary,
  description: `${description} A repeat changes nothing, and starts the work again where it was stopped. ${ONLY}`,
  parameters: [id],
  answers: { 200: { description: 'The campaign.', schema: 'CampaignView', example: examples.running } },
  problems: [...read, 'campaign_state', ...more],
});

/** The operations of campaigns. */
export const campaignOperations: Record<RouteName & CampaignFunction, Operation> = {
  PlanCampaign: {
    summary: 'Plan a campaign',
    description: `Reads a manifest in the media bucket and checks each row as far as it is free. It spends nothing. The same call about the same version of the manifest is the same campaign. ${ONLY}`,
    body: { CampaignBody: examples.campaignBody },
    answers: {
      200: {
        description: 'It was planned before.',
        schema: 'CampaignView',
        example: examples.running,
        headers: ['Location'],
      },
      202: {
        description: 'It is being planned.',
        schema: 'CampaignView',
        example: examples.planning,
        headers: ['Location'],
      },
    },
    problems: [
      ...bodyProblems,
      'subject_missing',
      'account_forbidden',
      'purpose_unknown',
      'manifest_gone',
      'manifest_too_large',
    ],
  },
  ListCampaigns: {
    summary: 'List the campaigns',
    description: `Newest first. ${ONLY}`,
    answers: {
      200: { description: 'The campaigns.', schema: 'CampaignList', example: { campaigns: [examples.running] } },
    },
    problems: ['subject_missing', 'account_forbidden'],
  },
  ReadCampaign: {
    summary: 'Read a campaign',
    description: `Its status, its counts, and when its last row gets its turn. ${ONLY}`,
    parameters: [id],
    answers: { 200: { description: 'The campaign.', schema: 'CampaignView', example: examples.running } },
    problems: read,
  },
  StartCampaign: control('Start a campaign', 'Begins the rows that can run. From then on validations are paid for.', [
    'manifest_changed',
    'plan_outlives_media',
  ]),
  PauseCampaign: control('Pause a campaign', 'Begins no more rows. Rows that have their turn go on to their end.'),
  ResumeCampaign: control('Resume a campaign', 'Goes on with the rows that have not ended.', ['plan_outlives_media']),
  CancelCampaign: control('Cancel a campaign', 'Begins no more rows. Rows that have their turn go on to their end.'),
};
