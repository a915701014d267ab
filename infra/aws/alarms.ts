import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  type AlarmProps,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type AlarmName, type AlarmSpec, alarmNames, alarms, type Monitored } from './alarm-table.ts';
import { alarmKey } from './kms.ts';

const ifAbove = {
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

/** How far back an earlier sweep counts: the longest period of a CloudWatch alarm. Days. */
const SILENCE_DAYS = 7;

/** What the mail of an alarm says, without another page open. At most 1024 characters (documented). */
const descriptionOf = (meaning: string, command: string, runbook: string): string =>
  `${meaning}\nFirst run: ${command}\nThen: ${runbook}`;

/** The alarms, and the topic that sends them to people. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly byName: Partial<Record<AlarmName, AlarmBase>>;

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
    const make = (name: AlarmName): AlarmBase | undefined => {
      const { meaning, first, metric: metricIn, from, missingFor }: AlarmSpec = alarms[name];
      const metric = metricIn(monitored);
      if (!metric) return undefined;
      const texts = {
        alarmName: `face-revalidation-${config.stage}-${name}`,
        alarmDescription: descriptionOf(meaning, first(monitored), `${config.runbookUrl}#${name.toLowerCase()}`),
      };
      const alarm = missingFor
        ? this.#silence(name, texts, { metric: metric as Metric, from, missingFor })
        : new Alarm(this, name, { ...texts, metric, threshold: from, ...ifAbove });
      alarm.addAlarmAction(new SnsAction(this.topic));
      // The end of an alarm is sent too: without it two people look for what is over.
      alarm.addOkAction(new SnsAction(this.topic));
      return alarm;
    };
    this.byName = Object.fromEntries(
      alarmNames.flatMap((name) => {
        const alarm = make(name);
        return alarm ? [[name, alarm]] : [];
      }),
    );
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
