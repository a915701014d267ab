import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { getItem, getItems, type Item, isAlive, putNew, updateItem } from '../aws/dynamodb.ts';
import { defined } from '../domain/defined.ts';
import { RevalidationId } from '../domain/ids.ts';
import { CallRefusedError } from '../domain/problem.ts';
import { secondsAfter } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/records.ts';
import { before, CAMPAIGN_DAYS, Campaign, type CampaignStatus, counted, RowStatus } from './campaign.ts';
import { intervalOf, type Paced } from './pace.ts';

const keyOf = (campaignId: string) => `CAMP#${campaignId}`;

/** The item with the ids of all campaigns. */
const LIST = 'CAMP#all';

/** The most campaigns that the list has: its item stays below 20 KB. */
const MOST_CAMPAIGNS = 500;

const expiry = ({ retentionDays }: Ledger): number => secondsAfter(new Date(), retentionDays * 86_400);

/** A campaign, read consistently. @returns undefined for one that is unknown, or whose retention is over */
export const readCampaign = async (table: string, campaignId: string): Promise<Campaign | undefined> => {
  const item = await getItem(table, keyOf(campaignId));
  return item && isAlive(item) ? Campaign.parse(item) : undefined;
};

/** @throws CallRefusedError `campaign_unknown` */
export const requireCampaign = async (table: string, campaignId: string): Promise<Campaign> => {
  const campaign = await readCampaign(table, campaignId);
  if (!campaign) throw new CallRefusedError('campaign_unknown', 'id: there is no such campaign');
  return campaign;
};

/** Writes a new campaign, and its id on the list first, so that no campaign is missing there. @returns the stored one */
export const createCampaign = async (ledger: Ledger, campaign: Campaign): Promise<Campaign> => {
  const { campaignId } = campaign;
  const list = () =>
    updateItem(ledger.table, LIST, {
      set: {},
      add: { campaigns: campaignId },
      whileRoom: { campaigns: { most: MOST_CAMPAIGNS, one: campaignId } },
    });
  if (!(await list())) {
    await forgetExpired(ledger.table);
    await list();
  }
  await putNew(ledger.table, { pk: keyOf(campaignId), ...campaign, expiresAt: expiry(ledger) });
  return (await readCampaign(ledger.table, campaignId)) ?? campaign;
};

const idsIn = (item: Item | undefined): string[] => (item?.campaigns instanceof Set ? [...item.campaigns] : []);

const forgetExpired = async (table: string): Promise<void> => {
  const ids = idsIn(await getItem(table, LIST));
  const known = new Set((await campaignsOf(table, ids)).map(({ campaignId }) => campaignId));
  for (const id of ids) if (!known.has(id)) await updateItem(table, LIST, { set: {}, take: { campaigns: id } });
};

/** DynamoDB reads at most this many items at once (documented). */
const READ_AT_ONCE = 100;

const campaignsOf = async (table: string, ids: readonly string[]): Promise<Campaign[]> => {
  const found: Campaign[] = [];
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    const items = await getItems(table, ids.slice(from, from + READ_AT_ONCE).map(keyOf), { consistent: true });
    found.push(...items.filter(isAlive).map((item) => Campaign.parse(item)));
  }
  return found;
};

/** All campaigns, newest first. */
export const listCampaigns = async (table: string): Promise<Campaign[]> =>
  (await campaignsOf(table, idsIn(await getItem(table, LIST)))).toSorted((a, b) =>
    a.createdAt < b.createdAt ? 1 : -1,
  );

/**
 * Moves a campaign to a status, from one that the table of statuses allows.
 * @returns the campaign; undefined where it is in another status
 */
export const moveTo = async (
  ledger: Ledger,
  campaignId: string,
  status: CampaignStatus,
  set: Partial<Campaign> = {},
  from: readonly CampaignStatus[] = before(status),
): Promise<Campaign | undefined> => {
  const item = await updateItem(ledger.table, keyOf(campaignId), {
    set: { status, expiresAt: expiry(ledger), ...set },
    when: { status: from },
  });
  return item && Campaign.parse(item);
};

/** Counts up the run, by which the next execution is named. @returns undefined where another caller did it first */
export const nextRun = async (table: string, { campaignId, run, status }: Campaign): Promise<Campaign | undefined> => {
  const item = await updateItem(table, keyOf(campaignId), {
    set: { run: run + 1 },
    when: { status: [status] },
    whileBelow: { run: run + 1 },
    whileFrom: { run },
  });
  return item && Campaign.parse(item);
};

/**
 * Takes the next turn: one conditional write, so that the turns of all children together keep the pace. A turn that has passed, because
 * no child asked for it, is taken now.
 * @param campaign as it was read
 * @param farthestMs how far ahead a turn may lie
 * @returns the time of the turn; undefined where the campaign does not run any more, or other children took the turns
 */
export const takeTurn = async (
  table: string,
  { campaignId, nextAt, intervalMs }: Campaign,
  now: number,
  farthestMs: number,
): Promise<number | undefined> => {
  const change = { add: { turns: 1 }, when: { status: ['running'] } };
  if (nextAt < now) {
    const set = { nextAt: now + intervalMs };
    return (await updateItem(table, keyOf(campaignId), { ...change, set, whileBelow: { nextAt: now } })) && now;
  }
  const item = await updateItem(table, keyOf(campaignId), {
    ...change,
    set: {},
    advance: { nextAt: 'intervalMs' },
    whileFrom: { nextAt: now },
    whileBelow: { nextAt: now + farthestMs },
  });
  if (!item) return undefined;
  const taken = Campaign.parse(item);
  return taken.nextAt - taken.intervalMs;
};

/**
 * Changes the pace. No turn lies before a pace that begins later.
 * @returns the campaign after it; undefined where another child has changed it meanwhile
 */
export const changePace = async (
  table: string,
  { campaignId, pacedAt, nextAt }: Campaign,
  paced: Paced,
): Promise<Campaign | undefined> => {
  const moved = paced.pacedAt > nextAt ? { nextAt: paced.pacedAt } : {};
  const item = await updateItem(table, keyOf(campaignId), {
    set: { ...defined(paced), ...moved, intervalMs: intervalOf(paced.pace) },
    whileFrom: { pacedAt },
    whileBelow: { pacedAt: pacedAt + 1, ...moved },
  });
  return item && Campaign.parse(item);
};

/** How a row ended. It names no person. */
export const RowResult = z.object({
  status: RowStatus,
  reason: z.optional(z.string()),
  revalidationId: z.optional(RevalidationId),
});

export type RowResult = z.infer<typeof RowResult>;

const rowKeyOf = (campaignId: string, rowKey: string) =>
  `${keyOf(campaignId)}#${createHash('sha256').update(rowKey).digest('base64url').slice(0, 22)}`;

/** Records how a row ended, once: the first result stays. It also counts it, for the progress; `setCounts` counts exactly. */
export const recordRow = async (
  table: string,
  campaignId: string,
  rowKey: string,
  result: RowResult,
): Promise<void> => {
  const expiresAt = secondsAfter(new Date(), CAMPAIGN_DAYS * 86_400);
  if (!(await putNew(table, { pk: rowKeyOf(campaignId, rowKey), ...result, expiresAt }))) return;
  await updateItem(table, keyOf(campaignId), {
    set: {},
    add: { [result.status]: 1 },
    when: { campaignId: [campaignId] },
  });
};

/** The results of up to 100 rows, by row key. */
export const rowResults = async (
  table: string,
  campaignId: string,
  rowKeys: readonly string[],
): Promise<Map<string, RowResult>> => {
  const names = new Map(rowKeys.map((rowKey) => [rowKeyOf(campaignId, rowKey), rowKey]));
  const items = await getItems(table, [...names.keys()], { consistent: true });
  return new Map(items.filter(isAlive).map((item) => [names.get(item.pk) ?? '', RowResult.parse(item)]));
};

/** Sets the counts of ended rows, as they were counted one by one. */
export const setCounts = async (
  table: string,
  campaignId: string,
  counts: Record<RowStatus, number>,
): Promise<void> => {
  const set = Object.fromEntries(counted.map((status) => [status, counts[status]]));
  await updateItem(table, keyOf(campaignId), { set, when: { campaignId: [campaignId] } });
};
