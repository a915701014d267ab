import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MAX_WEBHOOK_BYTES, signWebhook, validationIdsOf, verifyWebhook } from '../../shared/truora/webhook.ts';

/** Made with `openssl dgst -sha256 -hmac`, and checked with Python's hmac: our own code had no hand in it. */
const goldenKey = 'golden-signature-key/ñ+=';

const goldenPayload =
  '{"iss":"Truora","iat":1795428011,"events":[{"id":"HKE0123456789abcdef0123456789abcdef01234567",' +
  '"event_type":"face_recognition","event_action":"succeeded","timestamp":"2026-11-23T10:00:10Z","version":"1.0",' +
  '"object":{"validation_id":"VLD00000000000000000000000000000001","account_id":"customer-42",' +
  '"validation_status":"success"}}]}';

const goldenBody =
  'eyJpc3MiOiJUcnVvcmEiLCJpYXQiOjE3OTU0MjgwMTEsImV2ZW50cyI6W3siaWQiOiJIS0UwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2Rl' +
  'ZjAxMjM0NTY3IiwiZXZlbnRfdHlwZSI6ImZhY2VfcmVjb2duaXRpb24iLCJldmVudF9hY3Rpb24iOiJzdWNjZWVkZWQiLCJ0aW1lc3RhbXAiOiIy' +
  'MDI2LTExLTIzVDEwOjAwOjEwWiIsInZlcnNpb24iOiIxLjAiLCJvYmplY3QiOnsidmFsaWRhdGlvbl9pZCI6IlZMRDAwMDAwMDAwMDAwMDAwMDAw' +
  'MDAwMDAwMDAwMDAwMDAxIiwiYWNjb3VudF9pZCI6ImN1c3RvbWVyLTQyIiwidmFsaWRhdGlvbl9zdGF0dXMiOiJzdWNjZXNzIn19XX0';

const golden = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${goldenBody}.I5qC6ExjWf3GTir0PD6JuhLoaWJF1-iUVnVHLqsVGVw`;

/** The same payload and key, with `openssl dgst -sha512`. */
const hs512 =
  `eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.${goldenBody}.` +
  '2wzPJc_pGOKA1dmcscA5Q5Edn3p9NbV_yZS0oSqra0vc8nSKXiYLmgzvAWTMPB8zGFkt0YgQj6paGfeLSNclgw';

const heard = [{ event_action: 'succeeded', object: { validation_id: 'VLD00000000000000000000000000000001' } }];

const part = (value: string | object) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const event = (validation_id: string, event_action = 'succeeded') => ({ event_action, object: { validation_id } });

describe('a genuine webhook', () => {
  test('matches the signature of other libraries', async () => {
    expect(await signWebhook(JSON.parse(goldenPayload), goldenKey)).toBe(golden);
  });

  test('parses for any issuer', async () => {
    expect(await verifyWebhook(golden, [goldenKey])).toEqual(heard);
  });

  test('parses with white space around it', async () => {
    expect(await verifyWebhook(`\n${golden}\r\n`, [goldenKey])).toEqual(heard);
  });

  test('parses in a JSON wrapper', async () => {
    expect(await verifyWebhook(JSON.stringify({ token: golden }), [goldenKey])).toEqual(heard);
  });

  test.each([
    ['as a JSON text', JSON.stringify(golden)],
    ['as a JSON text with blanks in and around it', ` "${golden}\\n"\r\n`],
    ['behind a byte-order mark', `\uFEFF${golden}`],
    ['in a wrapper behind a byte-order mark', `\uFEFF${JSON.stringify({ token: golden })}`],
    ['in a wrapper that is a JSON text', JSON.stringify(JSON.stringify({ token: golden }))],
    ['in a wrapper behind a blank in a JSON text', JSON.stringify(` ${JSON.stringify({ token: golden })}`)],
    ['as a JSON text in a wrapper', JSON.stringify({ token: JSON.stringify(golden) })],
  ])('parses %s', async (_, body) => {
    expect(await verifyWebhook(body, [goldenKey])).toEqual(heard);
  });

  test('parses when any of the keys fits', async () => {
    expect(await verifyWebhook(golden, ['an old key', '', goldenKey])).toEqual(heard);
    expect(await verifyWebhook(golden, [goldenKey, 'a new key'])).toEqual(heard);
  });

  test('parses for all events about a validation, and only for those', async () => {
    const events = [
      event('VLD1', 'created'),
      { event_action: 'succeeded', event_type: 'check', object: { check_id: 'CHK1' } },
      'nonsense',
      null,
      event('../VLD'),
      { event_action: 'failed' },
      event('VLD2', 'brand_new_action'),
    ];
    const token = await signWebhook({ iss: 'Truora', events }, 'key');
    expect(await verifyWebhook(token, ['key'])).toEqual([event('VLD1', 'created'), event('VLD2', 'brand_new_action')]);
  });

  test.each([{}, { events: {} }, { events: [] }, { events: 'all' }])(
    'without an event is genuine: %j',
    async (payload) => expect(await verifyWebhook(await signWebhook(payload, 'key'), ['key'])).toEqual([]),
  );
});

describe('a webhook that is refused', () => {
  const [header, body, signature] = golden.split('.') as [string, string, string];
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const rs256 = `${part({ alg: 'RS256', typ: 'JWT' })}.${body}`;
  const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${body}.`;

  test.each<[string, string, string[]]>([
    ['under another key', golden, ['another key']],
    ['without any key to check it by', golden, []],
    ['with only an empty key to check it by', golden, ['']],
    [
      'that an empty key has signed',
      `${header}.${body}.${createHmac('sha256', '').update(`${header}.${body}`).digest('base64url')}`,
      ['', goldenKey],
    ],
    ['with `alg: none`', unsigned, [goldenKey]],
    ['with `alg: none` and a signature', `${unsigned}${signature}`, [goldenKey]],
    ['with HS512', hs512, [goldenKey]],
    ['with RS256', `${rs256}.${sign('sha256', Buffer.from(rs256), privateKey).toString('base64url')}`, [pem]],
    [
      'with its payload exchanged',
      `${header}.${part(goldenPayload.replace('success"', 'failure"'))}.${signature}`,
      [goldenKey],
    ],
    ['with its signature cut short', golden.slice(0, -4), [goldenKey]],
    ['without a signature', `${header}.${body}.`, [goldenKey]],
    ['in two parts', `${header}.${body}`, [goldenKey]],
    ['with nothing in it', '', [goldenKey]],
    ['as a JSON text that holds a forgery', JSON.stringify(unsigned), [goldenKey]],
    ['as an empty JSON text', '""', [goldenKey]],
    ['as half a JSON text', `"${golden}`, [goldenKey]],
    ['as a list', JSON.stringify([golden]), [goldenKey]],
    ['wrapped more often than allowed', [1, 2, 3, 4].reduce((text) => JSON.stringify(text), golden), [goldenKey]],
    ['in a wrapper that holds a forgery', JSON.stringify({ token: unsigned }), [goldenKey]],
    ['in a wrapper that holds no text', JSON.stringify({ token: { a: 1 } }), [goldenKey]],
    ['in a wrapper that holds what no text can be made of', '{"token":{"toString":1,"valueOf":1}}', [goldenKey]],
    ['in a wrapper of the prototype', JSON.stringify({ token: 1 }).replace('token', '__proto__'), [goldenKey]],
    ['in a wrapper without a token', JSON.stringify({ jwt: golden }), [goldenKey]],
    ['as plain JSON', goldenPayload, [goldenKey]],
    ['as half a JSON', `{"token":"${golden}`, [goldenKey]],
    ['behind a Bearer', `Bearer ${golden}`, [goldenKey]],
  ])('%s', async (_, token, keys) => {
    expect(await verifyWebhook(token, keys)).toBeUndefined();
  });

  test('exceeds the size limit, even under a valid key', async () => {
    const long = (length: number) => signWebhook({ events: [event('VLD1')], padding: 'x'.repeat(length) }, 'key');
    // A token is four thirds of its payload.
    expect(await verifyWebhook(await long(MAX_WEBHOOK_BYTES * 0.7), ['key'])).toEqual([event('VLD1')]);
    expect(await verifyWebhook(await long(MAX_WEBHOOK_BYTES * 0.8), ['key'])).toBeUndefined();
  });
});

test('a call is for each validation once, and a creation is none', () => {
  const events = [event('VLD1', 'created'), event('VLD2'), event('VLD1', 'failed'), event('VLD2', 'failed')];
  expect(validationIdsOf(events)).toEqual(['VLD2', 'VLD1']);
  expect(validationIdsOf([event('VLD1', 'created')])).toEqual([]);
});

test('a webhook is read up to 64,000 bytes with its blanks, and no further', async () => {
  expect(MAX_WEBHOOK_BYTES).toBe(64_000);
  expect(await verifyWebhook(golden.padEnd(64_000), [goldenKey])).toEqual(heard);
  expect(await verifyWebhook(golden.padEnd(64_001), [goldenKey])).toBeUndefined();
});

test('a token is unwrapped three times, and no further', async () => {
  const wrapped = (times: number) =>
    Array.from({ length: times }).reduce<string>((text) => JSON.stringify(text), golden);
  expect(await verifyWebhook(wrapped(3), [goldenKey])).toEqual(heard);
  expect(await verifyWebhook(wrapped(4), [goldenKey])).toBeUndefined();
});
