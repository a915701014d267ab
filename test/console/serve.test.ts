import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleServer, startConsole } from '../../infra/console/serve/server.ts';
import { type LocalServer, listen } from '../../infra/local/http.ts';

let api: LocalServer;

let pages: ConsoleServer;

/** What the API got: its line, and who signed it. */
const calls: { line: string; signer: string | undefined; cookie: string | undefined; bearer: string | undefined }[] =
  [];

const used: string[] = [];

const signers = {
  writer: { accessKeyId: 'WRITER', secretAccessKey: 'one' },
  reader: { accessKeyId: 'READER', secretAccessKey: 'two' },
};

beforeAll(async () => {
  const site = mkdtempSync(join(tmpdir(), 'site-'));
  const texts = mkdtempSync(join(tmpdir(), 'texts-'));
  writeFileSync(join(texts, 'default.CO.es.1.md'), '# Texto');
  mkdirSync(join(site, 'assets'));
  mkdirSync(join(site, 'capture'));
  writeFileSync(join(site, 'index.html'), '<!doctype html>console');
  writeFileSync(join(site, 'assets/app-1.js'), 'export {}');
  writeFileSync(join(site, 'capture/index.html'), '<!doctype html>capture');
  api = await listen(async ({ method, url, headers }, response) => {
    const [, signer] = /Credential=(\w+)\//.exec(headers.authorization ?? '') ?? [];
    const [, bearer] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
    calls.push({ line: `${method} ${url}`, signer, cookie: headers.cookie, bearer });
    response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b' }).end('{"of":"api"}');
  });
  pages = await startConsole({
    site,
    texts,
    bucket: `${api.origin}/media`,
    api: api.origin,
    signers,
    port: 0,
    onUsed: (role) => used.push(role),
  });
});

afterAll(async () => {
  await pages.close();
  await api.close();
});

type Answer = { status: number; headers: Record<string, unknown>; body: string };

/** One request with any headers, also those that `fetch` sets itself. */
const ask = (
  path: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
) =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, pages.origin), { method, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on('error', reject).end();
  });

const enter = async (role: 'writer' | 'reader'): Promise<string> => {
  const { headers } = await ask(pages.link(role));
  return String(headers['set-cookie']).split(';')[0] ?? '';
};

describe('a link', () => {
  test('becomes a cookie that no script and no other site gets', async () => {
    const { status, headers } = await ask(pages.link('writer'));
    expect(status).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/^console-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
  });

  test('opens the console once, and says so to its owner', async () => {
    const link = pages.link('reader');
    const before = used.length;
    expect((await ask(link)).status).toBe(200);
    const again = await ask(link);
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
    expect(used.slice(before)).toEqual(['reader']);
  });

  test.each(['', 'forged', 'x'.repeat(43)])('with the token %j opens nothing', async (token) => {
    const { status, headers } = await ask(`/?token=${token}`);
    expect([status, headers['set-cookie']]).toEqual([403, undefined]);
  });
});

describe('without a session', () => {
  test.each(['/', '/assets/app-1.js', '/session.json', '/events', '/api/health'])('%s is refused', async (path) => {
    const before = calls.length;
    expect((await ask(path)).status).toBe(401);
    expect((await ask(path, { headers: { cookie: `console-${new URL(pages.origin).port}=forged` } })).status).toBe(401);
    expect(calls).toHaveLength(before);
  });

  test('the capture page is served, which has a link of its own', async () => {
    expect((await ask('/capture/')).body).toContain('capture');
  });
});

describe('the capture page', () => {
  const origin = () => ({ origin: pages.origin });

  test.each(['/api/capture', '/api/capture/sessions'])(
    'calls %s with its own session, and no signature',
    async (path) => {
      const headers = { ...origin(), authorization: 'Bearer of-a-case' };
      expect((await ask(path, { method: 'POST', headers })).status).toBe(200);
      expect(calls.at(-1)).toMatchObject({ line: `POST ${path.slice(4)}`, signer: undefined, bearer: 'of-a-case' });
    },
  );

  test.each(['/api/captures', '/api/revalidations/capture', '/api/capture/../health'])(
    'reaches no other call, such as %s',
    async (path) => {
      const before = calls.length;
      expect((await ask(path, { method: 'POST', headers: origin() })).status).toBe(401);
      expect(calls).toHaveLength(before);
    },
  );

  test('sends its uploads to the bucket, and from its own origin alone', async () => {
    expect((await ask('/upload', { method: 'POST', headers: origin() })).status).toBe(200);
    expect(calls.at(-1)).toMatchObject({ line: 'POST /media', signer: undefined });
    const before = calls.length;
    expect((await ask('/upload', { method: 'POST', headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect(calls).toHaveLength(before);
  });

  test('shows the texts of consent, byte by byte', async () => {
    expect((await ask('/capture/consent/default.CO.es.1.md')).body).toBe('# Texto');
  });
});

describe('with a session', () => {
  test('a call goes to the API as the identity of its role, without the cookie', async () => {
    for (const [role, signer] of [
      ['writer', 'WRITER'],
      ['reader', 'READER'],
    ] as const) {
      const { status, body, headers } = await ask('/api/days/2026-11-23/cases?limit=5', {
        headers: { cookie: await enter(role) },
      });
      expect([status, body, headers['set-cookie']]).toEqual([200, '{"of":"api"}', undefined]);
      expect(calls.at(-1)).toEqual({
        line: 'GET /days/2026-11-23/cases?limit=5',
        signer,
        cookie: undefined,
        bearer: undefined,
      });
    }
  });

  test('the page learns whether it may write, and whether there are campaigns', async () => {
    const sessionOf = async (role: 'writer' | 'reader') =>
      JSON.parse((await ask('/session.json', { headers: { cookie: await enter(role) } })).body);
    const session = { kind: 'local', hasCampaigns: false };
    expect(await sessionOf('writer')).toEqual({ ...session, canWrite: true });
    expect(await sessionOf('reader')).toEqual({ ...session, canWrite: false });
  });

  test.each([
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a page of another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', { origin: 'null' }],
    ['a name that resolves to this machine', { host: 'evil.example' }],
  ])('%s is refused', async (_, more) => {
    const cookie = await enter('writer');
    const before = calls.length;
    for (const method of ['GET', 'POST'])
      expect((await ask('/api/health', { method, headers: { cookie, ...more } })).status).toBe(403);
    expect(calls).toHaveLength(before);
  });

  test('a write without an origin is refused', async () => {
    const cookie = await enter('writer');
    expect((await ask('/api/revalidations/RVL1/cancel', { method: 'POST', headers: { cookie } })).status).toBe(403);
  });

  test.each(['/../package.json', '/assets/../../package.json', '/%2e%2e/package.json', '/assets/'])(
    '%s is no file of the site',
    async (path) => {
      const { status } = await ask(path, { headers: { cookie: await enter('writer') } });
      expect(status).toBe(404);
    },
  );
});

test('every answer has the policy of the pages', async () => {
  const answers = [
    await ask('/'),
    await ask('/capture/'),
    await ask('/', { headers: { cookie: await enter('writer') } }),
  ];
  for (const { headers } of answers) {
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  }
});
