import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { publishedKeys } from '../shared/logic/evidence.ts';

/** How long an answer may be kept: after a rotation, the new key is known to readers within this time. Seconds. */
const FRESH_SECONDS = 300;

/**
 * `GET /.well-known/jwks.json`, called by everyone who verifies evidence. Gives the public keys: the one that signs, and older ones.
 * It reads no record.
 */
export const handler = route('ReadJwks', async () =>
  answerJson(200, await publishedKeys(env('EVIDENCE_KEYS')), { 'cache-control': `public, max-age=${FRESH_SECONDS}` }),
);
