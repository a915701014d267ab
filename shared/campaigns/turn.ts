import type { ThrottleStore } from '../domain/throttle.ts';
import { type Campaign, childrenFor } from './campaign.ts';
import { CampaignHeldError, QueueLongError, TurnFarError } from './errors.ts';
import { changePace, readCampaign, takeTurn } from './items.ts';
import { nextPace } from './pace.ts';
import { caseOf } from './row-end.ts';
import { endedRows } from './view.ts';

/**
 * The longest time between a turn and the row's start, and so between a pause and the last start. It is short, so that few rows begin at
 * a pace that Truora has refused. At a slow pace, at which few rows ask, it is two turns, so that hardly one passes unasked. Milliseconds.
 */
export const WINDOW_MS = 2000;

const SLOW_WINDOW_MS = 10_000;

const windowOf = ({ intervalMs }: Campaign): number => Math.min(SLOW_WINDOW_MS, Math.max(WINDOW_MS, 2 * intervalMs));

/** Where a row waits longer for its turn, rows ask less often: about every hundred seconds, so that two still ask for each turn. */
const LONG_QUEUE_MS = 200_000;

/** Of concurrent children each may take the turn once before one of them gets it. */
const ROUNDS = 5;

/**
 * Gives a row its turn. The pace is kept by one conditional write a turn, and a row that gets none only reads. While Truora asked all
 * runs to wait, and a little longer, no turn is given. In a campaign that holds, a row whose case had begun goes on: an execution that was
 * killed left it, its repeat is free, and its result belongs to the campaign.
 * @returns the time at which the row may begin
 * @throws CampaignHeldError, TurnFarError, QueueLongError
 */
export const turnFor = async (
  table: string,
  throttle: ThrottleStore,
  { campaignId, rowKey }: { campaignId: string; rowKey: string },
): Promise<{ at: string }> => {
  try {
    return await nextTurn(table, throttle, campaignId);
  } catch (error) {
    const hasBegun = error instanceof CampaignHeldError && (await caseOf(table, `${campaignId}:${rowKey}`));
    if (!hasBegun) throw error;
    return { at: new Date().toISOString() };
  }
};

const readRunning = async (table: string, campaignId: string): Promise<Campaign> => {
  const campaign = await readCampaign(table, campaignId);
  if (campaign?.status !== 'running') throw new CampaignHeldError('the campaign begins no row');
  return campaign;
};

const nextTurn = async (table: string, throttle: ThrottleStore, campaignId: string): Promise<{ at: string }> => {
  const { notBefore, closed } = await throttle.read();
  for (let round = 0; round < ROUNDS; round += 1) {
    // Also while the throttle is closed: a campaign can be paused and canceled then.
    const read = await readRunning(table, campaignId);
    if (closed !== undefined) throw new TurnFarError('creating validations is switched off');
    const now = Date.now();
    const paced = nextPace(read, notBefore, now);
    const campaign = paced ? await changePace(table, read, paced) : read;
    if (!campaign) continue;
    const farthest = windowOf(campaign);
    if (campaign.nextAt >= now + farthest) throw farError(campaign);
    const at = await takeTurn(table, campaign, now, farthest);
    if (at !== undefined) return { at: new Date(at).toISOString() };
  }
  throw new TurnFarError('other rows took the turns');
};

/** By the rows that may wait: all that are left, or as many as run at once. */
const farError = (campaign: Campaign): Error => {
  const { runnable, askedPace, pace } = campaign;
  const waiting = Math.min(runnable - endedRows(campaign), childrenFor(askedPace));
  return (1000 * waiting) / pace > LONG_QUEUE_MS
    ? new QueueLongError('many rows wait for their turn')
    : new TurnFarError('no turn is free yet');
};
