import { expect } from 'vitest';
import { handler } from '../../functions/read-jwks.ts';
import { keysById } from '../../shared/evidence/jwks.ts';
import { context } from '../support/journal.ts';
import { callEvent, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadJwks');

test('gives the public keys to everyone, for five minutes, and nothing of the private ones', async ({ aws }) => {
  const answer = await handler(callEvent({ authorizer: {} }), context);
  expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'public, max-age=300' } });
  const { keys } = contentOf<{ keys: Record<string, string>[] }>(answer);
  expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']]);
  expect(keysById({ keys }).size).toBe(1);
  aws.calls.length = 0;
  await handler(callEvent({ authorizer: {} }), context);
  // A public key never changes, so KMS is asked once.
  expect(aws.calls).toEqual([]);
});
