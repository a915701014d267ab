import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVIDENCE } from '../../shared/domain/evidence-key.ts';
import { BY_PERSON } from '../../shared/domain/record.ts';
import { type RouteName, routes } from '../../shared/workflow/functions.ts';
import type { Alarms } from './alarms.ts';
import type { Config } from './config.ts';
import type { Functions } from './functions.ts';
import type { RevalidationApi } from './http-api.ts';
import { useOf } from './kms.ts';
import { parameterOf } from './parameters.ts';
import type { Storage } from './storage.ts';

type Props = {
  config: Config;
  storage: Storage;
  functions: Functions;
  api: RevalidationApi;
  alarms: Alarms;
  queues: Queue[];
  machineArn: string;
  machineLog: LogGroup;
};

/**
 * What an operator may do: the commands `show`, `cases`, `explain`, `cancel`, `redrive`, `announce`, `resolve`, `throttle`, `keys`,
 * `today`, `spend`, `restore`, `smoke`, `evidence`, `erase`, `export`, `hold`, `consents` and `consent` on one stage, and the log lines that
 * the runbook reads. Not: deploy, delete, make a table out of a backup, drop media, record a consent, or put an event on the bus. It is
 * attached to no identity: give it to a role or a permission set.
 */
export const operatorPolicy = (scope: Construct, id: string, props: Props): ManagedPolicy =>
  new ManagedPolicy(scope, id, {
    description: 'Operates one stage of Face Re-Validation with its command line.',
    statements: [...readsAndWrites(props), ...runs(props), ...logs(props), ...callsOfApi(props)],
  });

/** Without a name: names fill what a policy may hold (documented: 6144 characters), and CDK joins only statements that have none. */
const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });

/** Cases, the throttle and intents in the ledger; both keys; the dead-letter queues. */
const readsAndWrites = ({ config, storage, queues, alarms }: Props): PolicyStatement[] => {
  const { ledger, key, media, erasures, truoraKey, webhookKeys, evidence } = storage;
  // Its name begins with a slash.
  const resource = `parameter${parameterOf(config, 'deployment')}`;
  const parameterArn = Stack.of(ledger).formatArn({ service: 'ssm', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  return [
    allow(['ssm:GetParameter'], [parameterArn]),
    allow(
      ['BatchGetItem', 'GetItem', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`),
      [ledger.tableArn],
    ),
    allow(['dynamodb:Query'], [`${ledger.tableArn}/index/${BY_PERSON.name}`]),
    useOf(key, 'dynamodb', 'write'),
    // The names of a person's media, for `export`, and of erased persons and revoked receipts, for `restore`.
    allow(['s3:ListBucketVersions'], [media.bucketArn, erasures.bucketArn]),
    ...(evidence
      ? [
          allow(['s3:GetObject'], [evidence.bucket.arnForObjects(`${EVIDENCE}*`)]),
          allow(['s3:ListBucket'], [evidence.bucket.bucketArn]),
          useOf(key, 's3', 'read'),
        ]
      : []),
    allow(
      ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      [truoraKey.secretArn, webhookKeys.secretArn],
    ),
    allow(
      ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'],
      queues.map(({ queueArn }) => queueArn),
    ),
    allow(['sns:ListSubscriptionsByTopic'], [alarms.topic.topicArn]),
  ];
};

/** Executions of the machine, and the functions that an operator invokes. */
const runs = ({ machineArn, functions: { byName } }: Props): PolicyStatement[] => [
  allow(['states:StartExecution', 'states:ListExecutions'], [machineArn]),
  allow(
    ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:StopExecution'],
    [`${machineArn.replace(':stateMachine:', ':execution:')}:*`],
  ),
  allow(
    ['lambda:InvokeFunction'],
    [byName.SweepInbox, byName.SweepLedger, byName.SweepErasures, byName.RepairExecution, byName.SignEvidence].flatMap(
      (one) => (one ? [one.functionArn] : []),
    ),
  ),
  // The settings that are in effect are variables of this function.
  allow(['lambda:GetFunctionConfiguration'], [byName.SweepLedger.functionArn]),
];

/**
 * The logs of the functions by the beginning of their names, because the exact ones fill a third of what a policy may hold.
 * CloudFormation begins a name with that of the stack (documented).
 */
const logs = ({ machineLog, api, storage }: Props): PolicyStatement[] => {
  const ofFunctions = Stack.of(storage).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `${Aws.STACK_NAME}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    allow(['logs:FilterLogEvents', 'logs:StartQuery'], [ofFunctions, machineLog.logGroupArn, api.logGroup.logGroupArn]),
    // A query has no ARN (documented). Only the caller of StartQuery knows its id.
    allow(['logs:GetQueryResults'], ['*']),
  ];
};

/** With tokens in place of signatures no permission of IAM opens the API. */
const callsOfApi = ({ api: { api, issuer } }: Props): PolicyStatement[] => {
  if (issuer) return [];
  const called: RouteName[] = [
    'StartRevalidation',
    'ReadRevalidation',
    'ListRevalidations',
    'CancelRevalidation',
    'EraseAccount',
    'RevokeConsent',
  ];
  const arns = called.map((name) => {
    const { method, path } = routes[name];
    return api.arnForExecuteApi(method, path.replace(/\{\w+\}/g, '*'));
  });
  return [allow(['execute-api:Invoke'], arns)];
};
