import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
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
  GRACE_SECONDS: String(config.graceSeconds),
  METRICS_NAMESPACE: namespaceOf(config),
  MACHINE_ARN: machineArn,
  ACCOUNT_CLAIM: config.jwt?.accountClaim ?? 'none',
});

/** The kinds of items in the ledger, by how their keys begin (`shared/aws/` makes the keys). */
type Kind = 'RUN' | 'ACC' | 'VLD' | 'LINK' | 'WAIT' | 'TICKET' | 'KEY';
type Verb = 'Get' | 'BatchGet' | 'Put' | 'Update' | 'Delete';

/**
 * One verb on some kinds of items. DynamoDB tells IAM the keys of every item that a call touches; the `Null` is there
 * because "for all of no keys" would be true.
 */
const onItems = (ledger: Table, verb: Verb, kinds: readonly Kind[]) =>
  new PolicyStatement({
    actions: [`dynamodb:${verb}Item`],
    resources: [ledger.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}#*`) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

/** What each function may do, action by action and item by item: the calls that stand in its code. */
const rightsOf = (
  { key, ledger, media, truoraKey, webhookKeys }: Storage,
  bus: EventBus,
  machineArn: string,
): Record<FunctionName, PolicyStatement[]> => {
  const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });
  const items = (kinds: Partial<Record<Verb, readonly Kind[]>>) => {
    const verbs = Object.keys(kinds) as Verb[];
    return [
      ...verbs.map((verb) => onItems(ledger, verb, kinds[verb] ?? [])),
      useOf(key, 'dynamodb', verbs.every((verb) => verb.endsWith('Get')) ? 'read' : 'write'),
    ];
  };
  const objects = (folders: readonly string[]) => folders.map((folder) => media.arnForObjects(`${folder}/*`));
  /** Reading one version of an object that is named takes another right than reading the newest. */
  const readVersions = (...folders: string[]) => [
    allow(['s3:GetObjectVersion'], ...objects(folders)),
    useOf(key, 's3', 'read'),
  ];
  const readNewest = (...folders: string[]) => allow(['s3:GetObject'], ...objects(folders));
  // Without it S3 answers 403 for an object that is not there, as if we were not allowed to know.
  const missMedia = allow(['s3:ListBucket'], media.bucketArn);
  const readTruoraKey = allow(['secretsmanager:GetSecretValue'], truoraKey.secretArn);
  const announce = allow(['events:PutEvents'], bus.eventBusArn);
  const executionArns = `${machineArn.replace(':stateMachine:', ':execution:')}:*`;
  const resume = allow(['states:SendTaskSuccess'], machineArn);
  return {
    ClaimRequest: [
      ...items({ Get: ['RUN', 'TICKET', 'KEY'], Put: ['RUN', 'KEY'], Update: ['TICKET'] }),
      // A drop's event names the version; a call need not.
      ...readVersions('inbox', 'media'),
      readNewest('inbox', 'media'),
      missMedia,
    ],
    CheckEnrollment: [readTruoraKey],
    CreateValidation: [
      ...items({ Get: ['RUN', 'ACC', 'VLD'], Put: ['ACC', 'VLD', 'LINK'], Update: ['ACC', 'RUN'], Delete: ['ACC'] }),
      readTruoraKey,
    ],
    // The upload link is the key: Truora's own is not sent along. A claim has pinned the version.
    MoveMedia: [...items({ Get: ['RUN', 'LINK'], Update: ['RUN'] }), ...readVersions('inbox', 'media')],
    AwaitWebhook: [...items({ Update: ['WAIT'] }), resume],
    ReadVerdict: [readTruoraKey],
    RecordOutcome: [...items({ Get: ['RUN'], Put: ['RUN'], Update: ['RUN'] }), announce],
    RecordRefusal: [...items({ Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN'] }), announce],
    RecordFailure: [...items({ Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN'], Delete: ['ACC'] }), announce],
    ReadOutcome: items({ Get: ['RUN'] }),
    StartRevalidation: [
      ...items({ Get: ['RUN', 'TICKET', 'KEY'], Put: ['TICKET', 'KEY'] }),
      ...readVersions('media'),
      readNewest('media'),
      missMedia,
      // The form it signs can do what it may do itself, and no more: writing to the inbox, under the bucket's key.
      allow(['s3:PutObject'], media.arnForObjects('inbox/*')),
      useOf(key, 's3', 'write'),
      allow(['states:StartExecution'], machineArn),
    ],
    ReadRevalidation: items({ Get: ['RUN', 'TICKET'] }),
    ListRevalidations: [
      allow(['dynamodb:Query'], `${ledger.tableArn}/index/${BY_PERSON.name}`),
      ...items({ BatchGet: ['RUN'] }),
    ],
    CancelRevalidation: [
      ...items({ Get: ['RUN', 'TICKET'], Update: ['RUN'], Delete: ['ACC'] }),
      announce,
      allow(['states:StopExecution'], executionArns),
    ],
    ReceiveWebhook: [
      ...items({ Get: ['VLD'], Update: ['WAIT'] }),
      resume,
      allow(['secretsmanager:GetSecretValue'], webhookKeys.secretArn),
    ],
  };
};
