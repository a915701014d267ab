import type { ThrottleStore } from '../domain/throttle.ts';
import type { Campaign } from './campaign.ts';
import { CampaignHeldError, TurnFarError } from './errors.ts';
import { changePace, moveTurns, readCampaign, takeTurn } from './items.ts';
import { nextPace } from './pace.ts';
import { caseOf } from './row-end.ts';

/**
 * The longest time between a turn and the row's start, and so between a pause and the last start. It is short, so that few rows begin at
 * a pace that Truora has refused: the 429s of a backlog cost half of its limit. Milliseconds.
 */
export const FARTHEST_MS = 10_000;

/** Of concurrent children each may move the turns once before one of them takes a turn. */
const ROUNDS = 5;

/**
 * Gives a row its turn. The pace is kept by one conditional write a turn. While Truora asked all runs to wait no turn is given for that
 * time, and the pace is changed after the write. In a campaign that holds, a row whose case had begun goes on: an execution that was
 * killed left it, its repeat is free, and its result belongs to the campaign.
 * @returns the time at which the row may begin
 * @throws CampaignHeldError, TurnFarError
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

const refuseHeld = async (table: string, campaignId: string): Promise<Campaign> => {
  const campaign = await readCampaign(table, campaignId);
  if (campaign?.status !== 'running') throw new CampaignHeldError('the campaign begins no row');
  return campaign;
};

const nextTurn = async (table: string, throttle: ThrottleStore, campaignId: string): Promise<{ at: string }> => {
  const { notBefore, closed } = await throttle.read();
  if (closed !== undefined) {
    // A campaign can be paused and canceled while the throttle is closed.
    await refuseHeld(table, campaignId);
    throw new TurnFarError('creating validations is switched off');
  }
  const wait = Date.parse(String(notBefore));
  if (wait > Date.now()) await moveTurns(table, campaignId, wait);
  const now = Date.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const turn = await takeTurn(table, campaignId, now, FARTHEST_MS);
    if (turn) {
      const paced = nextPace(turn.campaign, notBefore, now);
      if (paced) await changePace(table, turn.campaign, paced);
      return { at: new Date(turn.at).toISOString() };
    }
    const campaign = await refuseHeld(table, campaignId);
    if (campaign.nextAt >= now + FARTHEST_MS) throw new TurnFarError('no turn is free yet');
    if (campaign.nextAt < now) await moveTurns(table, campaignId, now);
  }
  throw new TurnFarError('other rows took the turns');
};
