import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { CoreFunction } from '../../shared/workflow/functions.ts';
import { MACHINE_SECONDS } from '../workflow/timeouts.ts';
import type { Config } from './config.ts';
import type { Functions } from './functions.ts';
import { metricOf } from './metrics.ts';

export type Monitored = {
  config: Config;
  machine: StateMachine;
  deadLetters: Queue;
  jobDeadLetters: Queue;
  /** Absent where the deployment signs no evidence. */
  evidenceDeadLetters: Queue | undefined;
  /** Absent in a deployment without campaigns. */
  campaignMachine: StateMachine | undefined;
  functions: Functions;
};

export type AlarmSpec = {
  /** What it means, in the mail. */
  meaning: string;
  /** The first command to run: it only reads, and is made of the real names of the deployment. */
  first: (monitored: Monitored) => string;
  /** Undefined where the deployment has nothing to watch: then there is no alarm. */
  metric: (monitored: Monitored) => IMetric | undefined;
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

/** Single rows fail as single cases do; these have a common cause. */
const MANY_ROWS = 5;

/** A command of ours on the stage. */
const ours =
  (command: string) =>
  ({ config }: Monitored) =>
    `npx face-revalidation ${command} --stage ${config.stage}`;

/** The lines of a function's log in the last hour that have a word. */
const lines =
  (name: CoreFunction, word: string) =>
  ({ functions }: Monitored) =>
    `aws logs tail ${functions.logGroups[name].logGroupName} --since 1h --filter-pattern ${word}`;

/**
 * The alarms: only what a person must act on. Missing data fires no alarm, because no traffic is no failure; the exception is a
 * metric that the schedule must write. RUNBOOK.md has a chapter for each alarm.
 */
export const alarms = {
  ExecutionsFailed: {
    meaning: 'A re-validation failed. One is enough: a caller waits for it.',
    first: ours('cases --status failed --since 1h'),
    metric: ({ machine }) => machine.metricFailed(minutes(5)),
    from: 1,
  },
  ExecutionsTimedOut: {
    meaning: `A re-validation exceeded its ${MACHINE_SECONDS / 3600} hours. One is enough: a caller waits for it.`,
    first: ({ machine }) =>
      `aws stepfunctions list-executions --state-machine-arn ${machine.stateMachineArn} --status-filter TIMED_OUT --max-items 5`,
    metric: ({ machine }) => machine.metricTimedOut(minutes(5)),
    from: 1,
  },
  DropsNotStarted: {
    meaning: 'A drop could not be started and is in the dead-letter queue.',
    first: ours('redrive'),
    metric: ({ deadLetters }) =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
    from: 1,
  },
  UnclaimedDrops: {
    meaning: 'Drops were in the inbox without a claim. The sweep has started them: late, not lost.',
    first: lines('SweepInbox', 'done'),
    metric: ({ config }) => metricOf(config, 'UnclaimedDrops', {}, minutes(5)),
    from: 1,
  },
  WebhookSilence: {
    meaning:
      'Executions waited for webhooks, and in half an hour no call of Truora named one of our validations. Results are late, not lost.',
    first: ours('smoke'),
    metric: ({ config }) =>
      new MathExpression({
        // Three: Truora may forget one or two, and polling finds their verdict.
        expression: 'IF(FILL(waiting, 0) >= 3 AND FILL(recorded, 0) == 0, 1, 0)',
        usingMetrics: {
          waiting: metricOf(config, 'StepsDone', { step: 'AwaitWebhook' }, minutes(30)),
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
    first: lines('ReceiveWebhook', 'unread'),
    metric: ({ config }) => metricOf(config, 'WebhooksUnread', {}, minutes(15)),
    from: 1,
  },
  TruoraErrorRate: {
    meaning: 'A fifth of the calls to Truora got no usable answer.',
    first: lines('CreateValidation', 'thrown'),
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
    first: ours('smoke'),
    // The address is public, so single calls without a signature are normal.
    metric: ({ config }) => metricOf(config, 'WebhookSignatureFailures', {}, minutes(15)),
    from: 5,
  },
  Orphans: {
    meaning:
      'A validation was, or may have been, created and charged, and will never be used: its answer was lost or late.',
    first: ours('spend --from today'),
    metric: ({ config }) => metricOf(config, 'Orphans', {}, minutes(5)),
    from: 1,
  },
  VerdictMismatch: {
    meaning: 'Truora answered success for something else than was requested. It was not approved.',
    first: ours('cases --status failed --since 1h'),
    metric: ({ config }) => metricOf(config, 'VerdictMismatches', {}, minutes(5)),
    from: 1,
  },
  VerdictUnconfirmed: {
    meaning: 'Truora answered success without a similarity. It was not approved.',
    first: ours('cases --status failed --since 1h'),
    metric: ({ config }) => metricOf(config, 'VerdictsUnconfirmed', {}, minutes(5)),
    from: 1,
  },
  UnknownReason: {
    meaning:
      'Truora gave a reason that is not documented, or none. The person was not approved, and the raw reason is kept.',
    first: ours('cases --since 1h'),
    metric: ({ config }) => metricOf(config, 'UnknownWords', { word: 'reason' }, minutes(15)),
    from: 1,
  },
  KeyExpiry: {
    meaning: `The Truora key ends in less than ${KEY_DAYS} days. After that every re-validation fails.`,
    first: ours('smoke'),
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
    first: lines('SweepLedger', 'thrown'),
    metric: ({ config }) => metricOf(config, 'SweepFailures', {}, minutes(15)),
    from: 1,
  },
  RepairsNotDone: {
    meaning: 'A failed execution was not repaired, and its event is in the dead-letter queue of the jobs.',
    first: ours('redrive'),
    metric: ({ jobDeadLetters }) =>
      jobDeadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(15), statistic: 'Maximum' }),
    from: 1,
  },
  EvidenceNotSigned: {
    meaning:
      'The evidence of a case was not signed, and its event is in a dead-letter queue. The case itself has ended.',
    first: ours('redrive'),
    metric: ({ evidenceDeadLetters }) =>
      evidenceDeadLetters?.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(15),
        statistic: 'Maximum',
      }),
    from: 1,
  },
  CampaignStopped: {
    meaning:
      'The execution of a campaign failed, was stopped or took too long. Rows that have begun go on; no other begins.',
    first: ours('campaigns'),
    metric: ({ campaignMachine: machine }) =>
      machine &&
      new MathExpression({
        expression: 'failed + stopped + late',
        usingMetrics: {
          failed: machine.metricFailed(minutes(5)),
          stopped: machine.metricAborted(minutes(5)),
          late: machine.metricTimedOut(minutes(5)),
        },
        period: Duration.minutes(5),
      }),
    from: 1,
  },
  CampaignRowsFailed: {
    meaning: `${MANY_ROWS} rows of campaigns failed within a quarter of an hour. Each may be a charge without an answer.`,
    first: ours('campaigns'),
    metric: ({ config, campaignMachine }) =>
      campaignMachine && metricOf(config, 'CampaignRows', { status: 'failed' }, minutes(15)),
    from: MANY_ROWS,
  },
  SweepsMissing: {
    meaning: `No sweep has finished for ${MISSED_SWEEPS} times its interval: late drops, dead executions and old media wait.`,
    first: lines('SweepInbox', 'done'),
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
} satisfies Record<string, AlarmSpec>;

export type AlarmName = keyof typeof alarms;

export const alarmNames = Object.keys(alarms) as AlarmName[];
