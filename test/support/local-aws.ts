import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Config } from '../../infra/aws/config.ts';
import { consentFolder, consentTextsOf } from '../../infra/aws/consent-texts.ts';
import { startAwsApi } from '../../infra/local/aws-api.ts';
import { leaveAws, localSecret, pointSdkAt } from '../../infra/local/credentials.ts';
import { startDynamoDb } from '../../infra/local/dynamodb.ts';
import { type BusEntry, type BusEvent, eventOf } from '../../infra/local/event-bus.ts';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import { localKeys } from '../../infra/local/kms/keys.ts';
import { localTemplate } from '../../infra/local/local-template.ts';
import { startS3 } from '../../infra/local/s3/server.ts';
import type { Execution, Machine } from '../../infra/local/state-machine.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { type Sandbox, type SandboxSettings, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import type { EnvKey } from '../../shared/lambda/env.ts';
import type { StepName } from '../../shared/workflow/contract.ts';
import type { CampaignStep, JobName, RouteName } from '../../shared/workflow/functions.ts';
import { dispatch, serverAt } from './in-process.ts';
import { BUCKET, ERASURE_BUCKET, EVIDENCE_BUCKET, executionOf } from './journal.ts';
import { keepLog } from './log-lines.ts';

/** One call to the ledger, to Step Functions, to Secrets Manager or to EventBridge, as it went over the wire. */
type AwsCall = { operation: string; input: Record<string, unknown> };

/**
 * What happens to a call: it goes through; it is lost on the way, as in a crash before it; or it is done and its answer is
 * lost, as in a crash directly after it; or it is done twice, as when the SDK repeats it because the first answer was lost.
 */
export type Delivery = 'through' | 'lost' | 'answer lost' | 'twice';

export type LocalAws = Awaited<ReturnType<typeof openLocalAws>>;

const isWrite = ({ operation }: AwsCall) => /^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(operation);

/**
 * Boots what a function stands on, and gives the process the variables of that function and of no other, so that asking
 * for one that it is not given fails here as it would in AWS. One local AWS a file: the SDK's clients keep their first address.
 */
export const openLocalAws = async (
  name: StepName | CampaignStep | RouteName | JobName | undefined,
  options: { media?: true; truora?: true; settings?: Partial<SandboxSettings> } = {},
) => {
  const calls: AwsCall[] = [];
  let deliveryOf: (call: AwsCall) => Delivery | Promise<Delivery> = () => 'through';
  const tap = (origin: string) => startTap(origin, calls, (call) => deliveryOf(call));

  const directory = await mkdtemp(join(tmpdir(), 'local-aws-'));
  const secrets = new Map([
    ['secret:truora', 'truora-key'],
    ['secret:webhooks', JSON.stringify(['webhook-key'])],
  ]);
  const resumed: { taskToken: string; output: unknown }[] = [];
  const overTokens = new Set<string>();
  const announced: BusEvent[] = [];
  let isBusOpen = true;
  const announce = (entry: BusEntry) => {
    if (isBusOpen) announced.push(eventOf(entry));
    return isBusOpen;
  };
  const started: { name: string; input: unknown }[] = [];
  const stopped: string[] = [];
  const statuses = new Map<string, Execution['status'] | 'FORGOTTEN'>();

  // With every function and index that a setting adds.
  const config = Config.parse({ stage: 'test', console: true });
  const template = await localTemplate(config);
  const table = resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.ref ?? '';
  const unused = () => {
    throw new TypeError('these tests run no machine');
  };
  const machine: Machine = {
    arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:Revalidation',
    start: (input, name = '') => {
      if (started.some((one) => one.name === name)) {
        throw Object.assign(new Error('Execution Already Exists'), { name: 'ExecutionAlreadyExists' });
      }
      started.push({ name, input });
      return executionNamed(name);
    },
    stop: (executionArn) => {
      stopped.push(executionArn);
    },
    describe: (executionArn) => {
      const status = statuses.get(executionArn) ?? 'RUNNING';
      return status === 'FORGOTTEN' ? undefined : { ...executionNamed(executionArn.split(':').at(-1) ?? ''), status };
    },
    sendTaskFailure: unused,
    close: unused,
    sendTaskSuccess: (taskToken, output) => {
      if (overTokens.has(taskToken)) throw Object.assign(new Error('Task Timed Out'), { name: 'TaskTimedOut' });
      overTokens.add(taskToken);
      resumed.push({ taskToken, output: JSON.parse(output) });
    },
  };

  const keys = localKeys(template);
  leaveAws();
  const ledger = await startDynamoDb(template);
  const awsApi = await startAwsApi({ machine, secrets, keys, announce });
  const [ledgerTap, awsTap] = await Promise.all([tap(ledger.origin), tap(awsApi.origin)]);
  const s3 =
    options.media &&
    (await startS3({
      buckets: [BUCKET, EVIDENCE_BUCKET, ERASURE_BUCKET],
      directory,
      onCreated: () => {},
      secretAccessKey: localSecret,
    }));
  // Without a bucket, every call about an object answers that it exists.
  const anyMedia = options.media ? undefined : await listen(async (_, response) => void response.writeHead(200).end());
  const sandbox =
    options.truora && (await startSandbox({ settings: { decisionMs: 20, listLagMs: 0, ...options.settings } }));
  pointSdkAt({
    DYNAMODB: ledgerTap.origin,
    SFN: awsTap.origin,
    SECRETS_MANAGER: awsTap.origin,
    EVENTBRIDGE: awsTap.origin,
    KMS: awsTap.origin,
    S3: s3 ? s3.origin : (anyMedia?.origin ?? ''),
  });

  const truoraOrigin = sandbox?.origin ?? 'http://127.0.0.1:1';
  const variables: Record<EnvKey, string> = {
    TABLE_NAME: table,
    MEDIA_BUCKET: BUCKET,
    EVENT_BUS: 'outcomes',
    RETENTION_DAYS: String(config.retentionDays),
    MEDIA_HOURS: String(config.mediaHours),
    MEDIA_MIN_PIXELS: String(config.media.minPixels),
    MEDIA_MAX_SECONDS: String(config.media.maxSeconds),
    UNCLAIMED_MINUTES: String(config.unclaimedMinutes),
    RESULT_MODE: config.resultMode,
    TRUORA_ORIGIN: truoraOrigin,
    TRUORA_UPLOAD_ORIGINS: truoraOrigin,
    TRUORA_KEY_SECRET: 'secret:truora',
    WEBHOOK_KEYS_SECRET: 'secret:webhooks',
    // Longer than anything here takes on a busy machine; who waits for a deadline sets a shorter one.
    HTTP_DEADLINE_SECONDS: '10',
    // An intent is settled at once here; who waits for one to age sets a longer time.
    SETTLE_SECONDS: '0',
    ON_UNRESOLVED: config.onUnresolved,
    DAILY_BUDGET: 'none',
    DEAD_LETTERS: 'none',
    GRACE_SECONDS: '30',
    SWEEP_MINUTES: String(config.sweepMinutes),
    POLICIES: JSON.stringify(config.policies),
    ALLOWED_RETRIES: '1',
    RETRY_SECONDS: '300',
    METRICS_NAMESPACE: 'face-revalidation-test',
    MACHINE_ARN: machine.arn,
    CAMPAIGN_MACHINE_ARN: machine.arn,
    CAMPAIGNS: 'true',
    ACCOUNT_CLAIM: 'none',
    ALTERNATIVE: 'none',
    CAPTURE_URL: 'https://check.example.com/',
    CONSENT_MODE: config.consentMode,
    CONSENT_TEXTS: JSON.stringify(consentTextsOf(consentFolder, config)),
    DOCUMENTATION_URL: 'none',
    EVIDENCE_BUCKET,
    EVIDENCE_KEYS: [...keys.keys()].join(','),
    EVIDENCE_ISSUER: 'face-revalidation-test',
    CODE_VERSION: '0.1.0',
    ALLOW_NATIONAL_IDS: 'false',
    ERASURE_BUCKET,
  };
  if (name) for (const key of envKeys[name]) process.env[key] = variables[key];

  // Handlers write lines and metrics to the log; here they are kept, so that tests can read them.
  const lines: string[] = [];
  const metrics: Record<string, unknown>[] = [];
  keepLog(lines, (metric) => metrics.push(metric));

  // A way of its own to the ledger, around the tap: looking on is neither counted nor broken.
  const dynamo = new DynamoDBClient({ endpoint: ledger.origin });
  const bucket = s3 && new S3Client({ endpoint: s3.origin });

  return {
    table,
    ledger: { table, retentionDays: config.retentionDays },
    get sandbox(): Sandbox {
      return built(sandbox);
    },
    secrets,
    lines,
    metrics,
    /** Every call of the functions, in order. */
    calls,
    writes: () => calls.filter(isWrite),
    /** What executions were woken with. */
    resumed,
    /** What the bus was told, in order. */
    announced,
    /** A closed bus answers 200, and takes nothing. */
    openBus: (isOpen: boolean) => {
      isBusOpen = isOpen;
    },
    /** Executions that were started, under which name and with what; and those that were stopped. */
    started,
    stopped,
    /** How executions stand, by ARN; any other runs. */
    statuses,
    /** Tokens that are no longer valid. */
    overTokens,
    /** Decides what becomes of the calls from now on; without a word, all go through. */
    setDelivery: (decide: (call: AwsCall) => Delivery | Promise<Delivery> = () => 'through') => {
      deliveryOf = decide;
    },
    /** Lets the nth write from now on meet its delivery, once. */
    setWriteDelivery: (nth: number, delivery: Delivery) => {
      let writes = 0;
      deliveryOf = (call) => {
        if (isWrite(call)) writes += 1;
        return isWrite(call) && writes === nth ? delivery : 'through';
      };
    },
    item: async (pk: string): Promise<Record<string, unknown> | undefined> => {
      const Key = { pk: { S: pk } };
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item && unmarshall(Item);
    },
    items: async (): Promise<Record<string, unknown>[]> => {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return Items.map((item) => unmarshall(item));
    },
    /** Puts an item in the place of any other under its key. */
    putItem: async (item: { pk: string } & Record<string, unknown>) => {
      const Item = marshall(item, { removeUndefinedValues: true });
      await dynamo.send(new PutItemCommand({ TableName: table, Item }));
    },
    put: async (Key: string, Body: Uint8Array | string, Metadata: Record<string, string> = {}) => {
      const { ETag = '', VersionId = '' } = await built(bucket).send(
        new PutObjectCommand({ Bucket: BUCKET, Key, Body, Metadata }),
      );
      return { key: Key, etag: ETag.replaceAll('"', ''), versionId: VersionId };
    },
    remove: async (Key: string, VersionId?: string) => {
      const { VersionId: marker } = await built(bucket).send(
        new DeleteObjectCommand({ Bucket: BUCKET, Key, ...(VersionId ? { VersionId } : {}) }),
      );
      return marker;
    },
    /** Whether a version is still there. */
    has: (Key: string, VersionId: string): Promise<boolean> =>
      built(bucket)
        .send(new GetObjectCommand({ Bucket: BUCKET, Key, VersionId }))
        .then(
          async ({ Body }) => (await Body?.transformToByteArray()) !== undefined,
          () => false,
        ),
    /** Tells the sandbox whose face an enrollment is. */
    enroll: async ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }) => {
      const { status } = await fetch(`${truoraOrigin}/sandbox/enrollments`, {
        method: 'POST',
        body: JSON.stringify({ accountId, enrollmentId }),
      });
      if (status !== 201) throw new TypeError(`the sandbox answered ${status}`);
    },
    close: async () => {
      dynamo.destroy();
      bucket?.destroy();
      const servers = [ledgerTap, awsTap, ledger, awsApi, s3, anyMedia, sandbox];
      await Promise.all(servers.map((server) => server?.close()));
      await rm(directory, { recursive: true });
    },
  };
};

const executionNamed = (name: string): Execution => ({
  executionArn: executionOf(name),
  status: 'RUNNING',
  startedAt: new Date(),
  input: undefined,
  ended: Promise.resolve(),
});

const built = <Part>(part: Part | undefined): Part => {
  if (!part) throw new TypeError('this local AWS was opened without that part');
  return part;
};

/** Stands between the SDK and an emulator: writes down each call, and loses it or its answer when told to. */
const startTap = async (
  origin: string,
  calls: AwsCall[],
  deliveryOf: (call: AwsCall) => Delivery | Promise<Delivery>,
): Promise<LocalServer> => {
  return listen(async (request, response) => {
    const body = (await bodyOf(request, 1_000_000)) ?? Buffer.alloc(0);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const call = { operation, input: JSON.parse(body.toString('utf8')) };
    calls.push(call);
    const delivery = await deliveryOf(call);
    if (delivery === 'twice') await forward(origin, request, body);
    const answer = delivery === 'lost' ? undefined : await forward(origin, request, body);
    if ((delivery === 'through' || delivery === 'twice') && answer) {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
      return;
    }
    // An error that the SDK does not repeat: to the function, its call failed and that is that.
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: 'com.amazonaws#LostOnTheWay', message: 'lost on the way' }));
  });
};

const forward = async (origin: string, { method = 'POST', url = '/', headers }: IncomingMessage, body: Buffer) => {
  const server = serverAt(origin);
  if (!server) throw new TypeError(`nothing listens at ${origin}`);
  return dispatch(server, { method, path: url, headers: headers as Record<string, string>, body });
};

/** An answer of Truora's that no scenario of the sandbox gives, or its silence. */
export type Said = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset' | 'hang' | 'cut off';

/** What is said to the next call, or who decides it at the moment of the call. */
export type Line = Said | ((asked: Asked) => Said | Promise<Said>);

export type Asked = { method: string; path: string; headers: IncomingMessage['headers']; form: URLSearchParams };

/**
 * A server in place of Truora that gives the answers of a test, one after the other; the last one stays.
 */
export const standIn = async (...script: Line[]): Promise<LocalServer & { asked: Asked[] }> => {
  const asked: Asked[] = [];
  const server = await listen(async (request, response) => {
    const text = ((await bodyOf(request, 1_000_000)) ?? '').toString();
    const { method = '', url = '', headers } = request;
    const call = { method, path: url, headers, form: new URLSearchParams(text) };
    asked.push(call);
    const next = script[Math.min(asked.length, script.length) - 1] ?? 'reset';
    say(response, typeof next === 'function' ? await next(call) : next);
  });
  return { ...server, asked };
};

const say = (response: ServerResponse, said: Said): void => {
  if (said === 'hang') return;
  if (said === 'reset') {
    response.socket?.destroy();
    return;
  }
  if (said === 'cut off') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"validation_id":', () => response.socket?.destroy());
    return;
  }
  const { status, body = {}, headers = {} } = said;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** An origin without a server. */
export const deadOrigin = async (): Promise<string> => {
  const { origin, close } = await listen(async () => {});
  await close();
  return origin;
};
