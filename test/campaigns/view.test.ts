import { describe, expect, test } from 'vitest';
import { presentCampaign } from '../../shared/campaigns/view.ts';
import { campaign } from '../support/campaign.ts';

const start = Date.parse('2026-11-23T12:00:00.000Z');

const at = (seconds: number) => new Date(start + 1000 * seconds).toISOString();

/** Seconds from the start to the forecast end, as it is said so many seconds after the start. */
const forecast = (seconds: number, of: Parameters<typeof campaign>[0]) => {
  const startedAt = at(0);
  const { endsAt } = presentCampaign(
    campaign({ status: 'running', startedAt, runnable: 1000, ...of }),
    new Date(at(seconds)),
  );
  return endsAt === undefined ? undefined : (Date.parse(endsAt) - start) / 1000;
};

describe('the forecast end of a campaign', () => {
  test('is at the pace that was asked for before the start, and before the first turn', () => {
    const planned = campaign({ status: 'planned', runnable: 1000 });
    expect(presentCampaign(planned, new Date(start)).endsAt).toBe(at(100));
    expect(forecast(0, { nextAt: start })).toBe(100);
  });

  test('follows the turns that were given, not the pace that was asked for', () => {
    // Ten a second were asked for, and 400 rows had their turn in a hundred seconds, of which 300 have ended.
    expect(forecast(100, { turns: 400, approved: 300, nextAt: start + 100_000 })).toBe(100 + 700 / 4);
  });

  test('moves away while no row gets its turn', () => {
    expect(forecast(200, { turns: 400, approved: 400, nextAt: start + 100_000 })).toBe(200 + 600 / 2);
  });

  test('follows a pace that Truora has cut by now', () => {
    expect(forecast(100, { turns: 400, approved: 400, pace: 2, nextAt: start + 100_000 })).toBe(100 + 600 / 2);
  });

  test('counts the turns since the last resume only', () => {
    const resumed = { turns: 600, turnsBefore: 200, approved: 600, nextAt: start + 100_000 };
    expect(forecast(100, resumed)).toBe(100 + 400 / 4);
  });

  test('does not grow by the time of a pause', () => {
    const paused = { status: 'paused' as const, turns: 400, approved: 400, nextAt: start + 100_000 };
    expect(forecast(5000, paused)).toBe(5000 + 600 / 4);
  });

  test.each(['planning', 'refused', 'ended', 'canceled'] as const)('is not said of one that is %s', (status) => {
    expect(forecast(0, { status })).toBeUndefined();
  });
});
