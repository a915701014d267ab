import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { Config } from './config.ts';

type Acknowledged = { rule: string; where: RegExp; reason: string };

/** What a finding may spell differently from one deployment to the next. */
type Deployment = Pick<Config, 'stage' | 'region' | 'alarmEmail'>;

/** Every finding of the policies that we live with, where it is found, and why. A test knows of no other, and of no old one. */
export const acknowledgedIn = ({
  stage,
  region = '<AWS::Region>',
  alarmEmail,
}: Deployment): readonly Acknowledged[] => [
  {
    rule: 'AwsSolutions-S1',
    where: /Storage\/Media$/,
    reason:
      'Access logs of S3 name the keys, and a key names a person. Who read what is a matter of CloudTrail data events.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    where: /Storage\/(TruoraKey|WebhookKeys)$/,
    reason: 'Truora makes these keys and has no call to make new ones: a person rotates them (infra/aws/RUNBOOK.md).',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    where: /Functions\/\w+ServiceRole\/DefaultPolicy$/,
    reason: 'X-Ray knows no resources, so AWS documents its two actions with `*`.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    where: /Workflow\/Role\/DefaultPolicy$/,
    reason: 'Log delivery and X-Ray know no resources, so AWS documents their actions with `*`.',
  },
  ...(['inbox', 'media'] as const).map((folder) => ({
    // The id that CDK gives the bucket: cdk-nag names what it found word by word.
    rule: `AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/${folder}/*]`,
    where:
      /Functions\/(ClaimRequest|CreateValidation|MoveMedia|StartRevalidation|SweepLedger)ServiceRole\/DefaultPolicy$/,
    reason: `Media lies anywhere under ${folder}/: its key says whose it is, and nobody knows it before.`,
  })),
  {
    rule: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:${region}:<AWS::AccountId>:execution:face-revalidation-${stage}:*]`,
    where: /Functions\/(CancelRevalidation|SweepLedger)ServiceRole\/DefaultPolicy$/,
    reason: 'An execution has a name of its own that nobody knows before, so it can only be named by its machine.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    where: /(DropRule|Jobs)\/DeadLetters$/,
    reason: 'This is the dead-letter queue: of the rules, which cdk-nag does not look at.',
  },
  {
    rule: 'Serverless-SQSRedrivePolicy',
    where: /(DropRule|Jobs)\/DeadLetters$/,
    reason: 'This is the dead-letter queue: nobody but a person reads it, so nothing can fail twice.',
  },
  ...(alarmEmail
    ? [
        {
          rule: 'Serverless-SNSRedrivePolicy',
          where: /Alarms\/Topic\/[^/]+$/,
          reason: 'A mail that SNS cannot deliver is no loss: the alarm stays on, and the dashboards show it.',
        },
      ]
    : []),
  {
    rule: 'AwsSolutions-APIG4',
    where: /RevalidationApi\/Api\/POST--webhooks--truora$/,
    reason: "A webhook's authorisation is its signature, which the function checks before anything else.",
  },
  {
    rule: 'Serverless-LambdaDLQ',
    where: /Functions\/(?!Sweep|Repair|CheckKey)\w+$/,
    reason: 'Called synchronously, by the machine or the gateway, which learn of every failure: nothing is queued.',
  },
  ...(
    [
      ['Serverless-LambdaDLQ', /Functions\/(Sweep|CheckKey)\w*$/],
      ['Serverless-LambdaAsyncFailureDestination', /Functions\/(Sweep|CheckKey)\w*\/EventInvokeConfig$/],
      ['Serverless-EventBusDLQ', /Jobs\/OnSchedule$/],
    ] as const
  ).map(([rule, where]) => ({
    rule,
    where,
    reason: 'Woken by a clock: the next call finds the same, and alarms see what failed and what did not come.',
  })),
  {
    rule: 'Serverless-LambdaDLQ',
    where: /Functions\/RepairExecution$/,
    reason:
      'What it could not do goes to a queue by its failure destination, which also says why; the rule knows no such.',
  },
];

/**
 * Every wildcard in a right, action by action, and why AWS or our data demand it: cdk-nag knows a wildcard by its resource
 * alone, so one that has a reason would hide another. A test knows of no other, and of no old one.
 */
export const wildcards: readonly { actions: RegExp; resource: RegExp; reason: string }[] = [
  {
    actions: /^xray:(Put(TraceSegments|TelemetryRecords)|GetSampling(Rules|Targets))$/,
    resource: /^\*$/,
    reason: 'X-Ray knows no resources.',
  },
  {
    actions: /^logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/,
    resource: /^\*$/,
    reason: 'Log delivery, by which Step Functions writes its log, knows no resources.',
  },
  {
    actions: /^s3:(GetObject(Version)?|PutObject|DeleteObjectVersion)$/,
    resource: /^arn:aws:s3:::[^/*?]+\/(inbox|media)\/\*$/,
    reason: 'Media lies anywhere under its folder: its key says whose it is, and nobody knows it before.',
  },
  {
    actions: /^states:(Stop|Describe)Execution$/,
    resource: /^arn:aws:states:[^*?]+:execution:[^:*?]+:\*$/,
    reason: 'An execution has a name of its own, so it can only be named by its machine.',
  },
];

/** Has CDK look at every synthesized template with the eyes of cdk-nag; a finding without a reason fails the synthesis. */
export const checkPolicies = (app: App): void =>
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

/** Leaves the reasons on the constructs they are about, where they show up in the report. */
export const acknowledgeFindings = (stack: Stack, deployment: Deployment): void => {
  for (const construct of stack.node.findAll()) {
    for (const { rule, where, reason } of acknowledgedIn(deployment)) {
      // CDK wants the plugin's name in front, which every rule begins with.
      const id = `${rule.split('-')[0]}::${rule}`;
      if (where.test(construct.node.path)) Validations.of(construct).acknowledge({ id, reason });
    }
  }
};
