import { describe, expect, test } from 'vitest';
import { billOf } from '../../infra/cli/cost.ts';
import { costOf, fixedCosts } from '../../infra/cost/cost.ts';

const volume = { perMonth: 1_000_000, region: 'us-east-1', webhooks: 1, poll: 0, vendorPrice: undefined } as const;

const total = (cost: Record<string, number>) => Object.values(cost).reduce((all, one) => all + one, 0);

describe('the bill', () => {
  test('counts a run a thousand times and the fixed lines once', () => {
    const bill = billOf(volume);
    expect(bill.variableInAll).toBeCloseTo(1000 * total(costOf('callback')), 6);
    expect(bill.fixedInAll).toBeCloseTo(
      fixedCosts.reduce((all, [, dollars]) => all + dollars, 0),
      6,
    );
    expect(bill.inAll).toBeCloseTo(bill.variableInAll + bill.fixedInAll, 6);
    expect(bill).not.toHaveProperty('vendor');
  });

  test('splits the runs into callbacks, lost webhooks and polls', () => {
    const { shares, variableInAll } = billOf({ ...volume, webhooks: 0.75, poll: 0.2 });
    expect(shares.callback).toBeCloseTo(0.6, 10);
    expect(shares['webhook lost']).toBeCloseTo(0.2, 10);
    expect(shares.poll).toBeCloseTo(0.2, 10);
    const [callback, lost, poll] = (['callback', 'webhook lost', 'poll'] as const).map((name) => total(costOf(name)));
    expect(variableInAll).toBeCloseTo(1000 * (0.6 * (callback ?? 0) + 0.2 * (lost ?? 0) + 0.2 * (poll ?? 0)), 6);
  });

  test('costs half as much again in São Paulo, while Truora costs the same', () => {
    const near = billOf({ ...volume, vendorPrice: 0.3 });
    const far = billOf({ ...volume, vendorPrice: 0.3, region: 'sa-east-1' });
    expect(far.variableInAll).toBeCloseTo(1.5 * near.variableInAll, 6);
    expect(far.vendor).toBe(near.vendor);
    expect(near.vendor).toBeCloseTo(300_000, 6);
  });
});
