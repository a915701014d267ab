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
import { ours } from './metrics.ts';

export type Watched = { config: Config; machine: StateMachine; deadLetters: Queue; unwatched: Queue };

type Spec = {
  /** What it means, in the mail; what to do stands in the runbook under the alarm's name. */
  meaning: string;
  metric: (watched: Watched) => IMetric;
  /** It rings from this value on. */
  from: number;
  /** Or below it, where nothing counts as 0, when that lasts for so many periods. */
  missingFor?: number;
};

const minutes = (count: number) => ({ period: Duration.minutes(count), statistic: 'Sum' });

/** Below this many calls a single failure would be a rate of its own. */
const ENOUGH_CALLS = 5;

/** Enough to ask for a key, to try it and to put it in place, with a holiday in between. */
const KEY_DAYS = 30;

/** One may be late by minutes, two be the work of a deploy. */
const MISSED_SWEEPS = 3;

/**
 * Everything that is worth a person's time, and nothing else. A lack of data rings nothing, for no traffic is no trouble,
 * except where it is the clock that should have spoken.
 * Each has its chapter in RUNBOOK.md, under its name.
 */
export const alarms = {
  ExecutionsFailed: {
    meaning: 'A re-validation was given up. One is enough: somebody waits for it.',
    metric: ({ machine }) => machine.metricFailed(minutes(5)),
    from: 1,
  },
  ExecutionsTimedOut: {
    meaning: `A re-validation ran out of its ${MACHINE_SECONDS / 3600} hours. One is enough: somebody waits for it.`,
    metric: ({ machine }) => machine.metricTimedOut(minutes(5)),
    from: 1,
  },
  DropsNotStarted: {
    meaning: 'A drop could not be started and lies in the dead-letter queue.',
    metric: ({ deadLetters }) =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
    from: 1,
  },
  UnclaimedDrops: {
    meaning: 'Drops lay in the inbox and nothing had claimed them. The sweep has started them: late, not lost.',
    metric: ({ config }) => ours(config, 'UnclaimedDrops', {}, minutes(5)),
    from: 1,
  },
  WebhookSilence: {
    meaning:
      'Validations were waited for, and in half an hour no call of Truora’s told of one of ours. Results are late, not lost.',
    metric: ({ config }) =>
      new MathExpression({
        // Three, since one or two may just have been forgotten by Truora, which polling makes good.
        expression: 'IF(FILL(parked, 0) >= 3 AND FILL(recorded, 0) == 0, 1, 0)',
        usingMetrics: {
          parked: ours(config, 'StepsDone', { step: 'AwaitWebhook' }, minutes(30)),
          // Every sweep says 0: FILL gives nothing for a number that was never said.
          recorded: ours(config, 'NotificationsRecorded', {}, minutes(30)),
        },
        period: Duration.minutes(30),
      }),
    from: 1,
  },
  WebhooksUnread: {
    meaning: 'Genuine calls of Truora’s came in which no event about a validation can be read. They woke nobody.',
    metric: ({ config }) => ours(config, 'WebhooksUnread', {}, minutes(15)),
    from: 1,
  },
  TruoraErrorRate: {
    meaning: 'A fifth of the calls to Truora got no usable answer.',
    metric: ({ config }) =>
      new MathExpression({
        expression: `IF(calls >= ${ENOUGH_CALLS}, 100 * failed / calls, 0)`,
        usingMetrics: {
          failed: ours(config, 'TruoraErrors', {}, minutes(5)),
          calls: ours(config, 'TruoraErrors', {}, { ...minutes(5), statistic: 'SampleCount' }),
        },
        period: Duration.minutes(5),
      }),
    from: 20,
  },
  WebhookSignatureFailures: {
    meaning: 'Calls to the webhook had no valid signature: a wrong key, or a stranger.',
    // The address is public, so a stray call now and then is the weather.
    metric: ({ config }) => ours(config, 'WebhookSignatureFailures', {}, minutes(15)),
    from: 5,
  },
  Orphans: {
    meaning:
      'A validation was, or may have been, created and charged, and will never be used: its answer was lost or late.',
    metric: ({ config }) => ours(config, 'Orphans', {}, minutes(5)),
    from: 1,
  },
  VerdictMismatch: {
    meaning: 'Truora said success about something else than what was asked. It was not approved.',
    metric: ({ config }) => ours(config, 'VerdictMismatches', {}, minutes(5)),
    from: 1,
  },
  VerdictUnconfirmed: {
    meaning: 'Truora said success without saying how alike the faces are. It was not approved.',
    metric: ({ config }) => ours(config, 'VerdictsUnconfirmed', {}, minutes(5)),
    from: 1,
  },
  KeyExpiry: {
    meaning: `The Truora key ends in less than ${KEY_DAYS} days. After that every re-validation fails.`,
    metric: ({ config }) =>
      new MathExpression({
        // The newest key counts, so that the alarm is over soon after a rotation.
        expression: `IF(days < ${KEY_DAYS}, 1, 0)`,
        usingMetrics: { days: ours(config, 'TruoraKeyDays', {}, { ...minutes(120), statistic: 'Maximum' }) },
        period: Duration.minutes(120),
      }),
    from: 1,
  },
  SweepFailures: {
    meaning: 'Something was left behind, and no watch could put it right. Each sweep tries again.',
    metric: ({ config }) => ours(config, 'SweepFailures', {}, minutes(15)),
    from: 1,
  },
  RepairsNotDone: {
    meaning: 'A failed execution was not seen to, and its event lies in the dead-letter queue of the watches.',
    metric: ({ unwatched }) =>
      unwatched.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(15), statistic: 'Maximum' }),
    from: 1,
  },
  SweepsMissing: {
    meaning: `No sweep has come to its end for ${MISSED_SWEEPS} times its interval: what is left behind stays there.`,
    // Every sweep of the inbox says how many drops it has found, 0 too.
    metric: ({ config }) =>
      ours(config, 'UnclaimedDrops', {}, { period: Duration.minutes(config.sweepMinutes), statistic: 'SampleCount' }),
    from: 1,
    missingFor: MISSED_SWEEPS,
  },
} satisfies Record<string, Spec>;

/** A lack of data rings nothing. */
const ifAbove = {
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

/** How far back a sweep is looked for, for silence to be silence: as long as CloudWatch lets an alarm look. Days. */
const SWEPT_DAYS = 7;

export type AlarmName = keyof typeof alarms;

export const alarmNames = Object.keys(alarms) as AlarmName[];

/** The alarms, and the topic that tells people of them. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly byName: Record<AlarmName, AlarmBase>;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { config } = watched;
    this.topic = new Topic(this, 'Topic', { masterKey: alarmKey(this), enforceSSL: true });
    // A policy of ours takes the place of SNS's own, which lets the account's alarms in.
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
      const words = {
        alarmName: `face-revalidation-${config.stage}-${name}`,
        alarmDescription: `${meaning} What to do: infra/aws/RUNBOOK.md, ${name}.`,
      };
      const alarm = missingFor
        ? this.#silence(name, words, { metric: metric(watched) as Metric, from, missingFor })
        : new Alarm(this, name, { ...words, metric: metric(watched), threshold: from, ...ifAbove });
      alarm.addAlarmAction(new SnsAction(this.topic));
      return alarm;
    };
    this.byName = Object.fromEntries(alarmNames.map((name) => [name, make(name)])) as typeof this.byName;
  }
  /**
   * Rings when a number that comes by the clock is not there any more: missing now, and seen within the days before. The second
   * half keeps a first deployment quiet until the clock has struck once.
   */
  #silence(
    name: AlarmName,
    words: { alarmName: string; alarmDescription: string },
    { metric, from, missingFor }: { metric: Metric; from: number; missingFor: number },
  ): CompositeAlarm {
    const half = (what: string, props: Omit<AlarmProps, 'threshold'>) =>
      new Alarm(this, `${name}${what}`, {
        alarmName: `${words.alarmName}-${what}`,
        alarmDescription: `Half of ${name}; tells nobody by itself.`,
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
      evaluationPeriods: SWEPT_DAYS,
      datapointsToAlarm: 1,
    });
    return new CompositeAlarm(this, name, {
      alarmDescription: words.alarmDescription,
      compositeAlarmName: words.alarmName,
      alarmRule: AlarmRule.allOf(missing, before),
    });
  }
}
