import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BY_PERSON } from '../../shared/domain/record.ts';
import { type EnvKey, envKeys } from '../../shared/lambda/env.ts';
import { type StepName, stepNames } from '../../shared/workflow/contract.ts';
import { namespaceOf } from '../../shared/workflow/metrics.ts';
import { fileOf, type RouteName, routes } from '../../shared/workflow/names.ts';
import { functionSeconds } from '../workflow/timing.ts';
import type { Config } from './config.ts';
import { useOf } from './keys.ts';
import { roleOf } from './role.ts';
import type { Storage } from './storage.ts';

export type FunctionName = StepName | RouteName;
export const functionNames: readonly FunctionName[] = [...stepNames, ...(Object.keys(routes) as RouteName[])];

type Props = {
  config: Config;
  storage: Storage;
  bus: EventBus;
  machineArn: string;
  codeOf: (name: FunctionName) => Code;
};

/** One Lambda a name. Each gets the variables it declares and the rights listed for it, and nothing else. */
export class Functions extends Construct {
  readonly byName: Record<FunctionName, LambdaFunction>;

  constructor(scope: Construct, id: string, { config, storage, bus, machineArn, codeOf }: Props) {
    super(scope, id);
    const variables = variablesOf(config, storage, bus, machineArn);
    const rights = rightsOf(storage, bus, machineArn);
    const make = (name: FunctionName) => {
      const logGroup = new LogGroup(this, `${name}Log`, {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      const made = new LambdaFunction(this, name, {
        code: codeOf(name),
        handler: `${fileOf(name)}.handler`,
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.ARM_64,
        // More memory is more CPU: half a vCPU-second of import and TLS at 512 MB is what a cold start is made of.
        memorySize: 512,
        timeout: Duration.seconds(functionSeconds[name]),
        environment: Object.fromEntries(envKeys[name].map((key) => [key, variables[key]])),
        role: roleOf(this, name, logGroup),
        logGroup,
        tracing: Tracing.ACTIVE,
      });
      for (const statement of rights[name]) made.addToRolePolicy(statement);
      return made;
    };
    this.byName = Object.fromEntries(functionNames.map((name) => [name, make(name)])) as typeof this.byName;
  }
}

const variablesOf = (
  config: Config,
  { ledger, media, truoraKey, webhookKeys }: Storage,
  bus: EventBus,
  machineArn: string,
): Record<EnvKey, string> => ({
  TABLE_NAME: ledger.tableName,
  EVENT_BUS: bus.eventBusName,
  MEDIA_BUCKET: media.bucketName,
  RETENTION_DAYS: String(config.retentionDays),
  RESULT_MODE: config.resultMode,
  TRUORA_ORIGIN: config.truoraOrigin,
  TRUORA_UPLOAD_ORIGINS: config.uploadOrigins.join(','),
  TRUORA_KEY_SECRET: truoraKey.secretArn,
  WEBHOOK_KEYS_SECRET: webhookKeys.secretArn,
  HTTP_DEADLINE_SECONDS: String(config.httpDeadlineSeconds),
  SETTLE_SECONDS: String(config.settleSeconds),
  ON_UNRESOLVED: config.onUnresolved,
  DAILY_BUDGET: String(config.dailyBudget ?? 'none'),
  GRACE_SECONDS: String(config.graceSeconds),
  ALLOWED_RETRIES: String(config.allowedRetries),
  RETRY_SECONDS: String(config.retrySeconds),
  METRICS_NAMESPACE: namespaceOf(config),
  MACHINE_ARN: machineArn,
  ACCOUNT_CLAIM: config.jwt?.accountClaim ?? 'none',
});

/** What each function may do, action by action: the calls that stand in its code. */
const rightsOf = (
  { key, ledger, media, truoraKey, webhookKeys }: Storage,
  bus: EventBus,
  machineArn: string,
): Record<FunctionName, PolicyStatement[]> => {
  const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });
  const items = (...verbs: ('Get' | 'Put' | 'Update' | 'Delete')[]) => [
    allow(
      verbs.map((verb) => `dynamodb:${verb}Item`),
      ledger.tableArn,
    ),
    useOf(key, 'dynamodb', verbs.every((verb) => verb === 'Get') ? 'read' : 'write'),
  ];
  const readMedia = (...folders: string[]) => [
    allow(['s3:GetObject', 's3:GetObjectVersion'], ...folders.map((folder) => media.arnForObjects(folder))),
    // Without it S3 answers 403 for an object that is not there, as if we were not allowed to know.
    allow(['s3:ListBucket'], media.bucketArn),
    useOf(key, 's3', 'read'),
  ];
  const readTruoraKey = allow(['secretsmanager:GetSecretValue'], truoraKey.secretArn);
  const announce = allow(['events:PutEvents'], bus.eventBusArn);
  const executionArns = `${machineArn.replace(':stateMachine:', ':execution:')}:*`;
  const resume = allow(['states:SendTaskSuccess'], machineArn);
  return {
    ClaimRequest: [...items('Get', 'Put', 'Update'), ...readMedia('inbox/*', 'media/*')],
    CheckEnrollment: [readTruoraKey],
    CreateValidation: [...items('Get', 'Put', 'Update', 'Delete'), readTruoraKey],
    // The upload link is the key: Truora's own is not sent along.
    MoveMedia: [...items('Get', 'Update'), ...readMedia('inbox/*', 'media/*')],
    AwaitWebhook: [...items('Update'), resume],
    ReadVerdict: [readTruoraKey],
    RecordOutcome: [...items('Get', 'Put', 'Update'), announce],
    RecordRefusal: [...items('Get', 'Put', 'Update'), announce],
    RecordFailure: [...items('Get', 'Put', 'Update'), announce],
    ReadOutcome: items('Get', 'Update'),
    StartRevalidation: [
      ...items('Get', 'Put'),
      ...readMedia('media/*'),
      // The form it signs can do what it may do itself, and no more: writing to the inbox, under the bucket's key.
      allow(['s3:PutObject'], media.arnForObjects('inbox/*')),
      useOf(key, 's3', 'write'),
      allow(['states:StartExecution'], machineArn),
    ],
    ReadRevalidation: items('Get'),
    ListRevalidations: [
      allow(['dynamodb:Query'], `${ledger.tableArn}/index/${BY_PERSON.name}`),
      allow(['dynamodb:BatchGetItem'], ledger.tableArn),
      useOf(key, 'dynamodb', 'read'),
    ],
    CancelRevalidation: [...items('Get', 'Update'), announce, allow(['states:StopExecution'], executionArns)],
    ReceiveWebhook: [
      ...items('Get', 'Update'),
      resume,
      allow(['secretsmanager:GetSecretValue'], webhookKeys.secretArn),
    ],
  };
};
