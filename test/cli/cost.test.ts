import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { billOf } from '../../infra/cli/cost.ts';
import { runHere } from '../support/command-line.ts';

const cost = (...words: string[]) => runHere(['cost', ...words], tmpdir());

describe('cost', () => {
  test('prints the bill of the options as JSON', async () => {
    const words = ['--per-month', '1000000', '--region', 'sa-east-1', '--webhooks', '0.9', '--vendor-price', '0.30'];
    const { code, out } = await cost(...words, '--json');
    const details = { perMonth: 1_000_000, region: 'sa-east-1', webhooks: 0.9, poll: 0, vendorPrice: 0.3 } as const;
    expect([code, JSON.parse(out)]).toEqual([0, JSON.parse(JSON.stringify(billOf(details)))]);
  });

  test('counts us-east-1 and 98 % of webhooks where nothing else is given', async () => {
    const { out } = await cost('--per-month', '1000', '--json');
    const details = { perMonth: 1000, region: 'us-east-1', webhooks: 0.98, poll: 0, vendorPrice: undefined } as const;
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(billOf(details))));
  });

  test('ends with the sum of its lines', async () => {
    const { out } = await cost('--per-month', '1000');
    expect(out.split('\n').at(-1)).toMatch(/^in all, USD a month +\d+\.\d\d$/);
  });

  test.each([
    [[], '--per-month is required'],
    [['--per-month', '0'], '--per-month: must be a whole number from 1'],
    [['--per-month', '1.5'], '--per-month: must be a whole number from 1'],
    [['--per-month', '1e6'], '--per-month: must be a whole number from 1'],
    [['--per-month', '1', '--webhooks', '98'], '--webhooks: must be a share from 0 to 1'],
    [['--per-month', '1', '--poll', '1.1'], '--poll: must be a share from 0 to 1'],
    [['--per-month', '1', '--vendor-price', 'much'], '--vendor-price: must be dollars, 0 or more'],
    [['--per-month', '1', '--region', 'mars'], '--region: must be one of us-east-1'],
    [['--per-month', '1', '--regoin', 'x'], "unknown option '--regoin' (Did you mean --region?)"],
  ])('refuses %j by the option and its rule', async (words, rule) => {
    const { code, out, err } = await cost(...words);
    expect([code, out, err.split('\n').length]).toEqual([2, '', 1]);
    expect(err).toContain(rule);
  });
});
