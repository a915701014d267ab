import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/receive-webhook.ts';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { MAX_WEBHOOK_BYTES, signWebhook } from '../../shared/truora/webhook.ts';
import { NOW } from '../support/creation.ts';
import { context, newRevalidationId, newValidationId } from '../support/journal.ts';
import { keepLog, ownFieldsOf } from '../support/log-lines.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { listen } from '../support/truora.ts';

const KEY = 'webhook-key';

const DEADLINE = '2126-11-23T12:05:00.000Z';

let open: OpenTable;

/** Secrets Manager and Step Functions. */
let aws: Awaited<ReturnType<typeof listen>>;

/** The keys in the secret, and whether Step Functions takes a token. */
let keys: string[];

let isMachineOpen: boolean;

/** What was written to the log and to the metrics. */
let lines: string[];

let metrics: object[];

beforeAll(async () => {
  open = await openTable();
  aws = await listen((response, { headers }) => {
    // The clock of the test is another one: the SDK would correct its own by this header, and send a call again.
    response.sendDate = false;
    const isSecret = String(headers['x-amz-target']).endsWith('GetSecretValue');
    response.writeHead(isSecret || isMachineOpen ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    const refusal = isMachineOpen ? {} : { __type: 'AccessDeniedException', message: 'refused' };
    response.end(JSON.stringify(isSecret ? { SecretString: JSON.stringify(keys) } : refusal));
  });
  pointSdkAt({ SECRETS_MANAGER: aws.origin, SFN: aws.origin });
  Object.assign(process.env, { TABLE_NAME: open.table, METRICS_NAMESPACE: 'test', DOCUMENTATION_URL: 'none' });
});

afterAll(() => {
  aws.close();
  open.close();
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  // The cache of secrets belongs to the process, so each test has a secret of its own.
  process.env.WEBHOOK_KEYS_SECRET = `secret:${randomUUID()}`;
  [keys, isMachineOpen, lines, metrics] = [[KEY], true, [], []];
  aws.heard.length = 0;
  keepLog(lines, ({ _aws, ...metric }) => metrics.push(metric));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const about = (validation_id: string, event_action = 'succeeded') => ({
  id: 'HKE1',
  event_type: 'face_recognition',
  event_action,
  object: { validation_id, account_id: 'ana', validation_status: 'success' },
});

const receive = async (events: object[], key = KEY) => {
  const body = await signWebhook({ iss: 'Truora', iat: 1, events }, key);
  return send(body);
};

const send = (body: string) =>
  handler({ version: '2.0', isBase64Encoded: false, body } as APIGatewayProxyEventV2, context);

/** A validation of ours, and the task token of an execution that waits for it. */
const bind = async (taskToken?: string) => {
  const [validationId, revalidationId] = [newValidationId(), newRevalidationId()];
  await open.putItem({ pk: `VLD#${validationId}`, revalidationId, deadline: DEADLINE });
  if (taskToken) await open.putItem({ pk: `WAIT#${validationId}`, taskToken });
  return { validationId, revalidationId };
};

const step = 'ReceiveWebhook';

const notified = (result: string, revalidationId?: string, level = 'INFO') => ({
  level,
  message: result,
  step,
  ...(revalidationId ? { revalidationId } : {}),
  count: `webhook_${result}`,
});

const done = (events: number) => ({ level: 'INFO', message: 'done', step, events });

const refused = { statusCode: 401, body: expect.stringContaining('"code":"signature_invalid"') };

describe('a genuine webhook', () => {
  test('resumes the execution that waits, and is counted and logged by its result', async () => {
    const { validationId, revalidationId } = await bind('token');
    expect(await receive([about(validationId)])).toEqual({ statusCode: 200 });
    expect(metrics).toEqual([{ Webhooks: 1 }, { NotificationsRecorded: 1 }, { Notifications: 1, result: 'resumed' }]);
    expect(lines.map(ownFieldsOf)).toEqual([notified('resumed', revalidationId), done(1)]);
  });

  test('warns when the execution could not be resumed', async () => {
    isMachineOpen = false;
    const { validationId, revalidationId } = await bind('token');
    expect(await receive([about(validationId)])).toEqual({ statusCode: 200 });
    expect(lines.map(ownFieldsOf)).toEqual([notified('unsent', revalidationId, 'WARN'), done(1)]);
  });

  test('of a creation stores nothing', async () => {
    const { validationId } = await bind();
    expect(await receive([about(validationId, 'created')])).toEqual({ statusCode: 200 });
    expect(metrics).toEqual([{ Webhooks: 1 }, { Notifications: 1, result: 'created' }]);
    expect(lines.map(ownFieldsOf)).toEqual([notified('created'), done(1)]);
    expect(await open.item(`WAIT#${validationId}`)).toBeUndefined();
  });

  test('without an event that can be read is counted as unread', async () => {
    expect(await receive([])).toEqual({ statusCode: 200 });
    expect(metrics).toEqual([{ Webhooks: 1 }, { WebhooksUnread: 1 }]);
    const unread = { level: 'WARN', message: 'unread', step, count: 'webhook_unread' };
    expect(lines.map(ownFieldsOf)).toEqual([unread, done(0)]);
  });

  test('counts for its first fifty validations, and the rest is left to the poll', async () => {
    const { validationId: first } = await bind();
    const others = Array.from({ length: 50 }, newValidationId);
    expect(await receive([first, ...others].map((id) => about(id)))).toEqual({ statusCode: 200 });
    const results = metrics.flatMap((metric) => ('result' in metric ? [metric.result] : []));
    expect(results.toSorted()).toEqual(['left_over', 'recorded', ...Array(49).fill('unknown')]);
    expect(ownFieldsOf(lines.at(-1) ?? '')).toEqual(done(51));
  });

  test('gets a 500 when one notification could not be stored, and the others are stored', async () => {
    const [broken, whole] = [await bind(), await bind()];
    await open.putItem({ pk: `WAIT#${broken.validationId}`, notification: 'not an object' });
    const answer = await receive([about(broken.validationId), about(whole.validationId)]);
    expect(answer).toMatchObject({ statusCode: 500, body: expect.stringContaining('"code":"unexpected"') });
    expect(await open.item(`WAIT#${whole.validationId}`)).toMatchObject({ notification: { receivedAt: NOW } });
    expect(ownFieldsOf(lines.at(-1) ?? '')).toMatchObject({ level: 'ERROR', message: 'thrown', step });
  });
});

describe('the signature of a webhook', () => {
  test('fails when it is made with another key, and the refusal is counted and logged', async () => {
    const { validationId } = await bind();
    expect(await receive([about(validationId)], 'another')).toMatchObject(refused);
    expect(metrics).toEqual([{ WebhookSignatureFailures: 1 }]);
    expect(lines.map(ownFieldsOf)).toEqual([
      { level: 'WARN', message: 'bad signature', step, count: 'webhook_refused' },
      { level: 'INFO', message: 'refused', step, error: 'CallRefusedError', reason: 'signature_invalid' },
    ]);
    expect(await open.item(`WAIT#${validationId}`)).toBeUndefined();
  });

  test('fails without a read of the keys when the body is too large', async () => {
    expect(await send('x'.repeat(MAX_WEBHOOK_BYTES + 1))).toMatchObject(refused);
    expect(aws.heard).toEqual([]);
  });

  test('gets a check with the keys of now when the cached ones refuse it', async () => {
    expect(await receive([])).toEqual({ statusCode: 200 });
    keys = ['newer'];
    vi.setSystemTime(Date.parse(NOW) + 61_000);
    expect(await receive([], 'newer')).toEqual({ statusCode: 200 });
    expect(aws.heard).toHaveLength(2);
  });

  test('needs no second read of the keys when the cached ones accept it', async () => {
    expect(await receive([])).toEqual({ statusCode: 200 });
    vi.setSystemTime(Date.parse(NOW) + 61_000);
    expect(await receive([])).toEqual({ statusCode: 200 });
    expect(aws.heard).toHaveLength(1);
  });
});
