import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { type Acknowledged, campaignFindings } from './campaign-findings.ts';
import { consoleFindings } from './cdk-nag-console.ts';
import type { Config } from './config.ts';

/** The settings that change the text of a finding. */
type Deployment = Pick<Config, 'stage' | 'region' | 'alarmEmail'> & Partial<Pick<Config, 'console' | 'campaigns'>>;

const OPERATOR = /OperatorPermissions$/;

/** Every accepted finding, where it is found, and why. A test fails for a finding that is missing here, and for a row without one. */
export const acknowledgedIn = ({
  stage,
  region,
  alarmEmail,
  console,
  campaigns,
}: Deployment): readonly Acknowledged[] => {
  // Of a known region the CDK knows the partition, too.
  const partOf = (service: string) =>
    region ? `aws:${service}:${region}` : `<AWS::Partition>:${service}:<AWS::Region>`;
  return [
    {
      rule: 'AwsSolutions-S1',
      where: /Storage\/Media$/,
      reason: 'Access logs of S3 name the keys, and a key names a person. CloudTrail data events show who read what.',
    },
    {
      rule: 'AwsSolutions-S1',
      where: /Storage\/(Evidence\/Bucket|Erasures)$/,
      reason: 'CloudTrail data events show who read which object, with the identity, which access logs may lack.',
    },
    {
      rule: 'AwsSolutions-SMG4',
      where: /Storage\/(TruoraKey|WebhookKeys)$/,
      reason: 'Truora makes these keys and has no API to make new ones: a person rotates them (infra/aws/RUNBOOK.md).',
    },
    {
      rule: 'AwsSolutions-IAM5[Resource::*]',
      where: /Functions\/\w+ServiceRole\/DefaultPolicy$/,
      reason: 'X-Ray has no resource types, so AWS documents its two actions with `*`.',
    },
    {
      rule: 'AwsSolutions-IAM5[Resource::*]',
      where: /Workflow\/Role\/DefaultPolicy$/,
      reason: 'Log delivery and X-Ray have no resource types, so AWS documents their actions with `*`.',
    },
    ...(['inbox', 'media'] as const).map((folder) => ({
      // The id that CDK gives the bucket: cdk-nag quotes it in the finding.
      rule: `AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/${folder}/*]`,
      where:
        /Functions\/(ClaimRequest|CreateValidation|MoveMedia|StartRevalidation|AwaitMedia|GiveCaptureForm|RevokeConsent|SweepLedger|EraseAccount|SweepErasures)ServiceRole\/DefaultPolicy$/,
      reason: `Media can be anywhere under ${folder}/: its key names the person and is not known at deployment.`,
    })),
    {
      rule: 'AwsSolutions-IAM5[Resource::<StorageEvidenceBucket72D8CD1D.Arn>/evidence/*]',
      where:
        /(Functions\/(ReadEvidence|SignEvidence|EraseAccount|SweepErasures)ServiceRole\/DefaultPolicy|OperatorPermissions)$/,
      reason: 'The key of evidence is the id of a case, which is not known at deployment.',
    },
    ...(['erased', 'certificates'] as const).map((folder) => ({
      rule: `AwsSolutions-IAM5[Resource::<StorageErasures4019C3FF.Arn>/${folder}/*]`,
      where: /Functions\/(EraseAccount|SweepErasures)ServiceRole\/DefaultPolicy$/,
      reason: 'The key is the name of an erased person, which is not known at deployment.',
    })),
    {
      rule: 'AwsSolutions-IAM5[Resource::<StorageErasures4019C3FF.Arn>/revoked/*]',
      where: /Functions\/(RevokeConsent|SweepLedger)ServiceRole\/DefaultPolicy$/,
      reason: 'The key is the id of a receipt of consent, which is not known at deployment.',
    },
    {
      rule: `AwsSolutions-IAM5[Resource::arn:${partOf('states')}:<AWS::AccountId>:execution:face-revalidation-${stage}:*]`,
      where:
        /Functions\/(CancelRevalidation|RevokeConsent|SweepLedger|EraseAccount|SweepErasures|ReadCase)ServiceRole\/DefaultPolicy$/,
      reason: 'The name of an execution is not known at deployment, so only its machine can be named.',
    },
    {
      rule: 'AwsSolutions-IAM5[Resource::*]',
      where: OPERATOR,
      reason: 'The results of a log query have no ARN; its id is known only to the caller of StartQuery.',
    },
    {
      rule: `AwsSolutions-IAM5[Resource::arn:${partOf('states')}:<AWS::AccountId>:execution:face-revalidation-${stage}:*]`,
      where: OPERATOR,
      reason: 'The name of an execution is not known at deployment, so only its machine can be named.',
    },
    {
      rule: `AwsSolutions-IAM5[Resource::arn:${partOf('logs')}:<AWS::AccountId>:log-group:<AWS::StackName>-*]`,
      where: OPERATOR,
      reason:
        'The logs of the functions by the beginning of their names: the exact ones would exceed the size of a policy.',
    },
    ...[
      'POST/revalidations',
      'GET/revalidations/*',
      'GET/accounts/*/revalidations',
      'POST/revalidations/*/cancel',
      'DELETE/accounts/*',
      'POST/consents/*/revoke',
    ].map((route) => ({
      rule: `AwsSolutions-IAM5[Resource::arn:${partOf('execute-api')}:<AWS::AccountId>:<RevalidationApiCA071419>/*/${route}]`,
      where: OPERATOR,
      reason: 'An operator may call these routes about every person and case.',
    })),
    ...(console ? consoleFindings(region) : []),
    ...(campaigns ? campaignFindings(partOf, stage) : []),
    {
      rule: 'AwsSolutions-SQS3',
      where: /(DropRule|Jobs|Evidence)\/DeadLetters$/,
      reason: 'This is the dead-letter queue of rules, which cdk-nag does not check.',
    },
    {
      rule: 'Serverless-SQSRedrivePolicy',
      where: /(DropRule|Jobs|Evidence)\/DeadLetters$/,
      reason: 'This is the dead-letter queue: only a person reads it, so no consumer can fail.',
    },
    ...(alarmEmail
      ? [
          {
            rule: 'Serverless-SNSRedrivePolicy',
            where: /Alarms\/Topic\/[^/]+$/,
            reason: 'A mail that SNS cannot deliver is no loss: the alarm stays active, and the dashboards show it.',
          },
        ]
      : []),
    {
      rule: 'AwsSolutions-APIG4',
      where: /RevalidationApi\/Api\/POST--webhooks--truora$/,
      reason: 'A webhook is authorized by its signature, which the function checks first.',
    },
    {
      rule: 'AwsSolutions-APIG4',
      where: /RevalidationApi\/Api\/(GET|POST)--capture(--\w+)?$/,
      reason:
        'A person is authorized by a one-time link or the session that it opened, which the function checks first.',
    },
    {
      rule: 'AwsSolutions-APIG4',
      where: /RevalidationApi\/Api\/GET--\.well-known--jwks\.json$/,
      reason: 'Public keys, for everyone who verifies evidence.',
    },
    {
      rule: 'Serverless-LambdaDLQ',
      where: /Functions\/(?!Sweep|Repair|CheckKey|SignEvidence)\w+$/,
      reason: 'Called synchronously, by the machine or the gateway, which get every failure: nothing is queued.',
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
      reason: 'Started by a schedule: the next run finds the same, and alarms show failed and missing runs.',
    })),
    {
      rule: 'Serverless-LambdaDLQ',
      where: /Functions\/(RepairExecution|SignEvidence)$/,
      reason: 'Its failure destination sends the event and the error to a queue; the rule does not know destinations.',
    },
  ];
};

/**
 * Every wildcard in a permission, action by action, and why AWS or our data need it. cdk-nag identifies a wildcard by its
 * resource only, so one with a reason would hide another. A test fails for a wildcard that is missing here, and for an unused row.
 */
export const wildcards: readonly { actions: RegExp; resource: RegExp; reason: string }[] = [
  {
    actions: /^xray:(Put(TraceSegments|TelemetryRecords)|GetSampling(Rules|Targets))$/,
    resource: /^\*$/,
    reason: 'X-Ray has no resource types.',
  },
  {
    actions: /^logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/,
    resource: /^\*$/,
    reason: 'Log delivery, by which Step Functions writes its log, has no resource types.',
  },
  {
    actions: /^s3:(GetObject(Version)?|PutObject|DeleteObjectVersion)$/,
    resource: /^arn:aws:s3:::[^/*?]+\/(inbox|media)\/\*$/,
    reason: 'Media can be anywhere under its folder: its key names the person and is not known at deployment.',
  },
  {
    actions: /^s3:((Get|Put)Object|DeleteObjectVersion)$/,
    resource: /^arn:aws:s3:::[^/*?]+\/evidence\/\*$/,
    reason: 'The key of evidence is the id of a case, which is not known at deployment.',
  },
  {
    actions: /^s3:(Get|Put)Object$/,
    resource: /^arn:aws:s3:::[^/*?]+\/(erased|revoked|certificates)\/\*$/,
    reason: 'The key is the name of an erased person, or the id of a receipt, which is not known at deployment.',
  },
  {
    actions: /^states:(StopExecution|DescribeExecution|GetExecutionHistory)$/,
    resource: /^arn:aws:states:[^*?]+:execution:[^:*?]+:\*$/,
    reason: 'The name of an execution is not known at deployment, so only its machine can be named.',
  },
];

/** Runs cdk-nag on every synthesized template. A finding without a reason fails the synthesis. */
export const checkPolicies = (app: App): void =>
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

/** Attaches the reasons to their constructs, so that the report shows them. */
export const acknowledgeFindings = (stack: Stack, deployment: Deployment): void => {
  const acknowledged = acknowledgedIn(deployment);
  for (const construct of stack.node.findAll()) {
    for (const { rule, where, reason } of acknowledged) {
      // CDK needs the plugin's name as a prefix: every rule begins with it.
      const id = `${rule.split('-')[0]}::${rule}`;
      if (where.test(construct.node.path)) Validations.of(construct).acknowledge({ id, reason });
    }
  }
};
