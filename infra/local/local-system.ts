import { randomBytes } from 'node:crypto';
import { defined } from '../../shared/domain/defined.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { listRecords, readRecord } from '../../shared/ledger/records.ts';
import type { Config } from '../aws/config.ts';
import { type LocalCaller, localCallers } from './authorizer.ts';
import { startAwsApi } from './aws-api.ts';
import { type Credentials, leaveAws, localCredentials, localSecret, pointSdkAt } from './credentials.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { dropsByVersion } from './drops.ts';
import { startDynamoDb } from './dynamodb.ts';
import { busOf, type DeadLetter, executionEvent, objectCreatedEvent } from './event-bus.ts';
import { lockFolder, mediaFolder } from './folders.ts';
import { startHttpApi } from './http-api.ts';
import { permissionsIn } from './iam/roles.ts';
import { localKeys } from './kms/keys.ts';
import { type Invocation, lambdaHost } from './lambda.ts';
import { localConfig } from './local-config.ts';
import type { LocalSystemOptions } from './local-system-options.ts';
import { localTemplate } from './local-template.ts';
import { startOperatorApi } from './operator-api.ts';
import { portsFrom } from './ports.ts';
import { corsRulesOf } from './s3/cors.ts';
import { startS3 } from './s3/server.ts';
import { SANDBOX_PACE } from './sandbox-times.ts';
import { campaignsOf, type Execution, type Machine, machineOf } from './state-machine.ts';
import { resourcesOf, suppliedBy, type Template } from './template.ts';
import { type Sandbox, startSandbox } from './truora/sandbox.ts';

export type { LocalSystemOptions } from './local-system-options.ts';

/** The delivery of S3's events: they arrive; they never arrive; or they arrive and the machine cannot be started. */
export type EventDelivery = 'arrive' | 'are lost' | 'start nothing';

export type LocalSystem = {
  config: Config;
  machine: Machine;
  /** The machine of campaigns, with the setting `campaigns`. */
  campaigns: Machine | undefined;
  bucket: string;
  /** The ledger's table. */
  table: string;
  s3Origin: string;
  /** The credentials that the stand-ins of AWS accept. */
  credentials: Credentials;
  apiOrigin: string;
  webhookUrl: string;
  /** Names the capture page that links lead to from now on, unless the settings name one. */
  showCaptureAt(url: string): void;
  /** The identities that the API knows, by access key id. */
  identities: ReadonlyMap<string, LocalCaller>;
  /** Absent with the real Truora or a stand-in of the caller. */
  sandbox: Sandbox | undefined;
  /** The execution that a drop of this version has started or will start. */
  executionOf(versionId: string): Promise<Execution>;
  record(revalidationId: string): Promise<LedgerRecord | undefined>;
  /** A person's newest records. */
  recordsOf(accountId: string): ReturnType<typeof listRecords>;
  /** Puts an event on the bus once more, as S3 may. */
  redeliver(versionId: string): Execution[];
  /** Sets the delivery of S3's events from now on; at first all arrive. */
  setEventDelivery(delivery: EventDelivery): void;
  /** The events that could not start the machine, in the queues of their rules. */
  deadLetters: readonly DeadLetter[];
  /** Runs the scheduled jobs, or one of them: there is no schedule here. @returns how each ended */
  sweep(only?: string): Promise<Invocation[]>;
  /** The machine of another stack, which may start ours; it has no functions. */
  machineOfStack(template: Template): Machine;
  secrets: Map<string, string>;
  /** The key that the sandbox signs webhooks with. */
  webhookKey: string;
  /** Outputs and resources, as CloudFormation gives those of a stage. */
  deployment: Deployment;
  /** The address of each AWS service, by the SDK's name of its variable. */
  endpoints: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

/**
 * Starts the system on this machine from the synthesized template: what the template does not declare does not exist here. One a
 * process, since the functions' SDK clients find it through the process's environment.
 */
export const startLocalSystem = async (options: LocalSystemOptions = {}): Promise<LocalSystem> => {
  leaveAws();
  const unlock = options.ledgerDirectory ? lockFolder(options.ledgerDirectory) : () => {};
  const { folder: media, deleteFolder } = mediaFolder();
  const ports = options.ports ?? portsFrom(0);

  const sandbox = options.truora
    ? undefined
    : await startSandbox(defined({ settings: options.sandboxSettings, port: ports.sandbox }));
  const truora = options.truora ?? { origin: sandbox?.origin ?? '', key: `local-${randomBytes(16).toString('hex')}` };
  const config = localConfig(truora.origin, { isSandbox: sandbox !== undefined, given: options.config });
  const template = (options.edit ?? ((same) => same))(await localTemplate(config));
  const permissions = permissionsIn(template, options.onCall);

  const log = options.onLog ?? (() => {});
  const lambda = lambdaHost(template, log, permissions);
  const pace = options.pace ?? (sandbox ? SANDBOX_PACE : 1);
  const onEvent = options.onEvent ?? (() => {});
  const deliversFailures = options.deliversFailures ?? (() => true);
  const machine = machineOf(template, lambda, {
    pace,
    onEvent,
    onEnded: (execution) => deliversFailures() && bus.put(executionEvent(execution)),
    permissions,
  });
  const starting: Machine['start'] = (input, name) => {
    const { request } = (input ?? {}) as { request?: unknown };
    const { accountId, enrollmentId } = readIntake(request, { bucket: '', executionId: '' }).person;
    if (options.autoEnroll && accountId && enrollmentId) sandbox?.enroll({ accountId, enrollmentId });
    return machine.start(input, name);
  };
  let delivery: EventDelivery = 'arrive';
  const campaigns = campaignsOf(template, lambda, { pace, others: [{ ...machine, start: starting }], permissions });
  const start: Machine['start'] = (...given) => {
    if (delivery !== 'start nothing') return starting(...given);
    throw Object.assign(new Error('The rule may not start the machine.'), { name: 'NO_PERMISSIONS' });
  };
  const bus = busOf(template, { machine: { ...machine, start }, lambda, permissions }, options.onAnnounced);
  const dropOf = dropsByVersion();

  // The first bucket is that of media.
  const buckets = resourcesOf(template, 'AWS::S3::Bucket').map(({ ref }) => ref);
  const [bucket = ''] = buckets;
  const s3 = await startS3({
    buckets,
    cors: corsRulesOf(template),
    directory: media,
    permissions,
    secretAccessKey: localSecret,
    port: ports.s3,
    onCreated: (created) => {
      if (created.bucket !== bucket) return;
      const drop = dropOf(created.versionId);
      drop.again = () => bus.put(objectCreatedEvent(created));
      if (delivery === 'are lost') return;
      drop.executions.push(...drop.again());
      if (drop.executions[0]) drop.started.resolve(drop.executions[0]);
    },
  });
  const secretNamed = (part: string) =>
    resourcesOf(template, 'AWS::SecretsManager::Secret').find(({ id }) => id.includes(part))?.ref ?? '';
  const webhookKey = randomBytes(32).toString('hex');
  const secrets = new Map([
    [secretNamed('TruoraKey'), truora.key],
    [secretNamed('WebhookKeys'), JSON.stringify([webhookKey])],
  ]);
  const awsApi = await startAwsApi({
    machine: { ...machine, start: starting },
    others: campaigns ? [campaigns] : [],
    secrets,
    keys: localKeys(template, options.keyDirectory),
    announce: bus.announce,
    permissions,
    port: ports.aws,
  });
  const identities = localCallers();
  const gateway = await startHttpApi(template, lambda, identities, ports.api);
  const operator = await startOperatorApi({
    template,
    lambda,
    deadLetters: bus.deadLetters,
    permissions,
    port: ports.operator,
  });
  const ledger = await startDynamoDb(template, {
    directory: options.ledgerDirectory,
    permissions,
    port: ports.dynamodb,
  });
  const endpoints = {
    S3: s3.origin,
    SFN: awsApi.origin,
    SECRETS_MANAGER: awsApi.origin,
    KMS: awsApi.origin,
    EVENTBRIDGE: awsApi.origin,
    DYNAMODB: ledger.origin,
    LAMBDA: operator.origin,
    SQS: operator.origin,
  };
  pointSdkAt(endpoints);
  const webhookUrl = `${gateway.origin}/webhooks/truora`;
  sandbox?.notify({ url: webhookUrl, key: webhookKey });

  const table = resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.ref ?? '';
  const records = { table, retentionDays: config.retentionDays };
  let closing: Promise<void> | undefined;
  return {
    config,
    machine,
    campaigns,
    bucket,
    table,
    s3Origin: s3.origin,
    credentials: localCredentials,
    apiOrigin: gateway.origin,
    webhookUrl,
    showCaptureAt: (url) => {
      if (!config.captureUrl) lambda.define('CAPTURE_URL', url);
    },
    identities,
    sandbox,
    executionOf: (versionId) => dropOf(versionId).started.promise,
    redeliver: (versionId) => dropOf(versionId).again(),
    setEventDelivery: (next) => {
      delivery = next;
    },
    deadLetters: bus.deadLetters,
    sweep: bus.tick,
    machineOfStack: (other) => {
      const supplied = suppliedBy(template, other);
      const others = { pace, onEvent, others: [machine], permissions: permissionsIn(supplied, options.onCall) };
      return machineOf(supplied, lambda, others);
    },
    record: (revalidationId) => readRecord(records, revalidationId),
    recordsOf: (accountId) => listRecords(records, accountId, { limit: 100 }),
    secrets,
    webhookKey,
    deployment: deploymentOf(template, { api: gateway.origin, queues: operator.origin }),
    endpoints,
    close: () => {
      closing ??= (async () => {
        await Promise.all([campaigns?.close(), machine.close()]);
        // A running function still stores what it learns, above all the answer of a charged call. The sandbox charges nothing,
        // so it is closed at once.
        await Promise.all([sandbox?.close(), lambda.idle()]);
        await Promise.all([gateway.close(), operator.close(), awsApi.close(), s3.close(), ledger.close()]);
        deleteFolder();
        unlock();
      })();
      return closing;
    },
  };
};
