import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MediaGoneError } from '../../shared/domain/errors.ts';
import { jsonOf, route, textOf } from '../../shared/lambda/route.ts';
import { context } from '../support/journal.ts';
import { keepLog, ownFieldsOf } from '../support/log-lines.ts';

const CANARY = 'canary-7f3a';

let lines: string[];

beforeEach(() => {
  lines = [];
  keepLog(lines);
  vi.stubEnv('DOCUMENTATION_URL', 'none');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  [
    'an address in the documentation that the deployment names',
    'https://docs.example.com/face',
    'https://docs.example.com/face/shared/contracts/problems.md#media_gone',
  ],
  ['a URN when the deployment names no documentation', 'none', 'urn:problem:face-revalidation:media_gone'],
])('gives a problem its type: %s', async (_, url, type) => {
  vi.stubEnv('DOCUMENTATION_URL', url);
  const failing = route('ReceiveWebhook', async () => {
    throw new MediaGoneError('media_gone', 'x');
  });
  const { body } = await failing(event({}), context);
  expect(JSON.parse(body ?? '')).toMatchObject({ type, code: 'media_gone' });
});

const event = (more: Partial<APIGatewayProxyEventV2>) =>
  ({ version: '2.0', routeKey: 'POST /webhooks/truora', isBase64Encoded: false, ...more }) as APIGatewayProxyEventV2;

const textIn = (more: Partial<APIGatewayProxyEventV2>, maxBytes = 1000) => textOf(event(more), maxBytes);

const encoded = (body: string) => ({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true });

test.each([
  ['a text as it came', { body: 'abc.def.ü' }, 'abc.def.ü'],
  ['base64 decoded', encoded('abc.def.ü'), 'abc.def.ü'],
  ['base64 that was not encoded left alone', { body: 'YWJj' }, 'YWJj'],
  ['no body as an empty one', {}, ''],
  ['an empty body', { body: '' }, ''],
])('reads %s', (_, more, body) => {
  expect(textIn(more)).toBe(body);
});

test.each([
  ['a text', (bytes: number) => ({ body: 'x'.repeat(bytes) })],
  ['a text of characters that are two bytes each', (bytes: number) => ({ body: 'ü'.repeat(bytes / 2) })],
  ['base64', (bytes: number) => encoded('x'.repeat(bytes))],
])('reads up to a size, and does not decode a larger body: %s', (_, make) => {
  expect(textIn(make(300), 300)).toBeDefined();
  const large = make(306);
  const decode = vi.spyOn(Buffer, 'from');
  expect(textIn(large, 300)).toBeUndefined();
  expect(decode).not.toHaveBeenCalled();
  decode.mockRestore();
});

test.each([
  ['a text', { body: '\uFEFF{"a":1}' }],
  ['base64', encoded('\uFEFF{"a":1}\n')],
])('reads JSON behind a byte-order mark: %s', (_, more) => {
  expect(jsonOf({ event: event({ ...more, headers: { 'content-type': 'application/json' } }) })).toEqual({ a: 1 });
});

test('reads no body that its function does not need', async () => {
  const untouched = Object.defineProperty(event({}), 'body', {
    get: () => {
      throw new TypeError('touched');
    },
  });
  expect(await route('ReceiveWebhook', async () => ({ statusCode: 200 }))(untouched, context)).toEqual({
    statusCode: 200,
  });
});

test('returns what the function answers', async () => {
  const answer = { statusCode: 202, body: 'x', headers: { a: 'b' } };
  expect(await route('ReceiveWebhook', async () => answer)(event({}), context)).toEqual(answer);
});

test.each([
  ['an error', () => Object.assign(new Error(CANARY, { cause: CANARY }), { extra: CANARY })],
  ['a named error', () => Object.assign(new Error(`reason: ${CANARY}`), { name: 'SomeError' })],
  ['a text', () => CANARY],
  ['nothing', () => undefined],
])('answers 500 without a text when the function throws %s', async (_, thrown) => {
  const failing = route('ReceiveWebhook', async () => {
    throw thrown();
  });
  expect(await failing(event({ body: CANARY }), context)).toEqual({
    statusCode: 500,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({
      type: 'urn:problem:face-revalidation:unexpected',
      title: 'The server failed.',
      status: 500,
      code: 'unexpected',
    }),
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'ERROR', message: 'thrown', step: 'ReceiveWebhook' });
  expect(lines.join()).not.toContain(CANARY);
});

test('logs the name of the error and its place', async () => {
  const failing = route('ReceiveWebhook', async () => {
    throw new RangeError('canary');
  });
  await failing(event({}), context);
  expect(ownFieldsOf(lines[0] ?? '')).toEqual({
    level: 'ERROR',
    message: 'thrown',
    step: 'ReceiveWebhook',
    error: 'RangeError',
    at: expect.stringContaining('route.test.ts'),
  });
});
