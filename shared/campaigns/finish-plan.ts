import type { Ledger } from '../ledger/records.ts';
import type { Campaign, ManifestReason } from './campaign.ts';
import { ManifestError } from './errors.ts';
import { moveTo, readCampaign } from './items.ts';
import { outlivesMedia } from './outlives-media.ts';
import { checkRows, joinParts, type PlanSettings, readRows } from './plan.ts';
import type { PlanCursor } from './plan-cursor.ts';

/** The result of one call: whether there is more, and where it begins. */
export type Planned = { next: 'again' | 'end'; cursor?: PlanCursor | undefined };

type Settings = Omit<PlanSettings, 'campaign'> & { ledger: Ledger };

/**
 * One call of the plan: reads the manifest, checks rows until its time is nearly up, or ends the plan. It is repeated without harm: each
 * stage writes its objects again, under the same names. A manifest with a fault ends the plan as `refused`.
 */
export const planOn = async (settings: Settings, campaignId: string, cursor: PlanCursor): Promise<Planned> => {
  const { ledger } = settings;
  const campaign = await readCampaign(ledger.table, campaignId);
  if (campaign?.status !== 'planning') return { next: 'end' };
  try {
    const plan = { ...settings, campaign };
    if (cursor.stage === 'read') return { next: 'again', cursor: await readRows(plan) };
    if (cursor.stage === 'check') return { next: 'again', cursor: await checkRows(plan, cursor) };
    await joinParts(plan, cursor);
    await end(ledger, campaign, cursor);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const { reason, line } = error;
    await moveTo(ledger, campaignId, 'refused', { reason, ...(line === undefined ? {} : { line }) });
  }
  return { next: 'end' };
};

const end = async (ledger: Ledger, campaign: Campaign, cursor: PlanCursor & { stage: 'join' }): Promise<void> => {
  const { rows, runnable, refusals, mediaUntil, sha256 } = cursor;
  const found = {
    rows,
    runnable,
    refusals,
    plannedAt: new Date().toISOString(),
    manifest: { ...campaign.manifest, sha256 },
    ...(mediaUntil === undefined ? {} : { mediaUntil: new Date(mediaUntil).toISOString() }),
  };
  const reason: ManifestReason | undefined =
    runnable === 0
      ? 'no_row_can_run'
      : outlivesMedia(campaign, runnable, mediaUntil)
        ? 'plan_outlives_media'
        : undefined;
  if (reason) await moveTo(ledger, campaign.campaignId, 'refused', { ...found, reason });
  else await moveTo(ledger, campaign.campaignId, 'planned', found);
};
