import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alarmNames } from '../../infra/aws/alarms.ts';
import { Config } from '../../infra/aws/config.ts';
import { ours } from '../../infra/aws/metric.ts';
import { resourcesOf, synthesize } from '../../infra/local/template.ts';
import { type MetricName, metrics } from '../../shared/workflow/metrics.ts';

const root = join(import.meta.dirname, '../..');
const runbook = readFileSync(join(root, 'infra/aws/RUNBOOK.md'), 'utf8');
const config = Config.parse({ alarmEmail: 'ops@example.com' });
const template = synthesize(config);
const inTemplate = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);

/** What one alarm asks CloudWatch for. */
type Asked = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };
const askedBy = (alarm: Record<string, unknown>): Asked[] =>
  alarm.MetricName
    ? [alarm as Asked]
    : (alarm.Metrics as { MetricStat?: { Metric: Asked } }[]).flatMap(({ MetricStat }) =>
        MetricStat ? [MetricStat.Metric] : [],
      );

test('every alarm of the table is in the template, and no other', () => {
  expect(inTemplate.map(({ AlarmName }) => AlarmName).toSorted()).toEqual(
    alarmNames.map((name) => `face-revalidation-dev-${name}`).toSorted(),
  );
});

test.each(alarmNames)('%s has its chapter in the runbook: what it means, what to look at, what to do', (name) => {
  const [, chapter = ''] = runbook.split(`\n### ${name}\n`);
  const own = chapter.split(/\n##/)[0];
  for (const part of ['**Means**', '**Look at**', '**Do**']) expect(own).toContain(part);
});

test('the runbook has no chapter for an alarm that is not there', () => {
  const [, chapters = ''] = /\n## Alarms\n([\s\S]*?)\n## /.exec(runbook) ?? [];
  expect([...chapters.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(alarmNames);
});

test.each(inTemplate.map((alarm) => [String(alarm.AlarmName), alarm] as const))(
  '%s asks for what is kept, and tells the topic',
  (_, alarm) => {
    const asked = askedBy(alarm);
    expect(asked).not.toEqual([]);
    for (const { Namespace, MetricName, Dimensions = [] } of asked) {
      if (Namespace.startsWith('AWS/')) continue;
      expect(Namespace).toBe('face-revalidation-dev');
      const kept: readonly (readonly string[])[] = metrics[MetricName as MetricName].by;
      expect(kept).toContainEqual(Dimensions.map((dimension) => dimension.Name));
    }
    const [topic] = resourcesOf(template, 'AWS::SNS::Topic');
    expect(alarm).toMatchObject({ AlarmActions: [topic?.ref] });
    const isOfSilence = String(alarm.AlarmName).endsWith('SweepsMissing');
    expect(alarm.TreatMissingData).toBe(isOfSilence ? 'breaching' : 'notBreaching');
    expect(alarm.AlarmDescription).toMatch(/\. What to do: infra\/aws\/RUNBOOK\.md, \w+\.$/);
  },
);

test('a failure is counted, whether or not there was a timeout as well', () => {
  const { Metrics } = inTemplate.find(({ AlarmName }) => String(AlarmName).endsWith('ExecutionsFailed')) ?? {};
  const expressions = (Metrics as { Expression?: string }[]).flatMap(({ Expression }) => Expression ?? []);
  expect(expressions).toEqual(['FILL(failed, 0) + FILL(timedOut, 0)']);
});

test('that no sweep speaks any more rings after three of them, however often they come', () => {
  for (const sweepMinutes of [1, 5, 60]) {
    const all = resourcesOf(synthesize(Config.parse({ sweepMinutes })), 'AWS::CloudWatch::Alarm');
    const alarm = all.find(({ properties }) => String(properties.AlarmName).endsWith('SweepsMissing'));
    expect(alarm?.properties).toMatchObject({
      MetricName: 'UnclaimedDrops',
      Statistic: 'SampleCount',
      Period: sweepMinutes * 60,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  }
});

test('the topic has a key of ours that CloudWatch may use, and nobody who is not named hears of it', () => {
  const [topic] = resourcesOf(template, 'AWS::SNS::Topic');
  const key = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes('AlarmKey'));
  expect(String(topic?.properties.KmsMasterKeyId)).toContain(key?.id);
  expect(JSON.stringify(key?.properties.KeyPolicy)).toContain('cloudwatch.amazonaws.com');
  const faces = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes('DataKey'));
  expect(JSON.stringify(faces?.properties.KeyPolicy)).not.toContain('amazonaws.com');
  const [policy] = resourcesOf(template, 'AWS::SNS::TopicPolicy');
  const { Statement } = (policy?.properties.PolicyDocument ?? {}) as { Statement?: object[] };
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
    }),
  );
  const told = resourcesOf(template, 'AWS::SNS::Subscription').map(({ properties }) => properties.Endpoint);
  expect(told).toEqual(['ops@example.com']);
  expect(resourcesOf(synthesize(Config.parse({})), 'AWS::SNS::Subscription')).toEqual([]);
});

test('the dashboards draw what is kept: a page for the product, and one for operations', () => {
  const pages = resourcesOf(template, 'AWS::CloudWatch::Dashboard').map(({ properties }) => properties);
  expect(pages.map(({ DashboardName }) => DashboardName)).toEqual([
    'face-revalidation-dev-product',
    'face-revalidation-dev-operations',
  ]);
  const drawn = new Set<string>();
  for (const { DashboardBody } of pages) {
    const { widgets } = JSON.parse(String(DashboardBody)) as { widgets: { properties: { title: string } }[] };
    expect(widgets.length).toBeGreaterThan(5);
    for (const { properties } of widgets) expect(properties.title).toMatch(/\w/);
    for (const name of Object.keys(metrics)) if (String(DashboardBody).includes(`"${name}`)) drawn.add(name);
    for (const [, name = ''] of String(DashboardBody).matchAll(/MetricName=\\"(\w+)/g)) drawn.add(name);
  }
  expect([...drawn].toSorted()).toEqual(Object.keys(metrics).toSorted());
});

test('an alarm on a number that is not kept that way is an error, not silence', () => {
  expect(() => ours(config, 'TruoraLatency', {})).toThrow(new TypeError('TruoraLatency is not kept by []'));
  expect(() => ours(config, 'Outcomes', { reason: 'x' })).toThrow('Outcomes is not kept by [reason]');
});
