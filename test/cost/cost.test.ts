import { expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { ALARMED_METRICS, COMPOSITE_ALARMS, costOf, fixedCosts, pollsUntil, runs } from '../../infra/cost/cost.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { synthesized } from '../support/synthesized.ts';

const template = synthesized(Config.parse({}));

const total = (name: keyof typeof runs) => Object.values(costOf(name)).reduce((sum, one) => sum + one, 0);

test('the machine polls after each wait: after 3, 5, 7.2, 9.6 and 12.3 seconds', () => {
  expect([0, 3, 3.1, 5.1, 7.3, 10].map(pollsUntil)).toEqual([0, 0, 1, 2, 3, 4]);
});

test('transitions cost $0.025 a thousand, and are the largest part of each run', () => {
  for (const name of Object.keys(runs) as (keyof typeof runs)[]) {
    const costs = costOf(name);
    expect(costs['Step Functions']).toBeCloseTo(0.025 * runs[name].transitions, 10);
    expect(Math.max(...Object.values(costs))).toBe(costs['Step Functions']);
    expect(Object.values(costs).every((dollars) => dollars > 0)).toBe(true);
  }
});

test('polling costs more than a webhook, and a lost webhook costs little more than one that arrived', () => {
  expect(total('poll')).toBeGreaterThan(total('callback'));
  expect(total('webhook lost')).toBeLessThan(total('callback'));
  expect(total('webhook lost')).toBeGreaterThan(0.9 * total('callback'));
});

test('the fixed lines count the resources of the template', () => {
  const count = (type: string) => resourcesOf(template, type).length;
  const line = (what: RegExp) =>
    fixedCosts.filter(([text]) => what.test(text)).map(([text]) => Number.parseInt(text, 10));
  expect(line(/customer keys/)).toEqual([count('AWS::KMS::Key')]);
  expect(line(/secrets/)).toEqual([count('AWS::SecretsManager::Secret')]);
  expect(line(/dashboards/)).toEqual([count('AWS::CloudWatch::Dashboard')]);
  const alarmed = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) =>
    properties.MetricName ? 1 : (properties.Metrics as object[]).filter((one) => 'MetricStat' in one).length,
  );
  expect(alarmed.reduce((sum, one) => sum + one, 0)).toBe(ALARMED_METRICS);
  expect(count('AWS::CloudWatch::CompositeAlarm')).toBe(COMPOSITE_ALARMS);
});
