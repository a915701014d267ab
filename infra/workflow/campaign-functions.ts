import type { CampaignFunction, FunctionName } from '../../shared/workflow/functions.ts';
import { api, type FunctionSpec, ledger, limits, retries, truora } from './function-spec.ts';

/** A plan reads a manifest of 500 MB, and a sum the results of a million rows: as long as Lambda allows. Seconds. */
const LONG = 900;

const control = (more: Partial<FunctionSpec> = {}): FunctionSpec => ({
  seconds: 15,
  env: [...ledger, ...api, 'CAMPAIGN_MACHINE_ARN', ...(more.env ?? [])],
  may: [{ items: { Get: ['CAMP'], Update: ['CAMP'] } }, 'startCampaign', 'describeCampaign', ...(more.may ?? [])],
});

const readManifest: FunctionSpec['may'] = [
  { readVersions: ['campaigns'] },
  { readNewest: ['campaigns'] },
  'seeMissingMedia',
];

/** The functions of campaigns, as `function-table.ts` describes the others. */
export const campaignFunctions: Record<CampaignFunction, FunctionSpec> = {
  ReadManifest: {
    seconds: LONG,
    env: [
      ...ledger,
      ...truora,
      ...retries,
      ...limits,
      'MEDIA_BUCKET',
      'MEDIA_HOURS',
      'POLICIES',
      'ALLOW_NATIONAL_IDS',
      'CONSENT_MODE',
    ],
    may: [
      { items: { Get: ['CAMP', 'ERASED', 'CNS', 'GATE'], Update: ['CAMP', 'GATE'] } },
      { readVersions: ['inbox', 'media', 'campaigns'] },
      { readNewest: ['inbox', 'media', 'campaigns'] },
      'seeMissingMedia',
      'putInCampaigns',
      'readTruoraKey',
    ],
  },
  WaitForTurn: {
    seconds: 15,
    env: ['TABLE_NAME'],
    may: [{ items: { Get: ['CAMP', 'GATE', 'KEY'], Update: ['CAMP'] } }],
  },
  RecordRow: {
    seconds: 15,
    env: ledger,
    may: [{ items: { Get: ['KEY', 'RUN'], Put: ['CAMP'], Update: ['CAMP'] } }],
  },
  SumUp: {
    seconds: LONG,
    env: [...ledger, 'EVENT_BUS', 'MEDIA_BUCKET'],
    may: [
      { items: { Get: ['CAMP'], BatchGet: ['CAMP'], Update: ['CAMP'] } },
      { readNewest: ['campaigns'] },
      'putInCampaigns',
      'announce',
    ],
  },
  PlanCampaign: {
    seconds: 15,
    env: [...ledger, ...api, 'CAMPAIGN_MACHINE_ARN', 'MEDIA_BUCKET', 'POLICIES'],
    may: [
      { items: { Get: ['CAMP'], BatchGet: ['CAMP'], Put: ['CAMP'], Update: ['CAMP'] } },
      ...readManifest,
      'startCampaign',
      'describeCampaign',
    ],
  },
  ListCampaigns: { seconds: 10, env: ['TABLE_NAME', ...api], may: [{ items: { Get: ['CAMP'], BatchGet: ['CAMP'] } }] },
  ReadCampaign: { seconds: 10, env: ['TABLE_NAME', ...api], may: [{ items: { Get: ['CAMP'] } }] },
  // Compares the manifest with the planned version.
  StartCampaign: control({ env: ['MEDIA_BUCKET'], may: [{ readNewest: ['campaigns'] }, 'seeMissingMedia'] }),
  PauseCampaign: control(),
  ResumeCampaign: control(),
  CancelCampaign: control({ env: ['EVENT_BUS'], may: ['announce'] }),
};

type More = Pick<FunctionSpec, 'env' | 'may'>;

const reads: More = { env: [], may: [{ readVersions: ['campaigns'] }] };

const deletes: More = { env: [], may: ['deleteCampaignMedia'] };

/** What the other functions get in a deployment with campaigns: media under `campaigns/{folder}/media/`. */
export const withCampaigns: Partial<Record<FunctionName, More>> = {
  ClaimRequest: { env: ['CAMPAIGNS'], may: [{ readVersions: ['campaigns'] }, { readNewest: ['campaigns'] }] },
  CreateValidation: reads,
  MoveMedia: reads,
  SweepLedger: deletes,
  RevokeConsent: deletes,
};
