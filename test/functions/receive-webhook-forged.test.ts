import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { expect } from 'vitest';
import { handler } from '../../functions/receive-webhook.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { MAX_WEBHOOK_BYTES, signWebhook } from '../../shared/truora/webhook.ts';
import { anyCharacter } from '../support/any-text.ts';
import { context, journalOf, newRevalidationId } from '../support/journal.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

/**
 * How many bodies are tried, a seed each run; a failure names the seed and the smallest body that shows it. Of the rarest kind, the
 * oversized ones, it is ten a run, and a hundred of each other: none is left out by chance.
 */
const BODIES = 2000;

const KEYS = ['the key of a rule', 'the key that takes its place'];

const test = withLocalAws('ReceiveWebhook');

const { validationId, deadline } = journalOf().validation;

test.beforeAll(async ({ aws }) => {
  aws.secrets.set('secret:webhooks', JSON.stringify([...KEYS, pem]));
  await bindValidation(aws.table, { validationId, deadline }, newRevalidationId(), 30);
  await storeTaskToken(aws.table, { validationId, deadline }, 'parked');
  aws.calls.length = 0;
});

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** In the place of a key, so that code which takes an RS256 token for one of HS256 has the key to check it by. */
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString().trim();

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const events = [{ event_action: 'succeeded', object: { validation_id: validationId } }];

const payload = part({ iss: 'Truora', iat: 1, events });

const mac = (hash: string, key: string, content: string) => createHmac(hash, key).update(content).digest('base64url');

const withHeader = (header: unknown, signature: (content: string) => string, body = payload) => {
  const content = `${part(header)}.${body}`;
  return `${content}.${signature(content)}`;
};

/** One signature by RSA is slow, so it is made once. */
const rs256 = withHeader({ alg: 'RS256', typ: 'JWT' }, (content) =>
  sign('sha256', Buffer.from(content), privateKey).toString('base64url'),
);

const genuine = await signWebhook({ iss: 'Truora', events }, KEYS[0] ?? '');

const strangersKey = fc.string({ minLength: 1 }).filter((key) => ![...KEYS, pem].includes(key));

const algorithm = fc.constantFrom('none', 'None', '', 'HS384', 'HS512', 'RS256', 'ES256', 'PS256', 'dir', 'hs256');

const json = fc.json({ maxDepth: 5 });

const odd = fc.constantFrom('__proto__', 'constructor', 'token', 'toString', 'valueOf', 'events');

const forged = fc.oneof(
  // Signed with another key.
  strangersKey.map((key) => withHeader({ alg: 'HS256', typ: 'JWT' }, (content) => mac('sha256', key, content))),
  // Signed with our key, in a way that is not ours.
  fc
    .tuple(algorithm, fc.constantFrom('sha1', 'sha384', 'sha512', 'md5'), fc.constantFrom(...KEYS, ''))
    .map(([alg, hash, key]) => withHeader({ alg, typ: 'JWT' }, (content) => mac(hash, key, content))),
  algorithm.map((alg) => withHeader({ alg }, (content) => mac('sha256', KEYS[0] ?? '', content))),
  // Not signed, or by a key that is no secret.
  algorithm.map((alg) => withHeader({ alg }, () => '')),
  fc.constant(rs256),
  fc.constant(rs256.replace(/^[^.]+/, part({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }))),
  // The genuine one, changed.
  fc.tuple(fc.nat(genuine.length - 2), fc.base64String({ minLength: 1, maxLength: 9 })).map(([at, put]) => {
    const changed = `${genuine.slice(0, at)}${put}${genuine.slice(at + put.length)}`;
    return decoded(changed) === decoded(genuine) ? 'x' : changed;
  }),
  json.map((said) => genuine.replace(/\.[^.]+\./, `.${part(said)}.`)),
  fc.nat(genuine.length - 2).map((length) => genuine.slice(0, length)),
  // No token at all.
  fc.string({ unit: anyCharacter }),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  json,
  fc.tuple(odd, json).map(([name, value]) => `{"${name}":${value}}`),
  fc.tuple(odd, odd, json).map(([name, inner, value]) => `{"${name}":{"${inner}":${value}}}`),
  fc.nat(20_000).map((depth) => '{"token":'.repeat(depth % 7000)),
  fc.nat(30_000).map((depth) => `{"token":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.nat(60_000).map((length) => 'a.'.repeat(length / 2)),
);

/** Large ones are few, since they are refused before they are read. */
const oversized = fc
  .nat(9)
  .map((n) => (n % 2 ? '{"token":"' : genuine).padEnd(MAX_WEBHOOK_BYTES + 1 + n * 100_000, '.'));

/** What a token says with any spare bits in its last character: a change of those alone is no forgery. */
const decoded = (token: string) =>
  token
    .split('.')
    .map((text) => Buffer.from(text, 'base64url').toString('base64'))
    .join('.');

const wrapped = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const call = fc
  .record({
    body: fc.oneof({ weight: 200, arbitrary: forged }, { weight: 1, arbitrary: oversized }),
    wrapped,
    encoded: fc.boolean(),
  })
  .map(({ body, wrapped: inToken, encoded }) => {
    const text = inToken ? JSON.stringify({ token: body }) : body;
    return {
      version: '2.0',
      body: encoded ? Buffer.from(text).toString('base64') : text,
      isBase64Encoded: encoded,
    } as APIGatewayProxyEventV2;
  });

test('answers 2,000 forged, oversized and garbage bodies with 401, and reads only the keys', async ({ aws }) => {
  await fc.assert(
    fc.asyncProperty(call, async (event) => {
      const { statusCode } = await handler(event, context);
      if (statusCode !== 401) throw new Error(`answered ${statusCode}`);
      aws.lines.length = 0;
    }),
    { numRuns: BODIES, endOnFailure: true },
  );
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetSecretValue']);
  expect(aws.resumed).toEqual([]);
});

test('accepts the genuine webhook among them, so that the forgeries were refused for their signature', async ({
  aws,
}) => {
  expect(await handler({ version: '2.0', body: genuine } as APIGatewayProxyEventV2, context)).toEqual({
    statusCode: 200,
  });
  expect(aws.resumed).toHaveLength(1);
});
