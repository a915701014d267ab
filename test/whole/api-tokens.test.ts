import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalServer, listen } from '../../infra/local/http.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { calling, problemIn, upload } from '../support/callers.ts';
import { photo, someone } from '../support/drops.ts';
import { waitFor } from '../support/wait-for.ts';

const AUDIENCE = 'face-revalidation';

const BOTH = 'revalidations/read revalidations/write';

let system: LocalSystem;

let issuer: LocalServer;

let keys: Awaited<ReturnType<typeof generateKeyPair>>;

let others: Awaited<ReturnType<typeof generateKeyPair>>;

let call: ReturnType<typeof calling>;

beforeAll(async () => {
  [keys, others] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  issuer = await listen(async ({ url }, response) => {
    const found = url === '/keys' ? { keys: [jwk] } : { issuer: issuer.origin, jwks_uri: `${issuer.origin}/keys` };
    response.end(JSON.stringify(found));
  });
  system = await startLocalSystem({
    config: {
      alternative: { text: 'visita una sucursal' },
      policies: { default: { minimumThreshold: 0.65 }, transfer: { minimumThreshold: 0.8 } },
      jwt: {
        issuer: issuer.origin,
        audience: [AUDIENCE],
        accountClaim: 'account',
        readScope: 'revalidations/read',
        writeScope: 'revalidations/write',
        operateScope: 'revalidations/operate',
      },
    },
  });
  call = calling(system);
});

afterAll(async () => {
  await system.close();
  await issuer.close();
});

type Token = { claims?: Record<string, unknown>; audience?: string; expires?: string; by?: typeof keys; from?: string };

const bearer = async ({ claims = {}, audience = AUDIENCE, expires = '5m', by = keys, from }: Token = {}) => {
  const token = await new SignJWT({ sub: 'onboarding', scope: BOTH, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(from ?? issuer.origin)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(by.privateKey);
  return { as: undefined, headers: { authorization: `Bearer ${token}` } };
};

const newBody = async () => ({ ...(await someone(system)), userAuthorized: true, upload: { type: 'image/jpeg' } });

describe('a token', () => {
  test('opens its own account, and the record names its owner', async () => {
    const body = await newBody();
    const as = await bearer({ claims: { account: body.accountId } });
    const { status, content } = await call('POST /revalidations', { ...as, body });
    expect(status).toBe(202);
    await upload(content.upload, photo);
    await waitFor(async () => {
      const { status: now } = (await call(`GET /revalidations/${content.revalidationId}`, as)).content;
      expect(now).toBe('approved');
    });
    const { revalidationId } = content;
    const page = await call(`GET /accounts/${body.accountId}/revalidations`, as);
    expect(page.content).toEqual({ revalidations: [{ revalidationId, status: 'approved' }] });
    expect(await system.record(revalidationId)).toMatchObject({ calledBy: 'jwt:onboarding', purpose: 'default' });
  });

  test('shows its person, with every route, what a person may see, in the language of the person', async () => {
    const body = { ...(await newBody()), purpose: 'transfer' };
    const { headers } = await bearer({ claims: { account: body.accountId } });
    const speaking = (language: string) => ({ as: undefined, headers: { ...headers, 'accept-language': language } });
    const started = await call('POST /revalidations', { ...speaking('pt-BR'), body });
    const { revalidationId, upload: form } = started.content;
    expect(started.content).toEqual({ revalidationId, status: 'pending', upload: form });
    const canceled = await call(`POST /revalidations/${revalidationId}/cancel`, speaking('pt-BR'));
    const shown = { reasonClass: 'not_finished', retry: 'now', nextStep: 'start_again' };
    const portuguese = { ...shown, message: 'A verificação não foi concluída. Comece de novo.' };
    expect(canceled.content).toEqual({ revalidationId, status: 'canceled', ...portuguese });
    const read = await call(`GET /revalidations/${revalidationId}`, speaking('en;q=0.9,es;q=0.1'));
    const english = { ...shown, message: 'The check was not finished. Please start again.' };
    expect(read.content).toEqual({ revalidationId, status: 'canceled', ...english });
    const page = await call(`GET /accounts/${body.accountId}/revalidations`, speaking('en'));
    expect(page.content).toEqual({ revalidations: [{ revalidationId, status: 'canceled', ...english }] });
    expect(await system.record(revalidationId)).toMatchObject({ outcome: { purpose: 'transfer' } });
  });

  test.each<[string, object]>([
    ['a threshold below the policy', { purpose: 'transfer', options: { threshold: 0.7 } }],
    ['an unknown purpose', { purpose: 'payout' }],
    ['a field that is not known', { treshold: 0.7 }],
  ])('gets for %s a problem without code, floor and rule', async (_, more) => {
    const body = { ...(await newBody()), ...more };
    const { headers } = await bearer({ claims: { account: body.accountId } });
    const refused = await call('POST /revalidations', { as: undefined, headers, body });
    expect(refused).toMatchObject({ status: 422, type: 'application/problem+json' });
    expect(refused.content).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      reasonClass: 'request',
      message:
        'Tenemos un problema nuestro, no tuyo. Inténtalo más tarde. También puedes usar otra vía: visita una sucursal',
      retry: 'later',
      nextStep: 'try_later',
    });
  });

  test.each([
    ['with one member', (account: string) => [account]],
    ['with two members', (account: string) => [account, 'another']],
    ['within a list', (account: string) => [[account]]],
    ['within an object', (account: string) => ({ account })],
  ])('with an account claim that is a list or an object %s opens no account of that name', async (_, claimOf) => {
    const body = await newBody();
    const as = await bearer({ claims: { account: claimOf(body.accountId) } });
    const { status } = await call('POST /revalidations', { ...as, body });
    expect(status).toBe(403);
    expect(await system.recordsOf(body.accountId)).toMatchObject({ records: [] });
  });

  test('whose scopes are a list is accepted by each of them', async () => {
    const body = await newBody();
    const claims = { account: body.accountId, scope: undefined, scp: BOTH.split(' ') };
    expect((await call('POST /revalidations', { ...(await bearer({ claims })), body })).status).toBe(202);
  });

  test('opens no other account, with any route', async () => {
    const body = await newBody();
    const owner = await bearer({ claims: { account: body.accountId } });
    const { content } = await call('POST /revalidations', { ...owner, body });
    const creates = system.sandbox?.counts().creates;
    const stranger = await bearer({ claims: { account: 'another-person' } });
    const rows: [string, object | undefined, string][] = [
      ['POST /revalidations', body, 'account_forbidden'],
      [`GET /accounts/${body.accountId}/revalidations`, undefined, 'account_forbidden'],
      [`GET /revalidations/${content.revalidationId}`, undefined, 'revalidation_unknown'],
      [`POST /revalidations/${content.revalidationId}/cancel`, undefined, 'revalidation_unknown'],
    ];
    for (const [line, sent, code] of rows) {
      expect(problemIn(await call(line, { ...stranger, body: sent })).code).toBe(code);
    }
    expect(await system.record(content.revalidationId)).toBeUndefined();
    expect((await system.recordsOf(body.accountId)).records).toEqual([]);
    expect(system.sandbox?.counts().creates).toBe(creates);
  });

  test('without the claim opens no account', async () => {
    const found = await call(`GET /accounts/ana/revalidations`, await bearer());
    expect(problemIn(found)).toMatchObject({ status: 403, code: 'account_forbidden' });
  });

  test.each<[string, Token | undefined, number]>([
    ['that is missing', undefined, 401],
    ['of other keys', { by: 'others' as never }, 401],
    ['for another audience', { audience: 'another' }, 401],
    ['of another issuer', { from: 'https://issuer.example.com' }, 401],
    ['that has expired', { expires: '-1m' }, 401],
    ['that may only read', { claims: { scope: 'revalidations/read' } }, 403],
  ])('%s is refused by the API', async (_, token, status) => {
    const how = token ? await bearer(token.by ? { by: others } : token) : { as: undefined };
    const message = status === 401 ? 'Unauthorized' : 'Forbidden';
    const body = await newBody();
    expect(await call('POST /revalidations', { ...how, body })).toMatchObject({ status, content: { message } });
    expect((await system.recordsOf(body.accountId)).records).toEqual([]);
  });

  test('with only the read scope can read', async () => {
    const as = await bearer({ claims: { account: 'ana', scope: 'revalidations/read' } });
    expect(await call('GET /accounts/ana/revalidations', as)).toMatchObject({ status: 200 });
  });
});
