import { Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { INBOX } from '../../shared/domain/drop.ts';
import { assumedBy } from './functions.ts';

/** The entry point for drops: an object under the inbox starts an execution, without code of ours in between. */
export class DropRule extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { media, machine }: { media: Bucket; machine: StateMachine }) {
    super(scope, id);
    // SSE-SQS: a queue with the `aws/sqs` key would silently lose what EventBridge sends.
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const role = new Role(this, 'Role', { assumedBy: assumedBy(this, 'events') });
    machine.grantStartExecution(role);
    const rule = new CfnRule(this, 'Rule', {
      description: 'A drop in the inbox starts a re-validation.',
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [media.bucketName] }, object: { key: [{ prefix: INBOX }] } },
      },
      targets: [
        {
          id: 'Machine',
          arn: machine.stateMachineArn,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: this.deadLetters.queueArn },
          // One day of retries: EventBridge's default, written out.
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
          // The whole event: EventBridge does not escape single values, so a key with a quote would break the JSON.
          inputTransformer: { inputTemplate: '{"request":{"kind":"drop","event":<aws.events.event.json>}}' },
        },
      ],
    });
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }
}
