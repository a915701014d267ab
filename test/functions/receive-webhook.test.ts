import { createHmac, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as awaitWebhook } from '../../functions/await-webhook.ts';
import { handler } from '../../functions/receive-webhook.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { MAX_WEBHOOK_BYTES, signWebhook } from '../../shared/truora/webhook.ts';
import {
  claimOf,
  context,
  eventOf,
  inMinutes,
  journalOf,
  newRevalidationId,
  newValidationId,
} from '../support/journal.ts';
import { type Delivery, type LocalAws, openLocalAws } from '../support/local-aws.ts';

const KEY = 'webhook-key';

let aws: LocalAws;

let validationId: string;

let deadline: string;

let revalidationId: string;

beforeAll(async () => {
  aws = await openLocalAws('ReceiveWebhook');
});

afterAll(() => aws.close());

beforeEach(async () => {
  // The cache of secrets belongs to the process, so each test has secrets of its own.
  process.env.WEBHOOK_KEYS_SECRET = `secret:${randomUUID()}`;
  keys([KEY]);
  ({ validationId, deadline } = journalOf().validation);
  revalidationId = newRevalidationId();
  await bindValidation(aws.table, { validationId, deadline }, revalidationId, 30);
  aws.setDelivery();
  aws.calls.length = 0;
  aws.resumed.length = 0;
  aws.lines.length = 0;
  aws.metrics.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

const keys = (held: unknown) => {
  const text = typeof held === 'string' ? held : JSON.stringify(held);
  aws.secrets.set(process.env.WEBHOOK_KEYS_SECRET ?? '', text);
};

const about = (event_action = 'succeeded', id = validationId) => ({
  id: 'HKE1',
  event_type: 'face_recognition',
  event_action,
  object: { validation_id: id, account_id: 'canary-person', validation_status: 'success' },
});

const sign = (events: unknown[], key = KEY) => signWebhook({ iss: 'Truora', iat: 1, events }, key);

const receive = async (body: string | undefined, more: Partial<APIGatewayProxyEventV2> = {}) => {
  const event = { version: '2.0', isBase64Encoded: false, ...(body === undefined ? {} : { body }), ...more };
  return handler(event as APIGatewayProxyEventV2, context);
};

const receiveEncoded = (body: string) => receive(Buffer.from(body).toString('base64'), { isBase64Encoded: true });

const waitOf = (id = validationId) => aws.item(`WAIT#${id}`);

const results = () => aws.metrics.flatMap(({ Notifications, result }) => (Notifications === undefined ? [] : [result]));

const numbers = (name: string) => aws.metrics.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));

const operations = () => aws.calls.map(({ operation }) => operation);

const refused = { statusCode: 401, body: expect.stringContaining('"code":"signature_invalid"') };

const broken = { statusCode: 500, body: expect.stringContaining('"code":"unexpected"') };

const rung = { notification: { receivedAt: expect.stringMatching(/Z$/) } };

describe('a genuine webhook', () => {
  test('stores the notification', async () => {
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(await waitOf()).toMatchObject(rung);
    expect(aws.resumed).toEqual([]);
  });

  test('resumes the waiting execution with the stored notification', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-a');
    await receive(await sign([about()]));
    expect(aws.resumed).toEqual([{ taskToken: 'token-a', output: (await waitOf())?.notification }]);
  });

  test('is counted as recorded once its notification is written, and as read', async () => {
    await receive(await sign([about()]));
    expect(numbers('NotificationsRecorded')).toEqual([1]);
    expect(numbers('WebhooksUnread')).toEqual([]);
  });

  test.each<[string, () => unknown[]]>([
    ['tells of the creation alone', () => [about('created')]],
    ['is about a validation that is none of ours', () => [about('succeeded', 'VLDnotours')]],
  ])('that %s counts as read, and not as recorded', async (_, events) => {
    expect(await receive(await sign(events()))).toEqual({ statusCode: 200 });
    expect([numbers('Webhooks'), numbers('NotificationsRecorded'), numbers('WebhooksUnread')]).toEqual([[1], [], []]);
  });

  test.each<[string, unknown[]]>([
    ['without an event', []],
    ['with an event of another form', [{ kind: 'succeeded', id: 'VLD1' }]],
  ])('that %s is accepted, counted as unread, and logged', async (_, events) => {
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect([numbers('Webhooks'), numbers('NotificationsRecorded'), numbers('WebhooksUnread')]).toEqual([[1], [], [1]]);
  });

  test('is stored before an execution is resumed', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-b');
    aws.calls.length = 0;
    await receive(await sign([about()]));
    expect(operations()).toEqual(['GetSecretValue', 'GetItem', 'UpdateItem', 'SendTaskSuccess']);
  });

  test.each([
    ['as the bare token', (token: string) => receive(token)],
    ['in base64', (token: string) => receiveEncoded(token)],
    ['in a JSON wrapper', (token: string) => receive(JSON.stringify({ token }))],
    ['in a JSON wrapper in base64', (token: string) => receiveEncoded(JSON.stringify({ token }))],
    ['with a line break behind it', (token: string) => receive(`${token}\r\n`)],
  ])('is understood %s', async (_, deliver) => {
    expect(await deliver(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(await waitOf()).toMatchObject(rung);
  });

  test.each(['succeeded', 'failed', 'finished', 'a_new_word'])('notifies of %s', async (action) => {
    await receive(await sign([about(action)]));
    expect(await waitOf()).toMatchObject(rung);
  });

  test('does not notify of a creation', async () => {
    expect(await receive(await sign([about('created')]))).toEqual({ statusCode: 200 });
    expect(await waitOf()).toBeUndefined();
    expect(operations()).toEqual(['GetSecretValue']);
    expect(results()).toEqual(['created']);
  });

  test('notifies of each of several validations, with any other content', async () => {
    const another = newValidationId();
    await bindValidation(aws.table, { validationId: another, deadline }, newRevalidationId(), 30);
    const events = [
      { event_type: 'check', event_action: 'succeeded', object: { check_id: 'CHK1' } },
      about('created'),
      about(),
      about('succeeded', newValidationId()),
      null,
      about('failed', another),
    ];
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect(await waitOf()).toMatchObject(rung);
    expect(await waitOf(another)).toMatchObject(rung);
    expect(results().toSorted()).toEqual(['created', 'recorded', 'recorded', 'unknown']);
  });

  test('notifies once of a validation that it names many times', async () => {
    const events = Array.from({ length: 200 }, (_, n) => about(n % 2 === 0 ? 'succeeded' : 'failed'));
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    // The last is a read of whether its case is closed, since no execution was waiting.
    expect(operations()).toEqual(['GetSecretValue', 'GetItem', 'UpdateItem', 'GetItem']);
  });

  test('notifies of fifty validations, and leaves the rest to the poll', async () => {
    const events = Array.from({ length: 60 }, () => about('succeeded', newValidationId()));
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect(operations().filter((operation) => operation === 'GetItem')).toHaveLength(50);
    expect(results().filter((result) => result === 'left_over')).toHaveLength(10);
  });

  test('about an unknown validation gets a 200, and leaves nothing behind', async () => {
    const stranger = newValidationId();
    expect(await receive(await sign([about('succeeded', stranger)]))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
    expect(aws.lines.join()).toContain('webhook_unknown');
    expect(aws.lines.join()).not.toContain(stranger);
    expect(results()).toEqual(['unknown']);
  });

  test.each([
    ['no events', []],
    ['events of another shape', [{}, 'x', { object: null }, about('succeeded', '../../etc')]],
  ])('with %s gets a 200, and leaves nothing behind', async (_, events) => {
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
  });

  test('that is no list of events gets a 200', async () => {
    expect(await receive(await signWebhook({ hello: 'system' }, KEY))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
  });

  test('decides nothing: no verdict is written to the ledger', async () => {
    await receive(await sign([about()]));
    expect(JSON.stringify(await aws.items())).not.toMatch(/canary-person|success/);
    const { pk: _, ...wait } = (await waitOf()) ?? {};
    expect(Object.keys(wait).toSorted()).toEqual(['expiresAt', 'notification']);
  });
});

describe('a webhook about a case that has ended', () => {
  const existing = async (phase: 'created' | OutcomeStatus, more: object = {}) => {
    const { claim } = journalOf({ claim: claimOf({ revalidationId }) });
    const outcome = { revalidationId, status: phase, decidedBy: 'workflow', decidedAt: claim.claimedAt };
    const item = {
      pk: `RUN#${revalidationId}`,
      ...claim,
      owner: 'arn:owner',
      phase,
      trail: [],
      ...(phase === 'created' ? {} : { outcome }),
      ...more,
    };
    await aws.putItem(item);
    return item;
  };
  const record = () => aws.item(`RUN#${revalidationId}`);

  test.each(['expired', 'failed', 'canceled'] as const)(
    'makes the follow-up of a case that is %s due at once',
    async (phase) => {
      await existing(phase);
      const before = new Date().toISOString();
      await receive(await sign([about()]));
      const { dueAt, lateWebhookAt, shard } = (await record()) ?? {};
      expect([lateWebhookAt, shard]).toEqual([dueAt, `due#${revalidationId[3]}`]);
      expect(String(dueAt) >= before).toBe(true);
      expect(await waitOf()).toMatchObject(rung);
    },
  );

  test.each(['approved', 'declined', 'refused', 'created'] as const)(
    'leaves a case that is %s as it is',
    async (phase) => {
      const item = await existing(phase);
      await receive(await sign([about()]));
      expect(await record()).toEqual(item);
    },
  );

  test('leaves a case as it is that was amended by a result about the face, or whose follow-up is due already', async () => {
    const said = { at: inMinutes(0), from: 'sweep', status: 'approved' };
    for (const more of [{ amendments: [said] }, { lateWebhookAt: inMinutes(-1), dueAt: inMinutes(-1) }]) {
      const item = await existing('expired', more);
      await receive(await sign([about()]));
      expect(await record()).toEqual(item);
    }
  });

  test('makes the follow-up due at once that an earlier webhook has postponed', async () => {
    await existing('expired', { lateWebhookAt: inMinutes(-10), dueAt: inMinutes(10) });
    await receive(await sign([about()]));
    const { dueAt, lateWebhookAt } = (await record()) ?? {};
    expect(String(dueAt) <= inMinutes(0)).toBe(true);
    expect(lateWebhookAt).toBe(dueAt);
  });

  test('changes nothing when it is `created`, or forged', async () => {
    const item = await existing('expired');
    await receive(await sign([about('created')]));
    await receive(await sign([about()], 'another key'));
    expect(await record()).toEqual(item);
  });

  test('is not acknowledged when it cannot be stored', async () => {
    await existing('expired');
    aws.setWriteDelivery(2, 'lost');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
  });
});

describe('a replayed webhook', () => {
  test('costs at most one write more, and changes nothing', async () => {
    const token = await sign([about()]);
    await receive(token);
    const before = await aws.items();
    aws.calls.length = 0;
    expect(await receive(token)).toEqual({ statusCode: 200 });
    expect(aws.writes().length).toBeLessThanOrEqual(1);
    expect(await aws.items()).toEqual(before);
  });

  test('resumes no execution a second time', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-c');
    const token = await sign([about()]);
    await receive(token);
    expect(await receive(token)).toEqual({ statusCode: 200 });
    expect(aws.resumed).toHaveLength(1);
  });

  test('costs one write and two reads, and one read more where an execution was waiting', async () => {
    const token = await sign([about()]);
    await receive(token);
    aws.calls.length = 0;
    await receive(token);
    expect(operations()).toEqual(['GetItem', 'UpdateItem', 'GetItem']);
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-measured');
    await receive(token);
    aws.calls.length = 0;
    await receive(token);
    expect(operations()).toEqual(['GetItem', 'UpdateItem', 'SendTaskSuccess', 'GetItem', 'GetItem']);
  });

  test('gets a 200 days after the end', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-d');
    aws.overTokens.add('token-d');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(aws.resumed).toEqual([]);
    expect(results()).toEqual(['late']);
  });

  test('resumes the execution once when it comes many times at once', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-e');
    const token = await sign([about()]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => receive(token)));
    expect(answers).toEqual(Array(10).fill({ statusCode: 200 }));
    expect(aws.resumed).toHaveLength(1);
  });
});

describe('a webhook that comes before the token', () => {
  test('makes AwaitWebhook resume itself', async () => {
    const journal = journalOf({ validation: { validationId, deadline } });
    await receive(await sign([about()]));
    expect(aws.resumed).toEqual([]);
    await awaitWebhook(eventOf('AwaitWebhook', journal, { taskToken: 'token-f' }), context);
    expect(aws.resumed).toEqual([{ taskToken: 'token-f', output: (await waitOf())?.notification }]);
  });

  test('resumes the execution exactly once, before, after or together with the token', async () => {
    for (let race = 0; race < 10; race += 1) {
      const journal = journalOf();
      await bindValidation(aws.table, journal.validation, journal.claim.revalidationId, 30);
      const taskToken = `race-${race}`;
      const webhook = await sign([about('succeeded', journal.validation.validationId)]);
      await Promise.all([receive(webhook), awaitWebhook(eventOf('AwaitWebhook', journal, { taskToken }), context)]);
      expect(aws.resumed.filter((one) => one.taskToken === taskToken)).toHaveLength(1);
    }
  });
});

describe('a webhook that is not genuine', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** Signed by hand, as our own code would not. */
  const signedAs = (alg: string, hash: string, key: string) => {
    const content = `${part({ alg, typ: 'JWT' })}.${part({ events: [about()] })}`;
    return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
  };

  test('is distinguished from a genuine one with the same content', async () => {
    expect(await receive(signedAs('HS256', 'sha256', KEY))).toEqual({ statusCode: 200 });
  });

  test.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['under another key', () => sign([about()], 'another key')],
    ['under an empty key', () => signedAs('HS256', 'sha256', '')],
    ['without a signature', () => `${part({ alg: 'none', typ: 'JWT' })}.${part({ events: [about()] })}.`],
    ['under another algorithm', () => signedAs('HS512', 'sha512', KEY)],
    ['under another name of the algorithm', () => signedAs('HS512', 'sha256', KEY)],
    [
      'with another content',
      async () => (await sign([about('created')])).replace(/\.[^.]+\./, `.${part({ events: [about()] })}.`),
    ],
    ['with half a signature', async () => (await sign([about()])).slice(0, -20)],
    ['in a wrapper of something else', async () => JSON.stringify({ jwt: await sign([about()]) })],
    ['as the plain events', () => JSON.stringify({ events: [about()] })],
    ['as garbage', () => '\u0000\u{1f600}..'],
    ['as deep JSON', () => '{"token":'.repeat(5000)],
    ['as an empty body', () => ''],
    ['as no body', () => undefined],
    ['larger than any', async () => sign([{ ...about(), padding: 'x'.repeat(MAX_WEBHOOK_BYTES) }])],
    ['larger than any, in a wrapper', async () => JSON.stringify({ token: 'x'.repeat(1_000_000) })],
  ])('gets a 401 and changes nothing: %s', async (_, forge) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-g');
    aws.calls.length = 0;
    expect(await receive(await forge())).toMatchObject(refused);
    expect(operations().filter((operation) => operation !== 'GetSecretValue')).toEqual([]);
    expect(aws.resumed).toEqual([]);
    expect(aws.lines.join()).toContain('webhook_refused');
  });

  test.each([
    ['an empty list', []],
    ['an empty key', ['']],
    ['no list', { key: KEY }],
    ['a bare key', KEY],
    ['a list of something else', [1]],
    ['half a secret', '["webhook-ke'],
  ])('is every webhook when the secret holds %s', async (_, held) => {
    keys(held);
    for (const key of [KEY, '', '[]', 'undefined', 'null', '1']) {
      expect(await receive(signedAs('HS256', 'sha256', key))).toMatchObject(refused);
    }
    expect(aws.writes()).toEqual([]);
  });

  test('makes the keys be read once a minute at most', async () => {
    for (let n = 0; n < 20; n += 1) await receive(await sign([about()], 'another key'));
    expect(operations()).toEqual(['GetSecretValue']);
  });
});

describe('the keys of webhooks', () => {
  test('may be two while one is rotated', async () => {
    keys(['the newer', KEY]);
    expect(await receive(await sign([about()], KEY))).toEqual({ statusCode: 200 });
    expect(await receive(await sign([about()], 'the newer'))).toEqual({ statusCode: 200 });
    expect(await receive(await sign([about()], 'the third'))).toMatchObject(refused);
  });

  test('are read again for a webhook that the old ones refuse', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await receive(await sign([about('created')]))).toEqual({ statusCode: 200 });
    keys(['rotated']);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await receive(await sign([about()], 'rotated'))).toEqual({ statusCode: 200 });
    expect(await waitOf()).toMatchObject(rung);
    expect(await receive(await sign([about()], KEY))).toMatchObject(refused);
  });

  test('that cannot be read answer 500, so that Truora repeats the call', async () => {
    aws.secrets.delete(process.env.WEBHOOK_KEYS_SECRET ?? '');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
    expect(aws.writes()).toEqual([]);
  });
});

describe('a webhook whose token is no longer valid', () => {
  /** A retry stores a newer token after the notification was read with the older one, and before that one is found invalid. */
  const retriedMeanwhile = async (older: string, newer: string) => {
    await storeTaskToken(aws.table, { validationId, deadline }, older);
    aws.overTokens.add(older);
    aws.setDelivery(async ({ operation }): Promise<Delivery> => {
      if (operation === 'SendTaskSuccess') {
        await aws.putItem({ pk: `WAIT#${validationId}`, taskToken: newer, notification: { receivedAt: deadline } });
      }
      return 'through';
    });
  };

  test('resumes the execution with the newer token, if there is one', async () => {
    await retriedMeanwhile('older-a', 'newer-a');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(aws.resumed.map(({ taskToken }) => taskToken)).toEqual(['newer-a']);
    expect(results()).toEqual(['resumed']);
  });

  test('tries only that newer token', async () => {
    await retriedMeanwhile('older-b', 'newer-b');
    aws.overTokens.add('newer-b');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(operations().filter((operation) => operation === 'SendTaskSuccess')).toHaveLength(2);
    expect(aws.resumed).toEqual([]);
    expect(results()).toEqual(['late']);
  });

  test('does not try the same token again', async () => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'older-c');
    aws.overTokens.add('older-c');
    await receive(await sign([about()]));
    expect(operations().filter((operation) => operation === 'SendTaskSuccess')).toHaveLength(1);
  });
});

describe('an error on our side', () => {
  test.each(['GetItem', 'UpdateItem'])(
    'before the notification is written gets a 500 without a text, and the repeat is accepted: %s',
    async (operation) => {
      await storeTaskToken(aws.table, { validationId, deadline }, `token-${operation}`);
      aws.setDelivery((call) => (call.operation === operation ? 'lost' : 'through'));
      const token = await sign([about()]);
      expect(await receive(token)).toMatchObject(broken);
      aws.setDelivery();
      expect(await receive(token)).toEqual({ statusCode: 200 });
      expect(aws.resumed).toMatchObject([{ taskToken: `token-${operation}` }]);
    },
  );

  test.each(['lost', 'answer lost'] as const)(
    'after the notification was written is acknowledged and counted: the call that resumes is %s',
    async (delivery) => {
      const taskToken = `token-unsent ${delivery}`;
      await storeTaskToken(aws.table, { validationId, deadline }, taskToken);
      aws.setDelivery((call) => (call.operation === 'SendTaskSuccess' ? delivery : 'through'));
      const token = await sign([about()]);
      expect(await receive(token)).toEqual({ statusCode: 200 });
      expect(await waitOf()).toMatchObject(rung);
      expect(results()).toEqual(['unsent']);
      aws.setDelivery();
      // A second call wakes whom the first could not, should there be one.
      await receive(token);
      expect(aws.resumed.map((one) => one.taskToken)).toEqual([taskToken]);
    },
  );

  test('about one validation does not stop the others of the same call', async () => {
    const [another, third] = [newValidationId(), newValidationId()];
    for (const id of [another, third]) {
      await bindValidation(aws.table, { validationId: id, deadline }, newRevalidationId(), 30);
    }
    aws.setDelivery(({ operation, input }) =>
      operation === 'GetItem' && JSON.stringify(input).includes(another) ? 'lost' : 'through',
    );
    const events = [about('failed', another), about(), about('failed', third)];
    expect(await receive(await sign(events))).toMatchObject(broken);
    expect([await waitOf(), await waitOf(third), await waitOf(another)]).toMatchObject([rung, rung, undefined]);
  });

  test('after the notification was written loses nothing: AwaitWebhook finds the notification', async () => {
    aws.setWriteDelivery(1, 'answer lost');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
    aws.setDelivery();
    expect(await storeTaskToken(aws.table, { validationId, deadline }, 'token-h')).toMatchObject(rung.notification);
  });
});

test('keeps person, token and key out of the log', async () => {
  await storeTaskToken(aws.table, { validationId, deadline }, 'canary-token');
  await receive(await sign([about()]));
  await receive(await sign([about()], 'canary-key'));
  await receive('canary-garbage');
  expect(aws.lines.length).toBeGreaterThan(2);
  expect(aws.lines.join()).not.toMatch(/canary|webhook-key/);
});
