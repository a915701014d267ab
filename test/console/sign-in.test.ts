import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../infra/console/headers.ts';
import { filesIn } from '../../infra/console/serve/files.ts';
import { siteFolder } from '../../infra/console/site.ts';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { sharedBrowser } from '../support/browser.ts';

const READ = 'revalidations/read';

const WRITE = 'revalidations/write';

/** What the issuer gives: all that is asked for, or the permission to read. */
let granted: (asked: string) => string = (asked) => asked;

let issuer: LocalServer;

let system: LocalSystem;

let site: LocalServer;

let browser: Browser;

const wrong: string[] = [];

/** Challenges of the sign-ins that are under way, by their codes. */
const challenges = new Map<string, { challenge: string; scope: string }>();

/** An issuer of tokens: discovery, keys, a sign-in that asks nothing, and tokens for a code and its verifier (RFC 7636). */
const startIssuer = async (): Promise<LocalServer> => {
  const keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT({ client_id: 'console', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer.origin)
      .setSubject('operator')
      .setAudience('console')
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(keys.privateKey);
  return listen(async (request, response) => {
    const { pathname, searchParams: asked } = new URL(request.url ?? '/', 'http://localhost');
    const answer = (content: object) => {
      response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
      response.end(JSON.stringify(content));
    };
    if (pathname === '/authorize') {
      const code = randomUUID();
      challenges.set(code, { challenge: asked.get('code_challenge') ?? '', scope: granted(asked.get('scope') ?? '') });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
      return void response.writeHead(302, { location: back.href }).end();
    }
    if (pathname === '/token') {
      const form = new URLSearchParams((await bodyOf(request, 10_000))?.toString());
      const { challenge, scope = '' } = challenges.get(form.get('code') ?? '') ?? {};
      challenges.delete(form.get('code') ?? '');
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (proof !== challenge) return void response.writeHead(400).end();
      return answer({
        access_token: await sign({ scope }),
        id_token: await sign({}),
        token_type: 'Bearer',
        expires_in: 600,
        scope,
      });
    }
    if (pathname === '/keys') return answer({ keys: [jwk] });
    return answer({
      issuer: issuer.origin,
      jwks_uri: `${issuer.origin}/keys`,
      authorization_endpoint: `${issuer.origin}/authorize`,
      token_endpoint: `${issuer.origin}/token`,
    });
  });
};

/** The site as CloudFront serves it: files, and the API under `/api/`, with the policy of the pages. */
const serveSite = (folder: string): Promise<LocalServer> => {
  const files = filesIn(folder);
  return listen(async ({ url = '/', method = 'GET', headers }, response) => {
    const [path = '/'] = url.split('?');
    response.setHeader('content-security-policy', contentSecurityPolicy([issuer.origin]));
    if (path.startsWith('/api/')) {
      const { authorization = '' } = headers;
      const passed = await fetch(`${system.apiOrigin}${url.slice('/api'.length)}`, {
        method,
        headers: { authorization },
      });
      response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'application/json' });
      return void response.end(await passed.text());
    }
    const file = files.get(path);
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
};

beforeAll(async () => {
  [issuer, browser] = await Promise.all([startIssuer(), sharedBrowser()]);
  const jwt = { issuer: issuer.origin, audience: ['console'], readScope: READ, writeScope: WRITE };
  system = await startLocalSystem({ config: { jwt: { ...jwt, operateScope: 'revalidations/operate' } } });
  const folder = mkdtempSync(join(tmpdir(), 'console-'));
  cpSync(siteFolder(), folder, { recursive: true });
  const session = { kind: 'oidc', issuer: issuer.origin, clientId: 'console', readScope: READ, writeScope: WRITE };
  writeFileSync(join(folder, 'session.json'), JSON.stringify(session));
  site = await serveSite(folder);
}, 120_000);

afterAll(async () => {
  await system?.close();
  await Promise.all([site?.close(), issuer?.close()]);
});

const open = async (hash = ''): Promise<Page> => {
  const page = await (await browser.newContext({ locale: 'en' })).newPage();
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.goto(`${site.origin}/${hash}`);
  return page;
};

test('a page signs in with PKCE, opens where it was asked to, and reads with its token', async () => {
  const page = await open('#/health');
  await page.getByRole('heading', { name: 'Scheduled jobs' }).waitFor();
  expect(page.url()).toBe(`${site.origin}/#/health`);
  expect(await page.getByText('You only read').count()).toBe(0);
  expect(wrong).toEqual([]);
  await page.context().close();
});

test('a token ends with its tab: no storage outlives it, and another tab signs in again', async () => {
  const page = await open();
  await page.getByText('No case matches.').waitFor();
  const stored = await page.evaluate('[localStorage.length, sessionStorage.length > 0, document.cookie]');
  expect(stored).toEqual([0, true, '']);
  // One sign-in was begun, and it was ended.
  expect(challenges.size).toBe(0);
  const other = await page.context().newPage();
  const asked = other.waitForRequest((request) => request.url().startsWith(`${issuer.origin}/authorize`));
  await other.goto(site.origin);
  await asked;
  await page.context().close();
});

test('a token without the scope to write shows no button that writes', async () => {
  granted = (asked) => asked.replace(WRITE, '').trim();
  const page = await open();
  await page.getByText('You only read').waitFor();
  granted = (asked) => asked;
  await page.context().close();
});
