import { expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import {
  type MetricName,
  metrics,
  notificationResults,
  truoraCalls,
  unknownWords,
} from '../../shared/workflow/metrics.ts';
import { synthesized } from '../support/synthesized.ts';

/**
 * What AWS publishes of the services that we ask about: the numbers, and the sets of dimensions that each can be asked by. A
 * number asked by another set is no error to CloudWatch, only an empty graph and a silent alarm.
 * Sources, read on 2026-11-29: "CloudWatch metrics in Step Functions" (developer guide: execution metrics by StateMachineArn, service
 * metrics of state transitions by ServiceMetric alone), "Using CloudWatch metrics with Lambda" (developer guide: types of metrics,
 * dimensions), "Available CloudWatch metrics for Amazon SQS" (developer guide: QueueName is the only dimension).
 */
const published: Record<string, { names: string[]; by: string[][] }[]> = {
  'AWS/States': [
    {
      names: [
        'ExecutionsStarted',
        'ExecutionsSucceeded',
        'ExecutionsFailed',
        'ExecutionsTimedOut',
        'ExecutionsAborted',
        'ExecutionThrottled',
        'ExecutionTime',
      ],
      by: [['StateMachineArn']],
    },
    {
      names: ['ThrottledEvents', 'ProvisionedBucketSize', 'ProvisionedRefillRate', 'ConsumedCapacity'],
      by: [['ServiceMetric']],
    },
  ],
  'AWS/Lambda': [
    {
      names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'DeadLetterErrors'],
      by: [[], ['FunctionName'], ['FunctionName', 'Resource']],
    },
  ],
  'AWS/SQS': [
    {
      names: [
        'ApproximateNumberOfMessagesVisible',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateAgeOfOldestMessage',
        'NumberOfMessagesSent',
        'NumberOfMessagesReceived',
        'NumberOfMessagesDeleted',
      ],
      by: [['QueueName']],
    },
  ],
};

const template = synthesized(Config.parse({}));

const refs = (type: string) => resourcesOf(template, type).map(({ ref }) => ref);

const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ id }) => id);

/** The values that a dimension can have: of AWS's what stands in the template, of ours what functions say. */
const values: Record<string, readonly string[]> = {
  StateMachineArn: refs('AWS::StepFunctions::StateMachine'),
  FunctionName: refs('AWS::Lambda::Function'),
  QueueName: queues,
  ServiceMetric: ['StateTransition'],
  step: stepNames,
  status: outcomeStatuses,
  decidedBy: ['webhook', 'poll'],
  call: Object.values(truoraCalls),
  result: notificationResults,
  word: unknownWords,
};

type Asked = { where: string; namespace: string; name: string; dimensions: [string, string][] };

const pairsOf = (flat: unknown[]): [string, string][] =>
  flat.flatMap((word, at) => (at % 2 === 0 ? [[String(word), String(flat[at + 1])] as [string, string]] : []));

/** `[namespace, name, dimension, value, ..., settings]`, or `[{ expression }]`, or `[{ expression: SEARCH(...) }]`. */
const rowOf = (where: string, row: unknown[]): Asked[] => {
  const [namespace, name, ...rest] = row.filter((one) => typeof one === 'string');
  if (namespace && name) return [{ where, namespace, name, dimensions: pairsOf(rest) }];
  const { expression = '' } = row[0] as { expression?: string };
  const [, schema = '', asked = ''] = /SEARCH\('\{([^}]*)\} ([^']*)'/.exec(expression) ?? [];
  if (!schema) return [];
  const [searched = '', ...by] = schema.split(',').map((word) => JSON.parse(word) as string);
  const only = new Map([...asked.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const dimensions = by.map((key): [string, string] => [key, only.get(key) ?? '*']);
  return [{ where, namespace: searched, name: only.get('MetricName') ?? '', dimensions }];
};

const inDashboards: Asked[] = resourcesOf(template, 'AWS::CloudWatch::Dashboard').flatMap(({ properties }) => {
  const { widgets } = JSON.parse(String(properties.DashboardBody)) as {
    widgets: { properties: { title: string; metrics?: unknown[][] } }[];
  };
  return widgets.flatMap(({ properties: { title, metrics: rows = [] } }) => rows.flatMap((row) => rowOf(title, row)));
});

type Stat = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };

const inAlarms: Asked[] = resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(({ properties }) => {
  const stats = properties.MetricName
    ? [properties as Stat]
    : (properties.Metrics as { MetricStat?: { Metric: Stat } }[]).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  return stats.map(({ Namespace, MetricName, Dimensions = [] }) => ({
    where: String(properties.AlarmName),
    namespace: Namespace,
    name: MetricName,
    dimensions: Dimensions.map(({ Name, Value }): [string, string] => [Name, Value]),
  }));
});

/** The sets of dimensions by which a number is kept. */
const keptBy = ({ namespace, name }: Asked): readonly (readonly string[])[] =>
  namespace === 'face-revalidation-dev'
    ? (metrics[name as MetricName]?.by ?? [])
    : (published[namespace] ?? []).filter(({ names }) => names.includes(name)).flatMap(({ by }) => by);

const faultOf = (asked: Asked): string[] => {
  const { where, namespace, name, dimensions } = asked;
  const by = dimensions.map(([key]) => key).toSorted();
  const said = `${where}: ${namespace} ${name} by [${by}]`;
  if (!keptBy(asked).some((set) => `${set.toSorted()}` === `${by}`)) return [`${said} is not published`];
  return dimensions.flatMap(([key, value]) =>
    value === '*' || values[key]?.includes(value) ? [] : [`${said}: ${key} is never ${value}`],
  );
};

test('every widget reads a published metric, by dimensions and values that it has', () => {
  expect(inDashboards.length).toBeGreaterThan(60);
  expect(inDashboards.flatMap(faultOf)).toEqual([]);
});

test('every alarm reads a published metric, by dimensions and values that it has', () => {
  expect(inAlarms.length).toBeGreaterThan(10);
  expect(inAlarms.flatMap(faultOf)).toEqual([]);
});

test('every namespace of the table is used', () => {
  const namespaces = new Set([...inDashboards, ...inAlarms].map(({ namespace }) => namespace));
  expect([...namespaces].toSorted()).toEqual([...Object.keys(published), 'face-revalidation-dev'].toSorted());
});

test('finds a metric read by another dimension, or of a machine that does not exist', () => {
  const [machine = ''] = refs('AWS::StepFunctions::StateMachine');
  const transitions = { where: 'w', namespace: 'AWS/States', name: 'ConsumedCapacity' };
  const both: [string, string][] = [
    ['ServiceMetric', 'StateTransition'],
    ['StateMachineArn', machine],
  ];
  expect(faultOf({ ...transitions, dimensions: both })).toHaveLength(1);
  expect(
    faultOf({ where: 'w', namespace: 'AWS/SQS', name: 'NumberOfMessagesSent', dimensions: [['QueueName', 'other']] }),
  ).toEqual(['w: AWS/SQS NumberOfMessagesSent by [QueueName]: QueueName is never other']);
});
