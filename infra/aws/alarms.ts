import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  type AlarmProps,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { MACHINE_SECONDS } from '../workflow/timeouts.ts';
import type { Config } from './config.ts';
import { alarmKey } from './kms.ts';
import { metricOf } from './metrics.ts';

export type Monitored = { config: Config; machine: StateMachine; deadLetters: Queue; jobDeadLetters: Queue };

type Spec = {
  /** What it means, in the mail. The runbook says what to do, under the alarm's name. */
  meaning: string;
  metric: (monitored: Monitored) => IMetric;
  /** The alarm fires from this value on. */
  from: number;
  /** Set: the alarm fires when the value is below `from`, or missing, for this many periods. */
  missingFor?: number;
};

const minutes = (count: number) => ({ period: Duration.minutes(count), statistic: 'Sum' });

/** With fewer calls a single failure would exceed the rate. */
const ENOUGH_CALLS = 5;

/** Enough time to ask for a key, test it and install it, with a holiday in between. */
const KEY_DAYS = 30;

/** One missing sweep may be late by minutes, two may be caused by a deploy. */
const MISSED_SWEEPS = 3;

/**
 * The alarms: only what a person must act on. Missing data fires no alarm, because no traffic is no failure; the exception is a
 * metric that the schedule must write. RUNBOOK.md has a chapter for each alarm.
 */
export const alarms = {
  ExecutionsFailed: {
    meaning: 'A re-validation failed. One is enough: a caller waits for it.',
    metric: ({ machine }) => machine.metricFailed(minutes(5)),
    from: 1,
  },
  ExecutionsTimedOut: {
    meaning: `A re-validation exceeded its ${MACHINE_SECONDS / 3600} hours. One is enough: a caller waits for it.`,
    metric: ({ machine }) => machine.metricTimedOut(minutes(5)),
    from: 1,
  },
  DropsNotStarted: {
    meaning: 'A drop could not be started and is in the dead-letter queue.',
    metric: ({ deadLetters }) =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
    from: 1,
  },
  UnclaimedDrops: {
    meaning: 'Drops were in the inbox without a claim. The sweep has started them: late, not lost.',
    metric: ({ config }) => metricOf(config, 'UnclaimedDrops', {}, minutes(5)),
    from: 1,
  },
  WebhookSilence: {
    meaning:
      'Executions waited for webhooks, and in half an hour no call of Truora named one of our validations. Results are late, not lost.',
    metric: ({ config }) =>
      new MathExpression({
        // Three: Truora may forget one or two, and polling finds their verdict.
        expression: 'IF(FILL(parked, 0) >= 3 AND FILL(recorded, 0) == 0, 1, 0)',
        usingMetrics: {
          parked: metricOf(config, 'StepsDone', { step: 'AwaitWebhook' }, minutes(30)),
          // Every sweep writes 0: FILL returns nothing for a metric that was never written.
          recorded: metricOf(config, 'NotificationsRecorded', {}, minutes(30)),
        },
        period: Duration.minutes(30),
      }),
    from: 1,
  },
  WebhooksUnread: {
    meaning:
      'Genuine calls of Truora arrived in which no event about a validation can be read. They resumed no execution.',
    metric: ({ config }) => metricOf(config, 'WebhooksUnread', {}, minutes(15)),
    from: 1,
  },
  TruoraErrorRate: {
    meaning: 'A fifth of the calls to Truora got no usable answer.',
    metric: ({ config }) =>
      new MathExpression({
        expression: `IF(calls >= ${ENOUGH_CALLS}, 100 * failed / calls, 0)`,
        usingMetrics: {
          failed: metricOf(config, 'TruoraErrors', {}, minutes(5)),
          calls: metricOf(config, 'TruoraErrors', {}, { ...minutes(5), statistic: 'SampleCount' }),
        },
        period: Duration.minutes(5),
      }),
    from: 20,
  },
  WebhookSignatureFailures: {
    meaning: 'Calls to the webhook had no valid signature: a wrong key, or a stranger.',
    // The address is public, so single calls without a signature are normal.
    metric: ({ config }) => metricOf(config, 'WebhookSignatureFailures', {}, minutes(15)),
    from: 5,
  },
  Orphans: {
    meaning:
      'A validation was, or may have been, created and charged, and will never be used: its answer was lost or late.',
    metric: ({ config }) => metricOf(config, 'Orphans', {}, minutes(5)),
    from: 1,
  },
  VerdictMismatch: {
    meaning: 'Truora answered success for something else than was requested. It was not approved.',
    metric: ({ config }) => metricOf(config, 'VerdictMismatches', {}, minutes(5)),
    from: 1,
  },
  VerdictUnconfirmed: {
    meaning: 'Truora answered success without a similarity. It was not approved.',
    metric: ({ config }) => metricOf(config, 'VerdictsUnconfirmed', {}, minutes(5)),
    from: 1,
  },
  KeyExpiry: {
    meaning: `The Truora key ends in less than ${KEY_DAYS} days. After that every re-validation fails.`,
    metric: ({ config }) =>
      new MathExpression({
        // The newest key counts, so that the alarm ends soon after a rotation.
        expression: `IF(days < ${KEY_DAYS}, 1, 0)`,
        usingMetrics: { days: metricOf(config, 'TruoraKeyDays', {}, { ...minutes(120), statistic: 'Maximum' }) },
        period: Duration.minutes(120),
      }),
    from: 1,
  },
  SweepFailures: {
    meaning: 'A job could not repair a record. Each sweep tries again.',
    metric: ({ config }) => metricOf(config, 'SweepFailures', {}, minutes(15)),
    from: 1,
  },
  RepairsNotDone: {
    meaning: 'A failed execution was not repaired, and its event is in the dead-letter queue of the jobs.',
    metric: ({ jobDeadLetters }) =>
      jobDeadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(15), statistic: 'Maximum' }),
    from: 1,
  },
  SweepsMissing: {
    meaning: `No sweep has finished for ${MISSED_SWEEPS} times its interval: late drops, dead executions and old media wait.`,
    // Every sweep of the inbox writes this metric, also 0.
    metric: ({ config }) =>
      metricOf(
        config,
        'UnclaimedDrops',
        {},
        { period: Duration.minutes(config.sweepMinutes), statistic: 'SampleCount' },
      ),
    from: 1,
    missingFor: MISSED_SWEEPS,
  },
} satisfies Record<string, Spec>;

const ifAbove = {
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

/** How far back an earlier sweep counts: the longest period of a CloudWatch alarm. Days. */
const SILENCE_DAYS = 7;

export type AlarmName = keyof typeof alarms;

export const alarmNames = Object.keys(alarms) as AlarmName[];

/** The alarms, and the topic that sends them to people. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly byName: Record<AlarmName, AlarmBase>;

  constructor(scope: Construct, id: string, monitored: Monitored) {
    super(scope, id);
    const { config } = monitored;
    this.topic = new Topic(this, 'Topic', { masterKey: alarmKey(this), enforceSSL: true });
    // Our policy replaces SNS's default policy, which admits the account's alarms.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (config.alarmEmail) this.topic.addSubscription(new EmailSubscription(config.alarmEmail));
    const make = (name: AlarmName): AlarmBase => {
      const { meaning, metric, from, missingFor }: Spec = alarms[name];
      const texts = {
        alarmName: `face-revalidation-${config.stage}-${name}`,
        alarmDescription: `${meaning} What to do: infra/aws/RUNBOOK.md, ${name}.`,
      };
      const alarm = missingFor
        ? this.#silence(name, texts, { metric: metric(monitored) as Metric, from, missingFor })
        : new Alarm(this, name, { ...texts, metric: metric(monitored), threshold: from, ...ifAbove });
      alarm.addAlarmAction(new SnsAction(this.topic));
      return alarm;
    };
    this.byName = Object.fromEntries(alarmNames.map((name) => [name, make(name)])) as typeof this.byName;
  }

  /**
   * Fires when a scheduled metric stops: missing now, and present within the days before. The second half keeps a first
   * deployment quiet until the schedule has run once.
   */
  #silence(
    name: AlarmName,
    texts: { alarmName: string; alarmDescription: string },
    { metric, from, missingFor }: { metric: Metric; from: number; missingFor: number },
  ): CompositeAlarm {
    const half = (what: string, props: Omit<AlarmProps, 'threshold'>) =>
      new Alarm(this, `${name}${what}`, {
        alarmName: `${texts.alarmName}-${what}`,
        alarmDescription: `Half of ${name}; sends no notification by itself.`,
        threshold: from,
        ...props,
      });
    const missing = half('Missing', {
      metric,
      evaluationPeriods: missingFor,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const before = half('Before', {
      ...ifAbove,
      metric: metric.with({ period: Duration.days(1) }),
      evaluationPeriods: SILENCE_DAYS,
      datapointsToAlarm: 1,
    });
    return new CompositeAlarm(this, name, {
      alarmDescription: texts.alarmDescription,
      compositeAlarmName: texts.alarmName,
      alarmRule: AlarmRule.allOf(missing, before),
    });
  }
}
