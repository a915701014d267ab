import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alarmNames, alarms } from '../../infra/aws/alarm-table.ts';
import { Config } from '../../infra/aws/config.ts';
import { metricOf } from '../../infra/aws/metrics.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { type MetricName, metrics } from '../../shared/workflow/metrics.ts';
import { changed, least, runbookUrl, withCampaigns } from '../support/changed-templates.ts';
import { synthesized } from '../support/synthesized.ts';

const root = join(import.meta.dirname, '../..');

const runbook = readFileSync(join(root, 'infra/aws/RUNBOOK.md'), 'utf8');

// With campaigns, which have alarms of their own.
const config = Config.parse({ alarmEmail: 'ops@example.com', campaigns: true });

const template = synthesized(config);

const inTemplate = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);

const composite = resourcesOf(template, 'AWS::CloudWatch::CompositeAlarm').map(({ properties }) => properties);

/** Those that composite alarms are made of; they notify no address by themselves. */
const isHalf = ({ AlarmName }: Record<string, unknown>) => /-(Missing|Before)$/.test(String(AlarmName));

/** What one alarm asks CloudWatch for. */
type Asked = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };

const askedBy = (alarm: Record<string, unknown>): Asked[] =>
  alarm.MetricName
    ? [alarm as Asked]
    : (alarm.Metrics as { MetricStat?: { Metric: Asked } }[]).flatMap(({ MetricStat }) =>
        MetricStat ? [MetricStat.Metric] : [],
      );

test('the template has every alarm of the table, and no other', () => {
  const whole = [...inTemplate.filter((alarm) => !isHalf(alarm)), ...composite];
  expect(whole.map(({ AlarmName }) => AlarmName).toSorted()).toEqual(
    alarmNames.map((name) => `face-revalidation-dev-${name}`).toSorted(),
  );
});

test.each(alarmNames)('%s has its chapter in the runbook: meaning, where to look, what to do', (name) => {
  const [, chapter = ''] = runbook.split(`\n### ${name}\n`);
  const own = chapter.split(/\n##/)[0];
  for (const part of ['**Means**', '**Look at**', '**Do**']) expect(own).toContain(part);
});

test('the runbook has no chapter for an alarm that does not exist', () => {
  const [, chapters = ''] = /\n## Alarms\n([\s\S]*?)\n## /.exec(runbook) ?? [];
  expect([...chapters.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(alarmNames);
});

test.each(inTemplate.map((alarm) => [String(alarm.AlarmName), alarm] as const))(
  '%s reads a metric that is kept, and notifies the topic',
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
    expect(alarm.AlarmActions).toEqual(isHalf(alarm) ? undefined : [topic?.ref]);
    expect(alarm.OKActions).toEqual(alarm.AlarmActions);
    const isOfSilence = String(alarm.AlarmName).endsWith('-Missing');
    expect(alarm.TreatMissingData).toBe(isOfSilence ? 'breaching' : 'notBreaching');
  },
);

describe('the text of an alarm stands alone', () => {
  const textsOf = (of: Template) =>
    new Map(
      ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
        resourcesOf(of, type).map(({ properties: { AlarmName, CompositeAlarmName, AlarmDescription } }) => [
          String(AlarmName ?? CompositeAlarmName).replace(/^face-revalidation-\w+-/, ''),
          String(AlarmDescription),
        ]),
      ),
    );
  const [texts, longest] = [textsOf(template), textsOf(withCampaigns)];
  /** What a command may name: the queues, log groups and the machine of the template. */
  const named = ['AWS::Logs::LogGroup', 'AWS::StepFunctions::StateMachine'].flatMap((type) =>
    resourcesOf(template, type).map(({ ref }) => ref),
  );

  test.each(alarmNames)('%s: what it means, the first command with real names, and its chapter', (name) => {
    const [meaning, first = '', then] = (texts.get(name) ?? '').split('\n');
    expect(meaning).toBe(alarms[name].meaning);
    expect(then).toBe(`Then: infra/aws/RUNBOOK.md#${name.toLowerCase()}`);
    const command = /^First run: (.+)$/.exec(first)?.[1] ?? '';
    if (command.startsWith('npx')) expect(command).toMatch(/^npx face-revalidation [a-z]+ (--\w+ \w+ )*--stage dev$/);
    else {
      const [, resource = ''] =
        /^aws (?:logs tail|stepfunctions list-executions --state-machine-arn) (\S+) --/.exec(command) ?? [];
      expect(named).toContain(resource);
    }
  });

  test('names the runbook of the deployment, in as many characters as CloudWatch takes', () => {
    for (const name of alarmNames) {
      expect(longest.get(name)).toContain(`\nThen: ${runbookUrl}#${name.toLowerCase()}`);
      // CloudFormation makes longer names than the local ones: at most 70 characters more.
      expect((longest.get(name) ?? '').length).toBeLessThan(1024 - 70);
    }
  });

  test.each(['http://wiki.example.com', 'https://wiki.example.com/a#b', `https://${'a'.repeat(300)}`, 'RUNBOOK.md'])(
    'refuses the address %s',
    (address) => {
      expect(Config.safeParse({ runbookUrl: address }).success).toBe(false);
    },
  );
});

test('no alarm waits for a metric without data: FILL gives nothing for it', () => {
  const filled = inTemplate.flatMap(({ AlarmName, Metrics }) => {
    const all = (Metrics ?? []) as { Id: string; Expression?: string; MetricStat?: { Metric: Asked } }[];
    const ids = all.flatMap(({ Expression = '' }) => [...Expression.matchAll(/FILL\((\w+)/g)].map(([, id]) => id));
    return ids.map((id) => [AlarmName, all.find(({ Id }) => Id === id)?.MetricStat?.Metric.MetricName]);
  });
  // Every sweep emits how many were recorded, 0 too; where no execution ever waited, silence means nothing.
  expect(filled).toEqual([
    ['face-revalidation-dev-WebhookSilence', 'StepsDone'],
    ['face-revalidation-dev-WebhookSilence', 'NotificationsRecorded'],
  ]);
});

test('the alarm on missing sweeps rings after three of them, for any schedule, and never before the first', () => {
  for (const [sweepMinutes, swept] of [
    [1, least],
    [5, template],
    [60, changed],
  ] as const) {
    const all = resourcesOf(swept, 'AWS::CloudWatch::Alarm');
    const half = (what: string) => all.find(({ properties }) => String(properties.AlarmName).endsWith(what));
    expect(half('SweepsMissing-Missing')?.properties).toMatchObject({
      MetricName: 'UnclaimedDrops',
      Statistic: 'SampleCount',
      Period: sweepMinutes * 60,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    const before = half('SweepsMissing-Before')?.properties;
    expect(before).toMatchObject({
      MetricName: 'UnclaimedDrops',
      Statistic: 'SampleCount',
      DatapointsToAlarm: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    // The longest that CloudWatch lets an alarm look back.
    expect(Number(before?.Period) * Number(before?.EvaluationPeriods)).toBe(7 * 86_400);
    const [both] = resourcesOf(swept, 'AWS::CloudWatch::CompositeAlarm');
    expect(both?.properties.AlarmRule).toBe(
      `(ALARM("${half('SweepsMissing-Missing')?.arn}") AND ALARM("${half('SweepsMissing-Before')?.arn}"))`,
    );
    const [topic] = resourcesOf(swept, 'AWS::SNS::Topic');
    expect(both?.properties.AlarmActions).toEqual([topic?.ref]);
    expect(both?.properties.OKActions).toEqual([topic?.ref]);
  }
});

test('the topic has a key of ours that CloudWatch may use, and notifies only named addresses', () => {
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
  expect(resourcesOf(synthesized(Config.parse({})), 'AWS::SNS::Subscription')).toEqual([]);
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

test('an alarm on a metric that is not kept is an error', () => {
  expect(() => metricOf(config, 'TruoraLatency', {})).toThrow(new TypeError('TruoraLatency is not kept by []'));
  expect(() => metricOf(config, 'Outcomes', { reason: 'x' })).toThrow('Outcomes is not kept by [reason]');
});
