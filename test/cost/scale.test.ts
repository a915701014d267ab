import { describe, expect, test } from 'vitest';
import { busySecondsOf, runs } from '../../infra/cost/cost.ts';
import { burst, limits, loadAt } from '../../infra/cost/scale.ts';

describe('the load', () => {
  const part = (what: string, rate: number, size: 'large' | 'small') =>
    loadAt(rate, size).find((one) => one.what === what)?.part;

  test('grows with the rate, by the units that were counted', () => {
    expect(part('StateTransition', 100, 'large')).toBeCloseTo((100 * runs.callback.transitions) / 5000, 10);
    expect(part('StateTransition', 100, 'small')).toBeCloseTo((100 * runs.callback.transitions) / 800, 10);
    expect(part('StartExecution', 1000, 'large')).toBeCloseTo(1000 / 300, 10);
    expect(part('Lambda at once', 10, 'small')).toBeCloseTo((10 * busySecondsOf('callback')) / 1000, 10);
  });

  test('compares each limit with the load, and lists the tightest first', () => {
    for (const size of ['large', 'small'] as const) {
      const all = loadAt(1000, size);
      expect(all).toHaveLength(limits.length);
      expect(all.every(({ part }) => part > 0)).toBe(true);
      expect(all.map(({ part }) => part)).toEqual(all.map(({ part }) => part).toSorted((a, b) => b - a));
    }
  });
});

test('a burst is limited by the tightest quota', () => {
  for (const size of ['large', 'small'] as const) {
    const { perSecond, seconds, rates } = burst(size);
    expect(perSecond).toBe(Math.min(...rates.map(([, rate]) => rate)));
    expect(seconds).toBeCloseTo(100_000 / perSecond, 6);
  }
});
