import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalServer, listen } from '../../infra/local/http.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { registerEnrollment } from '../../infra/local/put-media.ts';
import { sharedBrowser } from '../support/browser.ts';
import { selfie } from '../support/commands.ts';
import { read } from '../support/documents.ts';
import { waitFor } from '../support/wait-for.ts';

const PAGE = 'shared/contracts/browser-upload.html';

let folder: string;

let pages: LocalServer;

let system: LocalSystem;

let browser: Browser;

/** Serves the page and the ticket beside it, as a static server does. */
const servePages = () =>
  listen(async ({ url }, response) => {
    const isPage = url === '/browser-upload.html';
    if (!isPage && url !== '/ticket.json') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'application/json' });
    response.end(isPage ? read(PAGE) : readFileSync(join(folder, 'ticket.json')));
  });

beforeAll(async () => {
  pages = await servePages();
  [system, browser] = await Promise.all([
    startLocalSystem({ config: { corsOrigins: [pages.origin] } }),
    sharedBrowser(),
  ]);
  await registerEnrollment(system.sandbox?.origin ?? '', { accountId: 'ana', enrollmentId: 'ENR1' });
}, 60_000);

afterAll(async () => {
  await system?.close();
  await pages.close();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
});

/** Runs the command of the page as it is written there. @returns the promised id */
const makeTicket = async (): Promise<string> => {
  const [, command = ''] = /^\$ (curl[\s\S]*?ticket\.json)$/m.exec(read(PAGE)) ?? [];
  const [KEY = '', { secret: SECRET = '' } = {}] = [...system.identities].find(([id]) => id.endsWith('WRITER')) ?? [];
  const env = { PATH: process.env.PATH ?? '', API: system.apiOrigin, KEY, SECRET };
  await promisify(execFile)('sh', ['-c', command], { cwd: folder, env });
  const ticket = JSON.parse(readFileSync(join(folder, 'ticket.json'), 'utf8')) as { revalidationId: string };
  return ticket.revalidationId;
};

/** Opens the page under an origin, chooses a photo and sends it. @returns what the page shows at the end */
const send = async (origin: string): Promise<string> => {
  const page = await browser.newPage();
  try {
    await page.goto(`${origin}/browser-upload.html`);
    await page.setInputFiles('input', selfie);
    await page.click('button');
    const shown = page.locator('output').filter({ hasText: /^(Sent|Refused|Not sent)/ });
    return await shown.innerText();
  } finally {
    await page.close();
  }
};

test('a browser sends a photo with a ticket, and the case ends approved', async () => {
  const id = await makeTicket();
  expect(await send(pages.origin)).toBe(`Sent as ${id}. Your backend reads the outcome.`);
  await waitFor(async () => {
    expect((await system.record(id))?.outcome).toMatchObject({ status: 'approved' });
  });
}, 60_000);

test('a browser gives a page of another origin no answer', async () => {
  await makeTicket();
  const other = pages.origin.replace('127.0.0.1', 'localhost');
  expect(await send(other)).toBe('Not sent: the connection failed, or this page may not upload there.');
}, 60_000);
