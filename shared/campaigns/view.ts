import * as z from 'zod/mini';
import { defined } from '../domain/defined.ts';
import { Timestamp } from '../domain/revalidation.ts';
import { Campaign, counted, isOver, Manifest } from './campaign.ts';

/** A campaign as callers see it. */
export const CampaignView = z.object({
  ...z.pick(Campaign, {
    campaignId: true,
    status: true,
    purpose: true,
    policyVersion: true,
    createdAt: true,
    createdBy: true,
    changedBy: true,
    pace: true,
    askedPace: true,
    reason: true,
    line: true,
    plannedAt: true,
    startedAt: true,
    endedAt: true,
    mediaUntil: true,
  }).shape,
  manifest: z.pick(Manifest, { key: true, versionId: true, sha256: true }),
  counts: z.object({
    rows: z.int(),
    runnable: z.int(),
    refused: z.record(z.string(), z.int()),
    turns: z.int(),
    ended: z.int(),
    byStatus: z.record(z.string(), z.int()),
  }),
  /** When the last row that can run gets its turn, at the pace of now. */
  lastTurnAt: z.optional(Timestamp),
});

export type CampaignView = z.infer<typeof CampaignView>;

export const CampaignList = z.object({ campaigns: z.array(CampaignView) });

export const endedRows = (campaign: Campaign): number => counted.reduce((sum, status) => sum + campaign[status], 0);

/** When the last row gets its turn if the pace stays. Before the start: if it were started now. */
export const lastTurnOf = (campaign: Campaign, now: Date): Date => {
  const left = Math.max(0, campaign.runnable - endedRows(campaign));
  return new Date(Math.max(now.getTime(), campaign.startedAt ? campaign.nextAt : 0) + (left * 1000) / campaign.pace);
};

export const presentCampaign = (campaign: Campaign, now: Date): CampaignView => {
  const { rows, runnable, refusals, turns, manifest, status } = campaign;
  const byStatus = Object.fromEntries(counted.flatMap((one) => (campaign[one] > 0 ? [[one, campaign[one]]] : [])));
  const hasEnd = !isOver(status) && status !== 'planning';
  return CampaignView.parse(
    defined({
      ...campaign,
      manifest: defined({ key: manifest.key, versionId: manifest.versionId, sha256: manifest.sha256 }),
      counts: { rows, runnable, refused: refusals, turns, ended: endedRows(campaign), byStatus },
      lastTurnAt: hasEnd ? lastTurnOf(campaign, now).toISOString() : undefined,
    }),
  );
};
