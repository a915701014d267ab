import { Duration } from 'aws-cdk-lib';
import { CfnRule, type CfnRuleProps, Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IDestination } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import { type CoreFunction, type JobName, jobs } from '../../shared/workflow/functions.ts';
import type { Config } from './config.ts';
import type { Functions } from './functions.ts';

/** The jobs for outcomes have a rule of their own. */
type CoreJob = JobName & CoreFunction;

type Props = { config: Config; functions: Functions; machineArn: string };

/**
 * Starts the jobs: on a schedule, and for each failed execution. Two at once do no harm, so there is no lock. Only failure events
 * are kept in a queue: a failed sweep is counted, and the next one finds the same.
 */
export class Jobs extends Construct {
  /** Events of failed executions that could not be delivered, or not be repaired in three tries. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { config, functions, machineArn }: Props) {
    super(scope, id);
    // SSE-SQS: a queue with the `aws/sqs` key would silently lose what EventBridge sends.
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const queue = { arn: this.deadLetters.queueArn };
    // Not CDK's own destination: it also allows the function to read the queue's attributes.
    const onFailure: IDestination = { bind: () => ({ destination: queue.arn }) };
    const sendToQueue = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.arn] });
    const invoke = (on: 'schedule' | 'failure', maximumRetryAttempts: number, when: Partial<CfnRuleProps>) => {
      const isKept = on === 'failure';
      const names = (Object.keys(jobs) as JobName[]).filter((name): name is CoreJob => jobs[name].on === on);
      const retryPolicy = { maximumRetryAttempts, maximumEventAgeInSeconds: 3600 };
      const targets = names.map((name) => {
        const { functionArn: arn } = functions.byName[name];
        return defined({ id: name, arn, retryPolicy, deadLetterConfig: isKept ? queue : undefined });
      });
      const rule = new CfnRule(this, `On${isKept ? 'Failure' : 'Schedule'}`, { ...when, targets });
      for (const name of names) {
        functions.byName[name].configureAsyncInvoke(
          defined({
            retryAttempts: maximumRetryAttempts,
            maxEventAge: Duration.hours(1),
            onFailure: isKept ? onFailure : undefined,
          }),
        );
        if (isKept) functions.byName[name].addToRolePolicy(sendToQueue);
        // Not CDK's own target: its generated names change with the name of the stack.
        new CfnPermission(this, `Wake${name}`, {
          action: 'lambda:InvokeFunction',
          functionName: functions.byName[name].functionArn,
          principal: 'events.amazonaws.com',
          sourceArn: rule.attrArn,
        });
      }
      return rule;
    };
    // A failed sweep is not retried: the next one starts within minutes and finds the same.
    invoke('schedule', 0, {
      description: 'Starts the jobs that repair what was left unfinished.',
      scheduleExpression: Schedule.rate(Duration.minutes(config.sweepMinutes)).expressionString,
    });
    const failures = invoke('failure', 2, {
      description: 'Records the outcome of an execution that ended without one.',
      eventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [machineArn] },
      },
    });
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': failures.attrArn } },
      }),
    );
  }
}
