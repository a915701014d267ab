import { text } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';
import { handler } from '../../functions/read-manifest.ts';
import { openText } from '../../shared/aws/text-objects.ts';
import type { Campaign } from '../../shared/campaigns/campaign.ts';
import { createCampaign, requireCampaign } from '../../shared/campaigns/items.ts';
import { objectsOf } from '../../shared/campaigns/objects.ts';
import { campaign } from './campaign.ts';
import { BUCKET, context } from './journal.ts';
import type { LocalAws } from './local-aws.ts';

let count = 0;

/** What a plan leaves: the campaign, and its objects as texts; undefined for one that is not there. */
export type Planned = { campaign: Campaign; errors: string | undefined; rows: string | undefined };

export const objectText = async (key: string): Promise<string | undefined> => {
  const stream = await openText({ bucket: BUCKET, key });
  return stream && text(stream);
};

/** Puts a manifest into the bucket. @returns a campaign of it, whose plan is about to begin */
export const planning = async (
  aws: LocalAws,
  manifest: string | Uint8Array,
  { format = 'csv' as 'csv' | 'ndjson', ...of }: Partial<Campaign> & { format?: 'csv' | 'ndjson' } = {},
): Promise<Campaign> => {
  count += 1;
  const campaignId = `CMP${String(count).padStart(32, '0')}`;
  const { key, versionId } = await aws.put(`campaigns/manifests/${count}.${format}`, manifest);
  return createCampaign(
    aws.ledger,
    campaign({
      campaignId,
      status: 'planning',
      askedPace: 40,
      pace: 40,
      rows: 0,
      runnable: 0,
      manifest: { key, versionId, bytes: Buffer.byteLength(manifest), format },
      ...of,
    }),
  );
};

/** Calls ReadManifest as the machine does, until the plan has ended. @param remainingMs what each call has left */
export const planToEnd = async (aws: LocalAws, { campaignId }: Campaign, remainingMs = 800_000): Promise<Planned> => {
  const limited = { ...context, getRemainingTimeInMillis: () => remainingMs } as Context;
  let plan: { cursor?: unknown } | undefined;
  for (let next = 'again'; next === 'again'; ) {
    const answer: { next: string; cursor?: unknown } = await handler({ state: { campaignId, plan } }, limited);
    plan = answer;
    next = answer.next;
  }
  const objects = objectsOf(campaignId);
  const [errors, rows] = await Promise.all([objectText(objects.errors), objectText(objects.rows)]);
  return { campaign: await requireCampaign(aws.table, campaignId), errors, rows };
};
