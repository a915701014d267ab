import { createHmac } from 'node:crypto';
import { describe, expect, vi } from 'vitest';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { MAX_WEBHOOK_BYTES, signWebhook } from '../../shared/truora/webhook.ts';
import { newRevalidationId, newValidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import {
  about,
  broken,
  deadline,
  KEY,
  keys,
  operations,
  receive,
  results,
  rung,
  sign,
  test,
  validationId,
  waitOf,
} from '../support/receive-webhook.ts';

const receiveEncoded = (body: string) => receive(Buffer.from(body).toString('base64'), { isBase64Encoded: true });

const numbers = (aws: LocalAws, name: string) =>
  aws.metrics.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));

const refused = { statusCode: 401, body: expect.stringContaining('"code":"signature_invalid"') };

describe('a genuine webhook', () => {
  test('stores the notification', async ({ aws }) => {
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(await waitOf(aws)).toMatchObject(rung);
    expect(aws.resumed).toEqual([]);
  });

  test('resumes the waiting execution with the stored notification', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-a');
    await receive(await sign([about()]));
    expect(aws.resumed).toEqual([{ taskToken: 'token-a', output: (await waitOf(aws))?.notification }]);
  });

  test('counts as recorded once its notification is written, and as read', async ({ aws }) => {
    await receive(await sign([about()]));
    expect(numbers(aws, 'NotificationsRecorded')).toEqual([1]);
    expect(numbers(aws, 'WebhooksUnread')).toEqual([]);
  });

  test.for<[string, () => unknown[]]>([
    ['tells of the creation alone', () => [about('created')]],
    ['is about a validation that is none of ours', () => [about('succeeded', 'VLDnotours')]],
  ])('that %s counts as read, and not as recorded', async ([_, events], { aws }) => {
    expect(await receive(await sign(events()))).toEqual({ statusCode: 200 });
    expect([numbers(aws, 'Webhooks'), numbers(aws, 'NotificationsRecorded'), numbers(aws, 'WebhooksUnread')]).toEqual([
      [1],
      [],
      [],
    ]);
  });

  test.for<[string, unknown[]]>([
    ['without an event', []],
    ['with an event of another form', [{ kind: 'succeeded', id: 'VLD1' }]],
  ])('that %s is accepted, counted as unread, and logged', async ([_, events], { aws }) => {
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect([numbers(aws, 'Webhooks'), numbers(aws, 'NotificationsRecorded'), numbers(aws, 'WebhooksUnread')]).toEqual([
      [1],
      [],
      [1],
    ]);
  });

  test('reaches the ledger before an execution is resumed', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-b');
    aws.calls.length = 0;
    await receive(await sign([about()]));
    expect(operations(aws)).toEqual(['GetSecretValue', 'GetItem', 'UpdateItem', 'SendTaskSuccess']);
  });

  test.for<[string, (token: string) => ReturnType<typeof receive>]>([
    ['as the bare token', (token: string) => receive(token)],
    ['in base64', (token: string) => receiveEncoded(token)],
    ['in a JSON wrapper', (token: string) => receive(JSON.stringify({ token }))],
    ['in a JSON wrapper in base64', (token: string) => receiveEncoded(JSON.stringify({ token }))],
    ['with a line break behind it', (token: string) => receive(`${token}\r\n`)],
  ])('gets through %s', async ([_, deliver], { aws }) => {
    expect(await deliver(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(await waitOf(aws)).toMatchObject(rung);
  });

  test.for(['succeeded', 'failed', 'finished', 'a_new_word'])('notifies of %s', async (action, { aws }) => {
    await receive(await sign([about(action)]));
    expect(await waitOf(aws)).toMatchObject(rung);
  });

  test('does not notify of a creation', async ({ aws }) => {
    expect(await receive(await sign([about('created')]))).toEqual({ statusCode: 200 });
    expect(await waitOf(aws)).toBeUndefined();
    expect(operations(aws)).toEqual(['GetSecretValue']);
    expect(results(aws)).toEqual(['created']);
  });

  test('notifies of each of several validations, with any other content', async ({ aws }) => {
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
    expect(await waitOf(aws)).toMatchObject(rung);
    expect(await waitOf(aws, another)).toMatchObject(rung);
    expect(results(aws).toSorted()).toEqual(['created', 'recorded', 'recorded', 'unknown']);
  });

  test('notifies once of a validation that it names many times', async ({ aws }) => {
    const events = Array.from({ length: 200 }, (_, n) => about(n % 2 === 0 ? 'succeeded' : 'failed'));
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    // The last is a read of whether its case is closed, since no execution was waiting.
    expect(operations(aws)).toEqual(['GetSecretValue', 'GetItem', 'UpdateItem', 'GetItem']);
  });

  test('notifies of fifty validations, and leaves the rest to the poll', async ({ aws }) => {
    const events = Array.from({ length: 60 }, () => about('succeeded', newValidationId()));
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect(operations(aws).filter((operation) => operation === 'GetItem')).toHaveLength(50);
    expect(results(aws).filter((result) => result === 'left_over')).toHaveLength(10);
  });

  test('about an unknown validation gets a 200, and leaves nothing behind', async ({ aws }) => {
    const stranger = newValidationId();
    expect(await receive(await sign([about('succeeded', stranger)]))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
    expect(aws.lines.join()).toContain('webhook_unknown');
    expect(aws.lines.join()).not.toContain(stranger);
    expect(results(aws)).toEqual(['unknown']);
  });

  test.for<[string, unknown[]]>([
    ['no events', []],
    ['events of another shape', [{}, 'x', { object: null }, about('succeeded', '../../etc')]],
  ])('with %s gets a 200, and leaves nothing behind', async ([_, events], { aws }) => {
    expect(await receive(await sign(events))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
  });

  test('that is no list of events gets a 200', async ({ aws }) => {
    expect(await receive(await signWebhook({ hello: 'system' }, KEY))).toEqual({ statusCode: 200 });
    expect(aws.writes()).toEqual([]);
  });

  test('decides nothing: no verdict is written to the ledger', async ({ aws }) => {
    await receive(await sign([about()]));
    expect(JSON.stringify(await aws.items())).not.toMatch(/canary-person|success/);
    const { pk: _, ...wait } = (await waitOf(aws)) ?? {};
    expect(Object.keys(wait).toSorted()).toEqual(['expiresAt', 'notification']);
  });
});

describe('a webhook that is not genuine', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** Signed by hand, as our own code would not. */
  const signedAs = (alg: string, hash: string, key: string) => {
    const content = `${part({ alg, typ: 'JWT' })}.${part({ events: [about()] })}`;
    return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
  };

  test('differs from a genuine one with the same content by its status', async () => {
    expect(await receive(signedAs('HS256', 'sha256', KEY))).toEqual({ statusCode: 200 });
  });

  test.for<[string, () => Promise<string | undefined> | string | undefined]>([
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
  ])('gets a 401 and changes nothing: %s', async ([_, forge], { aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-g');
    aws.calls.length = 0;
    expect(await receive(await forge())).toMatchObject(refused);
    expect(operations(aws).filter((operation) => operation !== 'GetSecretValue')).toEqual([]);
    expect(aws.resumed).toEqual([]);
    expect(aws.lines.join()).toContain('webhook_refused');
  });

  test.for<[string, string | string[] | number[] | { key: string }]>([
    ['an empty list', []],
    ['an empty key', ['']],
    ['no list', { key: KEY }],
    ['a bare key', KEY],
    ['a list of something else', [1]],
    ['half a secret', '["webhook-ke'],
  ])('means every webhook when the secret holds %s', async ([_, held], { aws }) => {
    keys(aws, held);
    for (const key of [KEY, '', '[]', 'undefined', 'null', '1']) {
      expect(await receive(signedAs('HS256', 'sha256', key))).toMatchObject(refused);
    }
    expect(aws.writes()).toEqual([]);
  });

  test('makes the keys be read once a minute at most', async ({ aws }) => {
    for (let n = 0; n < 20; n += 1) await receive(await sign([about()], 'another key'));
    expect(operations(aws)).toEqual(['GetSecretValue']);
  });
});

describe('the keys of webhooks', () => {
  test('may be two while one is rotated', async ({ aws }) => {
    keys(aws, ['the newer', KEY]);
    expect(await receive(await sign([about()], KEY))).toEqual({ statusCode: 200 });
    expect(await receive(await sign([about()], 'the newer'))).toEqual({ statusCode: 200 });
    expect(await receive(await sign([about()], 'the third'))).toMatchObject(refused);
  });

  test('come from a second read for a webhook that the old ones refuse', async ({ aws }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await receive(await sign([about('created')]))).toEqual({ statusCode: 200 });
    keys(aws, ['rotated']);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await receive(await sign([about()], 'rotated'))).toEqual({ statusCode: 200 });
    expect(await waitOf(aws)).toMatchObject(rung);
    expect(await receive(await sign([about()], KEY))).toMatchObject(refused);
  });

  test('that cannot be read answer 500, so that Truora repeats the call', async ({ aws }) => {
    aws.secrets.delete(process.env.WEBHOOK_KEYS_SECRET ?? '');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
    expect(aws.writes()).toEqual([]);
  });
});

describe('an error on our side', () => {
  test.for(['GetItem', 'UpdateItem'])(
    'before the notification is written gets a 500 without a text, and the repeat is accepted: %s',
    async (operation, { aws }) => {
      await storeTaskToken(aws.table, { validationId, deadline }, `token-${operation}`);
      aws.setDelivery((call) => (call.operation === operation ? 'lost' : 'through'));
      const token = await sign([about()]);
      expect(await receive(token)).toMatchObject(broken);
      aws.setDelivery();
      expect(await receive(token)).toEqual({ statusCode: 200 });
      expect(aws.resumed).toMatchObject([{ taskToken: `token-${operation}` }]);
    },
  );

  test.for(['lost', 'answer lost'] as const)(
    'after the notification was written is acknowledged and counted: the call that resumes is %s',
    async (delivery, { aws }) => {
      const taskToken = `token-unsent ${delivery}`;
      await storeTaskToken(aws.table, { validationId, deadline }, taskToken);
      aws.setDelivery((call) => (call.operation === 'SendTaskSuccess' ? delivery : 'through'));
      const token = await sign([about()]);
      expect(await receive(token)).toEqual({ statusCode: 200 });
      expect(await waitOf(aws)).toMatchObject(rung);
      expect(results(aws)).toEqual(['unsent']);
      aws.setDelivery();
      // A second call wakes whom the first could not, should there be one.
      await receive(token);
      expect(aws.resumed.map((one) => one.taskToken)).toEqual([taskToken]);
    },
  );

  test('about one validation does not stop the others of the same call', async ({ aws }) => {
    const [another, third] = [newValidationId(), newValidationId()];
    for (const id of [another, third]) {
      await bindValidation(aws.table, { validationId: id, deadline }, newRevalidationId(), 30);
    }
    aws.setDelivery(({ operation, input }) =>
      operation === 'GetItem' && JSON.stringify(input).includes(another) ? 'lost' : 'through',
    );
    const events = [about('failed', another), about(), about('failed', third)];
    expect(await receive(await sign(events))).toMatchObject(broken);
    expect([await waitOf(aws), await waitOf(aws, third), await waitOf(aws, another)]).toMatchObject([
      rung,
      rung,
      undefined,
    ]);
  });

  test('after the notification was written loses nothing: AwaitWebhook finds the notification', async ({ aws }) => {
    aws.setWriteDelivery(1, 'answer lost');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
    aws.setDelivery();
    expect(await storeTaskToken(aws.table, { validationId, deadline }, 'token-h')).toMatchObject(rung.notification);
  });
});

test('keeps person, token and key out of the log', async ({ aws }) => {
  await storeTaskToken(aws.table, { validationId, deadline }, 'canary-token');
  await receive(await sign([about()]));
  await receive(await sign([about()], 'canary-key'));
  await receive('canary-garbage');
  expect(aws.lines.length).toBeGreaterThan(2);
  expect(aws.lines.join()).not.toMatch(/canary|webhook-key/);
});
