import { endOfExecution, startNamed } from '../aws/executions.ts';
import { headText } from '../aws/text-objects.ts';
import { appliedPolicy, type Policies } from '../domain/policy.ts';
import { CallRefusedError } from '../domain/problem.ts';
import type { Ledger } from '../ledger/records.ts';
import { announceCampaign } from './announce.ts';
import {
  type Campaign,
  type CampaignBody,
  type CampaignStatus,
  campaignIdOf,
  counted,
  isAtWork,
  MAX_MANIFEST_BYTES,
} from './campaign.ts';
import type { Control } from './controls.ts';
import { createCampaign, moveTo, nextRun, requireCampaign } from './items.ts';
import { outlivesMedia } from './outlives-media.ts';
import { intervalOf } from './pace.ts';
import { endedRows } from './view.ts';

export type ControlSettings = {
  ledger: Ledger;
  /** The machine of campaigns. */
  machineArn: string;
  /** Of a plan and a start: the bucket of the manifest. */
  mediaBucket?: string;
  /** Of a cancellation: where its end is announced. */
  bus?: string;
};

const refused = (...of: ConstructorParameters<typeof CallRefusedError>) => new CallRefusedError(...of);

/**
 * Makes a campaign of a manifest that is in the bucket, and starts its plan. The same call about the same version gives the same
 * campaign.
 * @throws CallRefusedError `manifest_gone`, `manifest_too_large`; RequestInvalidError `purpose_unknown`
 */
export const planCampaign = async (
  settings: ControlSettings,
  policies: Policies,
  body: CampaignBody,
  calledBy: string,
): Promise<Campaign> => {
  const { key, versionId } = body.manifest;
  const { policyVersion } = appliedPolicy(body, policies);
  const found = await headText({ bucket: settings.mediaBucket ?? '', key, versionId });
  if (!found) throw refused('manifest_gone', 'manifest.key: there is no such object');
  if (found.bytes > MAX_MANIFEST_BYTES)
    throw refused('manifest_too_large', `manifest: must be at most ${MAX_MANIFEST_BYTES} bytes`);
  const now = new Date();
  const campaign = await createCampaign(settings.ledger, {
    campaignId: campaignIdOf(body, found.versionId),
    status: 'planning',
    purpose: body.purpose,
    policyVersion,
    manifest: { key, ...found, format: key.endsWith('.csv') ? 'csv' : 'ndjson' },
    createdAt: now.toISOString(),
    createdBy: calledBy,
    run: 0,
    ...startOf(body.pace, now.getTime()),
    rows: 0,
    runnable: 0,
    refusals: {},
    turns: 0,
    turnsBefore: 0,
    ...(Object.fromEntries(counted.map((status) => [status, 0])) as Record<(typeof counted)[number], number>),
  });
  return keepWorking(settings, campaign);
};

/** The pace at a start: as it was asked for. */
const startOf = (askedPace: number, now: number) => ({
  askedPace,
  pace: askedPace,
  intervalMs: intervalOf(askedPace),
  nextAt: now,
  pacedAt: now,
});

/** The status after each control, by the status before. A repeat finds what it asked for, and changes nothing. */
const moves: Record<Control, Partial<Record<CampaignStatus, CampaignStatus>>> = {
  start: { planned: 'running', running: 'running' },
  pause: { running: 'pausing', pausing: 'pausing', paused: 'paused' },
  // The execution may have been stopped after the end and before its announcement: another one announces it, under the same id.
  resume: { paused: 'running', pausing: 'running', running: 'running', ended: 'ended' },
  cancel: {
    planning: 'canceled',
    planned: 'canceled',
    paused: 'canceled',
    running: 'canceling',
    pausing: 'canceling',
    canceling: 'canceling',
    canceled: 'canceled',
  },
};

/**
 * Starts, pauses, resumes or cancels a campaign. The status is written first; then an execution is started, unless one works on the
 * campaign. So a repeat of the same call mends what a crash, or an execution that was killed, left behind.
 * @throws CallRefusedError `campaign_unknown`, `campaign_state`, `manifest_changed`, `plan_outlives_media`
 */
export const controlCampaign = async (
  settings: ControlSettings,
  control: Control,
  campaignId: string,
  changedBy: string,
): Promise<Campaign> => {
  const campaign = await requireCampaign(settings.ledger.table, campaignId);
  const { status } = campaign;
  const next = moves[control][status];
  if (!next) throw refused('campaign_state', `it is ${status}, and ${control} does not fit`);
  if (next !== status) {
    if (next === 'running') await checkStart(settings, campaign);
    const now = Date.now();
    const startedAt = new Date(now).toISOString();
    const started = { ...startOf(campaign.askedPace, now), startedAt, turnsBefore: campaign.turns };
    const set = {
      changedBy,
      ...(next === 'running' && status !== 'pausing' ? started : {}),
      ...(next === 'canceled' ? { endedAt: new Date(now).toISOString() } : {}),
    };
    const moved = await moveTo(settings.ledger, campaignId, next, set, [status]);
    // Another caller or the end of the campaign came first: decided again by what is there now.
    if (!moved) return controlCampaign(settings, control, campaignId, changedBy);
    return finish(settings, moved);
  }
  return finish(settings, campaign);
};

const finish = async (settings: ControlSettings, campaign: Campaign): Promise<Campaign> => {
  if (campaign.status === 'canceled' && settings.bus) await announceCampaign(settings.bus, campaign);
  return keepWorking(settings, campaign);
};

/** What may have changed since the plan. @throws CallRefusedError */
const checkStart = async ({ mediaBucket: bucket }: ControlSettings, campaign: Campaign): Promise<void> => {
  const { manifest, mediaUntil, runnable } = campaign;
  if (bucket && campaign.status === 'planned') {
    const newest = await headText({ bucket, key: manifest.key });
    if (newest && newest.versionId !== manifest.versionId)
      throw refused('manifest_changed', 'manifest: was overwritten after the plan');
  }
  const left = runnable - endedRows(campaign);
  if (outlivesMedia(campaign, left, mediaUntil === undefined ? undefined : Date.parse(mediaUntil)))
    throw refused('plan_outlives_media', 'mediaUntil: media would be deleted before its row begins');
};

const nameOf = ({ campaignId, run }: Campaign) => `${campaignId}-${run}`;

/** Starts an execution where the status needs one, or its end is to be announced, and none runs. @returns the campaign */
const keepWorking = async ({ ledger, machineArn }: ControlSettings, campaign: Campaign): Promise<Campaign> => {
  if (!isAtWork(campaign.status) && campaign.status !== 'ended') return campaign;
  const executions = machineArn.replace(':stateMachine:', ':execution:');
  const isRunning = campaign.run > 0 && (await endOfExecution(`${executions}:${nameOf(campaign)}`)) === undefined;
  if (isRunning) return campaign;
  const counted = await nextRun(ledger.table, campaign);
  if (!counted) return requireCampaign(ledger.table, campaign.campaignId);
  const { campaignId } = campaign;
  await startNamed(machineArn, nameOf(counted), { campaignId, mode: campaign.status === 'planning' ? 'plan' : 'run' });
  return counted;
};
