import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import { consentFolder } from '../../infra/aws/consent-texts.ts';
import { type ConsoleServer, startConsole } from '../../infra/console/serve/server.ts';
import type { Role } from '../../infra/console/serve/sessions.ts';
import { siteFolder } from '../../infra/console/site.ts';
import { type LocalSystem, type LocalSystemOptions, startLocalSystem } from '../../infra/local/local-system.ts';
import { drop } from '../../infra/local/put-media.ts';
import { fileOf, photo } from './drops.ts';

export type RunningConsole = { system: LocalSystem; console: ConsoleServer; close(): Promise<void> };

/** A local system with its console, as `start` runs them. */
export const runConsole = async (options: LocalSystemOptions = {}): Promise<RunningConsole> => {
  let pages: ConsoleServer | undefined;
  const announce = () => pages?.announce();
  const system = await startLocalSystem({ autoEnroll: true, ...options, onEvent: announce, onAnnounced: announce });
  const signer = (role: Role) => {
    const accessKeyId = `AKIALOCAL${role.toUpperCase()}`;
    return { accessKeyId, secretAccessKey: system.identities.get(accessKeyId)?.secret ?? '' };
  };
  const signers = { writer: signer('writer'), reader: signer('reader') };
  const opened = await startConsole({
    site: siteFolder(),
    texts: consentFolder,
    api: system.apiOrigin,
    bucket: `${system.s3Origin}/${system.bucket}`,
    signers,
    port: 0,
    hasCampaigns: system.config.campaigns,
  });
  system.showCaptureAt(opened.captureUrl);
  pages = opened;
  return {
    system,
    console: opened,
    close: async () => {
      await opened.close();
      await system.close();
    },
  };
};

/** Drops a photo of an account, whose end says what the sandbox does. @returns the id of its case, once it is claimed */
export const dropAs = async (system: LocalSystem, accountId: string): Promise<string> => {
  const version = await drop(system, {
    file: fileOf(photo),
    accountId,
    enrollmentId: `ENR-${accountId}`,
    name: 'selfie.jpg',
  });
  const execution = await system.executionOf(version);
  for (;;) {
    const { records } = await system.recordsOf(accountId);
    const found = records.find(({ owner }) => owner === execution.executionArn);
    if (found) return found.revalidationId;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export type Visit = { page: Page; context: BrowserContext; wrong: string[]; requested: string[]; answers: Response[] };

/** Opens the console by a link in a browser session of its own. `wrong` gets what the page logs as an error, such as what its policy forbids. */
export const visit = async (
  browser: Browser,
  { console: pages }: RunningConsole,
  { as = 'writer' as Role, width = 1280, language = 'en' } = {},
): Promise<Visit> => {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: language,
    reducedMotion: 'reduce',
  });
  // Longer than any step takes on a busy machine, and shorter than a test: the step that hangs is named.
  context.setDefaultTimeout(90_000);
  const [wrong, requested, answers]: [string[], string[], Response[]] = [[], [], []];
  context.on('response', (answer) => answers.push(answer));
  context.on('request', (request) => requested.push(request.url()));
  context.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  const page = await context.newPage();
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(pages.link(as));
  return { page, context, wrong, requested, answers };
};

/** Goes to a page of the console, and waits for what is there once it has loaded. */
export const go = async (page: Page, { console: pages }: RunningConsole, hash: string, selector: string) => {
  await page.goto(`${pages.origin}/${hash}`);
  await page.waitForSelector(selector);
};
