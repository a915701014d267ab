import { createRequire } from 'node:module';
import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { type IPrincipal, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import { type EnvKey, NO_EVIDENCE } from '../../shared/lambda/env.ts';
import {
  type CoreFunction,
  type FunctionName,
  fileOf,
  functionsOf,
  type OptionalFunction,
} from '../../shared/workflow/functions.ts';
import { namespaceOf } from '../../shared/workflow/metrics.ts';
import { envKeysOf } from '../workflow/deployed-functions.ts';
import { functionTable, MEMORY_MB } from '../workflow/function-table.ts';
import type { Config } from './config.ts';
import { consentTextsOf } from './consent-texts.ts';
import { removalPolicyOf } from './kms.ts';
import { permissionsOf } from './permissions.ts';
import type { Storage } from './storage.ts';

/** What every deployment has of each function, and what some have besides. */
type OfEach<Value> = Record<CoreFunction, Value> & Partial<Record<OptionalFunction, Value>>;

type Props = {
  config: Config;
  storage: Storage;
  bus: EventBus;
  machineArn: string;
  /** The machine of campaigns, which is there in a deployment that has them. */
  campaignArn: string;
  codeOf: (name: FunctionName) => Code;
  /** The folder of the texts of consent. */
  consentFolder: string;
};

/** One Lambda for each name, with the variables and the permissions of `functionTable` and nothing else. */
export class Functions extends Construct {
  readonly byName: OfEach<LambdaFunction>;
  readonly logGroups: OfEach<LogGroup>;
  /** The roles that may announce outcomes. */
  readonly announcers: IRole[];

  constructor(scope: Construct, id: string, { config, storage, bus, codeOf, consentFolder, ...arns }: Props) {
    super(scope, id);
    const texts = consentTextsOf(consentFolder, config);
    const variables = { ...variablesOf(config, storage, bus, arns), CONSENT_TEXTS: JSON.stringify(texts) };
    const permissions = permissionsOf(storage, bus, { ...arns, campaigns: config.campaigns });
    const makeLog = (name: FunctionName) =>
      new LogGroup(this, `${name}Log`, {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: removalPolicyOf(config),
      });
    const names = functionsOf(config);
    const logGroups = Object.fromEntries(names.map((name) => [name, makeLog(name)])) as Record<FunctionName, LogGroup>;
    this.logGroups = logGroups;
    const make = (name: FunctionName) => {
      const logGroup = logGroups[name];
      const made = new LambdaFunction(
        this,
        name,
        defined({
          code: codeOf(name),
          handler: `${fileOf(name)}.handler`,
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
          memorySize: MEMORY_MB,
          ephemeralStorageSize: DISKS[name],
          timeout: Duration.seconds(functionTable[name].seconds),
          environment: {
            ...Object.fromEntries(envKeysOf(name, config).map((key) => [key, variables[key]])),
            ...logVariablesOf(config),
          },
          role: roleOf(this, name, logGroup),
          logGroup,
          // Lambda's own lines become JSON too. Without a level for the application: Lambda would count metrics as INFO and drop them.
          loggingFormat: LoggingFormat.JSON,
          tracing: Tracing.ACTIVE,
          reservedConcurrentExecutions: name === 'ReceiveWebhook' ? config.webhookConcurrency : undefined,
        }),
      );
      for (const statement of permissions[name]) made.addToRolePolicy(statement);
      return made;
    };
    this.byName = Object.fromEntries(names.map((name) => [name, make(name)])) as typeof this.byName;
    this.announcers = names
      .filter((name) => permissions[name].some(({ actions }) => actions.includes('events:PutEvents')))
      .map((name) => this.byName[name]?.role as IRole);
  }
}

/** The rows of a campaign are written to the disk before they become one object: a manifest of 500 MB as JSON, twice. */
const DISKS: Partial<Record<FunctionName, Size>> = { ReadManifest: Size.gibibytes(3), SumUp: Size.gibibytes(3) };

/** What the logger reads. The names are Powertools', so they are the same in functions of other teams. */
const logVariablesOf = (config: Config) => ({
  POWERTOOLS_SERVICE_NAME: namespaceOf(config),
  POWERTOOLS_LOG_LEVEL: config.logLevel,
});

const variablesOf = (
  config: Config,
  { ledger, media, truoraKey, webhookKeys, evidence, erasures }: Storage,
  bus: EventBus,
  { machineArn, campaignArn }: Pick<Props, 'machineArn' | 'campaignArn'>,
): Record<Exclude<EnvKey, 'CONSENT_TEXTS'>, string> => ({
  TABLE_NAME: ledger.tableName,
  EVENT_BUS: bus.eventBusName,
  MEDIA_BUCKET: media.bucketName,
  RETENTION_DAYS: String(config.retentionDays),
  MEDIA_HOURS: String(config.mediaHours),
  MEDIA_MIN_PIXELS: String(config.media.minPixels),
  MEDIA_MAX_SECONDS: String(config.media.maxSeconds),
  UNCLAIMED_MINUTES: String(config.unclaimedMinutes),
  RESULT_MODE: config.resultMode,
  TRUORA_ORIGIN: config.truoraOrigin,
  TRUORA_UPLOAD_ORIGINS: config.uploadOrigins.join(','),
  TRUORA_KEY_SECRET: truoraKey.secretArn,
  WEBHOOK_KEYS_SECRET: webhookKeys.secretArn,
  HTTP_DEADLINE_SECONDS: String(config.httpDeadlineSeconds),
  SETTLE_SECONDS: String(config.settleSeconds),
  ON_UNRESOLVED: config.onUnresolved,
  DAILY_BUDGET: String(config.dailyBudget),
  GRACE_SECONDS: String(config.graceSeconds),
  SWEEP_MINUTES: String(config.sweepMinutes),
  POLICIES: JSON.stringify(config.policies),
  ALLOWED_RETRIES: String(config.allowedRetries),
  RETRY_SECONDS: String(config.retrySeconds),
  METRICS_NAMESPACE: namespaceOf(config),
  MACHINE_ARN: machineArn,
  CAMPAIGN_MACHINE_ARN: campaignArn,
  CAMPAIGNS: String(config.campaigns),
  ACCOUNT_CLAIM: config.jwt?.accountClaim ?? 'none',
  ALTERNATIVE: config.alternative ? JSON.stringify(config.alternative) : 'none',
  CAPTURE_URL: config.captureUrl ?? 'none',
  CONSENT_MODE: config.consentMode,
  DOCUMENTATION_URL: config.documentationUrl ?? 'none',
  EVIDENCE_BUCKET: evidence?.bucket.bucketName ?? NO_EVIDENCE,
  EVIDENCE_KEYS: evidence?.keys.map(({ keyArn }) => keyArn).join(',') ?? NO_EVIDENCE,
  EVIDENCE_ISSUER: namespaceOf(config),
  ALLOW_NATIONAL_IDS: String(config.allowNationalIds),
  ERASURE_BUCKET: erasures.bucketName,
  // The stack adds the queues, which are made after the functions.
  DEAD_LETTERS: 'none',
  // The version of the package whose code is deployed.
  CODE_VERSION: createRequire(import.meta.url)('face-revalidation/package.json').version,
});

/**
 * A service that takes a role for a resource of this account, and for none of another's. Step Functions and EventBridge send
 * the account along (documented: confused deputy); that Lambda does is not documented, so there it would be a risk.
 */
export const assumedBy = (scope: Construct, service: 'states' | 'events'): IPrincipal =>
  new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });

/** A function's role: to begin with it may write its own log. AWS's ready-made policy would open every log there is. */
export const roleOf = (scope: Construct, name: string, logGroup: LogGroup): Role => {
  const role = new Role(scope, `${name}ServiceRole`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return role;
};
