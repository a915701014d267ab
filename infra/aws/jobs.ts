import { Duration } from 'aws-cdk-lib';
import { CfnRule, type CfnRuleProps, Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IDestination } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type JobName, jobs } from '../../shared/workflow/functions.ts';
import type { Config } from './config.ts';
import type { Functions } from './functions.ts';

type Props = { config: Config; functions: Functions; machineArn: string };

/**
 * Who wakes the watches: a clock, and the machine's own failures. Two may run at once and do no harm, so nothing holds
 * them apart. Only what no clock says again is kept: a sweep that failed is counted, and the next one finds the same.
 */
export class Jobs extends Construct {
  /** Failures of executions that could not be handed over, or could not be put right in three tries. */
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
    // Not the destination that CDK has ready: that one also lets a function ask about the queue.
    const onFailure: IDestination = { bind: () => ({ destination: queue.arn }) };
    const leaveThere = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.arn] });
    const wake = (on: (typeof jobs)[JobName]['on'], maximumRetryAttempts: number, when: Partial<CfnRuleProps>) => {
      const isKept = on === 'failure';
      const names = (Object.keys(jobs) as JobName[]).filter((name) => jobs[name].on === on);
      const retryPolicy = { maximumRetryAttempts, maximumEventAgeInSeconds: 3600 };
      const targets = names.map((name) => {
        const { functionArn: arn } = functions.byName[name];
        return { id: name, arn, retryPolicy, ...(isKept ? { deadLetterConfig: queue } : {}) };
      });
      const rule = new CfnRule(this, `On${isKept ? 'Failure' : 'Schedule'}`, { ...when, targets });
      for (const name of names) {
        functions.byName[name].configureAsyncInvoke({
          retryAttempts: maximumRetryAttempts,
          maxEventAge: Duration.hours(1),
          ...(isKept ? { onFailure } : {}),
        });
        if (isKept) functions.byName[name].addToRolePolicy(leaveThere);
        // Not the target that CDK has ready: the names it makes up change with the name of the stack.
        new CfnPermission(this, `Wake${name}`, {
          action: 'lambda:InvokeFunction',
          functionName: functions.byName[name].functionArn,
          principal: 'events.amazonaws.com',
          sourceArn: rule.attrArn,
        });
      }
      return rule;
    };
    // A sweep is not repeated: the next one comes in minutes and finds the same.
    wake('schedule', 0, {
      description: 'Looks after what was left lying.',
      scheduleExpression: Schedule.rate(Duration.minutes(config.sweepMinutes)).expressionString,
    });
    const failures = wake('failure', 2, {
      description: 'Records an outcome for an execution that could not.',
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
