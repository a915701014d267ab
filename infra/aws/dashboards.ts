import { Duration } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  type Metric,
  PeriodOverride,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { StateTransitionMetric } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { counted } from '../../shared/campaigns/campaign.ts';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { type StepName, stepNames } from '../../shared/workflow/contract.ts';
import { notificationResults, truoraCalls, unknownWords } from '../../shared/workflow/metrics.ts';
import type { Monitored } from './alarm-table.ts';
import { everyOf, metricOf } from './metrics.ts';

type Props = Monitored & { alarms: AlarmBase[] };

/** The steps of every accepted request, in order: each bar is at most as long as the one before. */
const funnel: StepName[] = ['ClaimRequest', 'CheckEnrollment', 'CreateValidation', 'MoveMedia', 'RecordOutcome'];

const size = { width: 12, height: 6 };

const wide = { width: 24, height: 6 };

/** Two dashboards: results for the product owner, operations for the person on call. */
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const page = (name: string, days: number, widgets: IWidget[][]) =>
      new Dashboard(this, name, {
        dashboardName: `face-revalidation-${props.config.stage}-${name.toLowerCase()}`,
        defaultInterval: Duration.days(days),
        periodOverride: PeriodOverride.INHERIT,
        widgets,
      });
    page('Product', 7, productWidgets(props));
    page('Operations', 1, operationsWidgets(props));
  }
}

const productWidgets = ({ config }: Props): IWidget[][] => {
  const day = { period: Duration.days(1), statistic: 'Sum' };
  const outcomes = (status: string) => metricOf(config, 'Outcomes', { status }, { ...day, label: status });
  const [approved, declined] = [outcomes('approved'), outcomes('declined')];
  const verdictAfter = (decidedBy: string) =>
    ['p50', 'p95'].map((statistic) =>
      metricOf(
        config,
        'TimeToVerdict',
        { decidedBy },
        { period: Duration.hours(1), statistic, label: `${statistic}, ${decidedBy}` },
      ),
    );
  const done = (step: StepName) => metricOf(config, 'StepsDone', { step }, { ...day, label: step });
  return [
    [
      new SingleValueWidget({
        title: 'Funnel: requests that passed each step',
        metrics: funnel.map(done),
        setPeriodToTimeRange: true,
        ...wide,
      }),
    ],
    [
      new GraphWidget({
        title: 'Pass rate: approved of all that Truora decided, %',
        left: [
          new MathExpression({
            label: 'pass rate',
            expression: '100 * FILL(approved, 0) / (FILL(approved, 0) + FILL(declined, 0))',
            usingMetrics: { approved, declined },
            period: Duration.days(1),
          }),
        ],
        leftYAxis: { min: 0, max: 100 },
        ...size,
      }),
      new GraphWidget({ title: 'Outcomes a day', left: outcomeStatuses.map(outcomes), stacked: true, ...size }),
    ],
    [
      new GraphWidget({
        title: 'Time to verdict, ms',
        left: [...verdictAfter('webhook'), ...verdictAfter('poll')],
        ...size,
      }),
      new GraphWidget({
        title: 'Why not approved',
        left: [new MathExpression(everyOf(config, 'Outcomes', ['status', 'reason']))],
        stacked: true,
        ...size,
      }),
    ],
    [
      new GraphWidget({
        title: 'Refusals by reason: what callers can correct',
        left: [new MathExpression(everyOf(config, 'Outcomes', ['status', 'reason'], { status: 'refused' }))],
        stacked: true,
        ...size,
      }),
      new SingleValueWidget({
        title: 'Cost units: validations that Truora charges, transitions that AWS charges',
        metrics: [done('CreateValidation'), transitions()],
        setPeriodToTimeRange: true,
        ...size,
      }),
    ],
  ];
};

/**
 * What AWS bills for standard workflows, retries included. The metric covers all machines of the account and region (documented:
 * it has no dimension for a machine).
 */
const transitions = (): Metric =>
  StateTransitionMetric.metricConsumedCapacity({
    statistic: 'Sum',
    period: Duration.days(1),
    label: 'transitions of all machines of the account',
  });

const campaignRows = (config: Monitored['config']): IWidget =>
  new GraphWidget({
    title: 'Rows of campaigns that ended',
    left: counted.map((status) =>
      metricOf(config, 'CampaignRows', { status }, { period: Duration.minutes(5), statistic: 'Sum', label: status }),
    ),
    ...size,
  });

const operationsWidgets = ({ config, machine, deadLetters, functions, alarms }: Props): IWidget[][] => {
  const now = { period: Duration.minutes(5), statistic: 'Sum' };
  const latency = (call: string): IMetric[] =>
    ['p50', 'p95'].map((statistic) =>
      metricOf(config, 'TruoraLatency', { call }, { ...now, statistic, label: `${statistic}, ${call}` }),
    );
  const calls = Object.values(truoraCalls);
  return [
    [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
    [
      new GraphWidget({
        title: 'Executions',
        left: [
          machine.metricStarted(now),
          machine.metricSucceeded(now),
          machine.metricFailed(now),
          machine.metricTimedOut(now),
          machine.metricAborted(now),
        ],
        ...size,
      }),
      new GraphWidget({
        title: 'Steps done',
        left: stepNames.map((step) => metricOf(config, 'StepsDone', { step }, { ...now, label: step })),
        ...size,
      }),
    ],
    [
      new GraphWidget({ title: 'Truora: milliseconds a call', left: calls.flatMap(latency), ...size }),
      new GraphWidget({
        title: 'Truora: calls without a usable answer',
        left: calls.map((call) => metricOf(config, 'TruoraErrors', { call }, { ...now, label: call })),
        ...size,
      }),
    ],
    [
      new GraphWidget({
        title: 'Webhooks: waited for, genuine, recorded, unread, without a valid signature',
        left: [
          metricOf(config, 'StepsDone', { step: 'AwaitWebhook' }, { ...now, label: 'waited for' }),
          metricOf(config, 'Webhooks', {}, { ...now, label: 'genuine' }),
          metricOf(config, 'NotificationsRecorded', {}, { ...now, label: 'recorded' }),
          metricOf(config, 'WebhooksUnread', {}, { ...now, label: 'unread' }),
          metricOf(config, 'WebhookSignatureFailures', {}, { ...now, label: 'bad signature' }),
        ],
        ...size,
      }),
      new GraphWidget({
        title: 'Drops not started or unclaimed; verdict mismatches; orphans; media cut off by S3; failed repairs',
        left: [
          deadLetters.metricApproximateNumberOfMessagesVisible({ ...now, statistic: 'Maximum' }),
          metricOf(config, 'UnclaimedDrops', {}, now),
          metricOf(config, 'VerdictMismatches', {}, now),
          metricOf(config, 'VerdictsUnconfirmed', {}, now),
          metricOf(config, 'OtherEnrollments', {}, now),
          metricOf(config, 'SweepFailures', {}, now),
          metricOf(config, 'Orphans', {}, now),
          metricOf(config, 'MediaReadFailures', {}, now),
        ],
        ...size,
      }),
    ],
    [
      new GraphWidget({
        title: "Days until Truora's key ends",
        left: [metricOf(config, 'TruoraKeyDays', {}, { period: Duration.hours(2), statistic: 'Maximum' })],
        leftYAxis: { min: 0 },
        ...size,
      }),
      new GraphWidget({
        title: 'Webhooks: results of their notifications',
        left: notificationResults.map((result) =>
          metricOf(config, 'Notifications', { result }, { ...now, label: result }),
        ),
        ...size,
      }),
    ],
    [
      new GraphWidget({
        title: 'Unknown words of Truora',
        left: unknownWords.map((word) => metricOf(config, 'UnknownWords', { word }, { ...now, label: word })),
        ...size,
      }),
      ...(config.campaigns ? [campaignRows(config)] : []),
    ],
    [
      new GraphWidget({
        title: 'Functions: throttles',
        left: Object.values(functions.byName).map((one) => one.metricThrottles(now)),
        ...size,
      }),
      new GraphWidget({
        title: 'Functions: slowest, ms',
        left: Object.values(functions.byName).map((one) => one.metricDuration({ ...now, statistic: 'Maximum' })),
        ...size,
      }),
    ],
  ];
};
