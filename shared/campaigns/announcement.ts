import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { Purpose } from '../domain/request.ts';
import { Timestamp } from '../domain/revalidation.ts';
import { type Campaign, CampaignId } from './campaign.ts';
import { presentCampaign } from './view.ts';

export const CAMPAIGN_ENDED = 'Campaign Ended';

/** The detail of the event "Campaign Ended". It names no person. */
export const CampaignAnnouncement = z.strictObject({
  version: z.enum(['1']),
  /** `EVT` and 32 hex digits. A repeated event has the same id. */
  eventId: z.string().check(z.regex(/^EVT[0-9a-f]{32}$/, 'must be EVT and 32 hex digits')),
  campaignId: CampaignId,
  status: z.enum(['ended', 'canceled']),
  purpose: Purpose,
  policyVersion: z.string(),
  /** Rows of the manifest, rows that could run, and ended rows by the status of their outcome. */
  rows: z.int(),
  runnable: z.int(),
  byStatus: z.record(z.string(), z.int()),
  endedAt: Timestamp,
});

export type CampaignAnnouncement = z.infer<typeof CampaignAnnouncement>;

export const campaignAnnouncementOf = (campaign: Campaign): CampaignAnnouncement => {
  const { campaignId, status, purpose, policyVersion, endedAt } = campaign;
  const { rows, runnable, byStatus } = presentCampaign(campaign, new Date()).counts;
  const hash = createHash('sha256')
    .update(JSON.stringify([campaignId, status, endedAt]))
    .digest('hex');
  const eventId = `EVT${hash.slice(0, 32)}`;
  return CampaignAnnouncement.parse({
    version: '1',
    eventId,
    campaignId,
    status,
    purpose,
    policyVersion,
    rows,
    runnable,
    byStatus,
    endedAt,
  });
};
