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
  /** When the last row ends, as rows went until now. Before the start: if it were started now. */
  endsAt: z.optional(Timestamp),
});

export type CampaignView = z.infer<typeof CampaignView>;

export const CampaignList = z.object({ campaigns: z.array(CampaignView) });

export const endedRows = (campaign: Campaign): number => counted.reduce((sum, status) => sum + campaign[status], 0);

/**
 * Rows a second, as they got their turns since the start: 429s, rows that were killed and times without an execution count. A pace that
 * is slower by now holds instead.
 */
const progressOf = ({ pace, turns, turnsBefore, startedAt, nextAt, status }: Campaign, now: number): number => {
  const given = turns - turnsBefore;
  if (startedAt === undefined || given <= 0) return pace;
  const until = status === 'running' ? Math.max(now, nextAt) : nextAt;
  return Math.min(pace, (1000 * given) / (until - Date.parse(startedAt)));
};

/** When the last row ends. Rows that have begun count as left: they end as long after their turns as the last row after its own. */
export const endOf = (campaign: Campaign, now: Date): Date => {
  const left = Math.max(0, campaign.runnable - endedRows(campaign));
  return new Date(now.getTime() + (left * 1000) / progressOf(campaign, now.getTime()));
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
      endsAt: hasEnd ? endOf(campaign, now).toISOString() : undefined,
    }),
  );
};
