import { beforeEach, describe, expect } from 'vitest';
import { readCampaign } from '../../shared/campaigns/items.ts';
import { turnFor } from '../../shared/campaigns/turn.ts';
import type { Throttle, ThrottleStore } from '../../shared/domain/throttle.ts';
import { campaign } from '../support/campaign.ts';
import { atStoppedTime } from '../support/stopped-time.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('WaitForTurn');

const { campaignId } = campaign();

let throttle: Throttle;

const store: ThrottleStore = { read: async () => throttle, backOff: async () => {} };

beforeEach(() => {
  throttle = {};
});

const running = (now: number, of: Parameters<typeof campaign>[0] = {}) => ({
  pk: `CAMP#${campaignId}`,
  ...campaign({ status: 'running', nextAt: now, pacedAt: now, ...of }),
});

describe('a turn', () => {
  test('follows the one before by the interval of the pace, for all children together', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      await aws.putItem(running(now));
      const turns = [];
      for (let n = 0; n < 4; n += 1) turns.push(await turnFor(aws.table, store, { campaignId, rowKey: `r${n}` }));
      expect(turns.map(({ at }) => Date.parse(at) - now)).toEqual([0, 100, 200, 300]);
      const { nextAt, turns: given } = (await readCampaign(aws.table, campaignId)) ?? campaign();
      expect([nextAt - now, given]).toEqual([400, 4]);
    });
  });

  test.for([0, 60_000])(
    'is given once where twenty children ask at the same time, %i ms late',
    async (late, { aws }) => {
      await atStoppedTime(async (now) => {
        await aws.putItem(running(now, { nextAt: now - late }));
        const asked = Array.from({ length: 20 }, (_, n) => turnFor(aws.table, store, { campaignId, rowKey: `r${n}` }));
        const given = (await Promise.allSettled(asked)).flatMap((one) =>
          one.status === 'fulfilled' ? one.value.at : [],
        );
        expect(new Set(given).size).toBe(given.length);
        expect((await readCampaign(aws.table, campaignId))?.turns).toBe(given.length);
      });
    },
  );

  test('that passed because no child asked is given now, and the next one follows it', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      await aws.putItem(running(now, { nextAt: now - 60_000 }));
      const { at } = await turnFor(aws.table, store, { campaignId, rowKey: 'r1' });
      expect(Date.parse(at)).toBe(now);
      expect((await readCampaign(aws.table, campaignId))?.nextAt).toBe(now + 100);
    });
  });

  test('is not given more than two seconds ahead, or ten at a slow pace', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      const ask = () => turnFor(aws.table, store, { campaignId, rowKey: 'r1' });
      await aws.putItem(running(now, { nextAt: now + 2000 }));
      await expect(ask()).rejects.toMatchObject({ name: 'TurnFarError' });
      await aws.putItem(running(now, { nextAt: now + 1999 }));
      expect(Date.parse((await ask()).at)).toBe(now + 1999);
      await aws.putItem(running(now, { pace: 0.1, intervalMs: 10_000, nextAt: now + 9999 }));
      expect(Date.parse((await ask()).at)).toBe(now + 9999);
      await expect(ask()).rejects.toMatchObject({ name: 'TurnFarError' });
    });
  });

  test('that is far costs no write, and makes rows ask less often where many wait', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      const before = aws.writes().length;
      const far = { askedPace: 80, nextAt: now + 5000, runnable: 10_000, approved: 1000 };
      const ask = () => turnFor(aws.table, store, { campaignId, rowKey: 'r1' });
      await aws.putItem(running(now, { ...far, pace: 20 }));
      await expect(ask()).rejects.toMatchObject({ name: 'QueueLongError' });
      await aws.putItem(running(now, { ...far, pace: 40 }));
      await expect(ask()).rejects.toMatchObject({ name: 'TurnFarError' });
      // A hundred rows are left.
      await aws.putItem(running(now, { ...far, pace: 20, approved: 9900 }));
      await expect(ask()).rejects.toMatchObject({ name: 'TurnFarError' });
      expect(aws.writes().slice(before)).toEqual([]);
    });
  });
});

describe('while Truora asks all runs to wait', () => {
  test('the pace is cut once, and no turn lies before three seconds after it', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      await aws.putItem(running(now));
      throttle = { notBefore: new Date(now + 2000).toISOString() };
      const asked = Array.from({ length: 5 }, (_, n) => turnFor(aws.table, store, { campaignId, rowKey: `r${n}` }));
      for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected');
      expect(await readCampaign(aws.table, campaignId)).toMatchObject({
        pace: 7.5,
        intervalMs: 133,
        nextAt: now + 5000,
        turns: 0,
      });
    });
  });

  test('a turn that lies later already stays where it is', async ({ aws }) => {
    await atStoppedTime(async (now) => {
      await aws.putItem(running(now, { pace: 0.1, intervalMs: 10_000, nextAt: now + 9000 }));
      throttle = { notBefore: new Date(now + 2000).toISOString() };
      const { at } = await turnFor(aws.table, store, { campaignId, rowKey: 'r1' });
      expect(Date.parse(at)).toBe(now + 9000);
      expect((await readCampaign(aws.table, campaignId))?.pace).toBeCloseTo(0.075);
    });
  });
});

describe('no turn', () => {
  test('is given while creating validations is switched off, and a pause is noticed then', async ({ aws }) => {
    throttle = { closed: 'audit' };
    const ask = () => turnFor(aws.table, store, { campaignId, rowKey: 'r1' });
    await aws.putItem(running(Date.now()));
    await expect(ask()).rejects.toMatchObject({ name: 'TurnFarError' });
    await aws.putItem(running(Date.now(), { status: 'pausing' }));
    await expect(ask()).rejects.toMatchObject({ name: 'CampaignHeldError' });
  });

  test.for(['pausing', 'paused', 'canceling', 'canceled', 'ended'] as const)(
    'is given in a campaign that is %s, and only a row that had begun goes on',
    async (status, { aws }) => {
      await aws.putItem(running(Date.now(), { status }));
      await aws.putItem({ pk: `KEY#workflow#${campaignId}:begun`, revalidationId: `RVL${'0'.repeat(32)}` });
      const ask = (rowKey: string) => turnFor(aws.table, store, { campaignId, rowKey });
      await expect(ask('new')).rejects.toMatchObject({ name: 'CampaignHeldError' });
      expect(Date.parse((await ask('begun')).at)).toBeLessThanOrEqual(Date.now());
      expect((await readCampaign(aws.table, campaignId))?.turns).toBe(0);
    },
  );
});
