/** The capture page in a real browser, with a camera that has no device. */

import type { BrowserContext, Page } from 'playwright-core';
import { type Camera, sharedBrowser } from './browser.ts';
import { calling } from './callers.ts';
import { type RunningConsole, runConsole } from './console.ts';
import { someone } from './drops.ts';

export const VIDEO = { subvalidations: ['similarity', 'passive_liveness'] };

export { SPEECH } from './capture.ts';

export type Opening = { language?: string; width?: number; camera?: Camera; height?: number };

export type OpenedPage = { page: Page; context: BrowserContext; wrong: string[]; requested: string[] };

/**
 * A local system with its capture page, as `start` runs them.
 * @param film what the camera shows, as MJPEG; a green test picture when left out
 */
export const capturePages = async ({ film, ...options }: Parameters<typeof runConsole>[0] & { film?: string } = {}) => {
  const running = await runConsole(options);
  const contexts: BrowserContext[] = [];
  const open = async (
    url: string,
    { language = 'en', width = 390, height = 844, camera = 'works' }: Opening = {},
  ): Promise<OpenedPage> => {
    const context = await (await sharedBrowser(camera, film)).newContext({
      viewport: { width, height },
      locale: language,
      reducedMotion: 'reduce',
    });
    contexts.push(context);
    // Longer than any step takes on a busy machine, and shorter than a test: the step that hangs is named.
    context.setDefaultTimeout(90_000);
    const [wrong, requested]: [string[], string[]] = [[], []];
    context.on('request', (request) => requested.push(request.url()));
    context.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    const page = await context.newPage();
    page.on('pageerror', (error) => wrong.push(error.message));
    await page.goto(url);
    return { page, context, wrong, requested };
  };
  return {
    running,
    call: calling(running.system),
    /** A case for a new person, whose id ends as the scenario of the sandbox wants. @returns its one-time link */
    start: (suffix = '', more: object = {}) => startCapture(running, suffix, more),
    /** A new browser session at an address. `wrong` gets what the page logs as an error, such as what its policy forbids. */
    open,
    close: async (): Promise<void> => {
      await Promise.all(contexts.map((context) => context.close()));
      await running.close();
    },
  };
};

export type CapturePages = Awaited<ReturnType<typeof capturePages>>;

const startCapture = async ({ system }: RunningConsole, suffix: string, more: object) => {
  const who = await someone(system, suffix);
  const { status, content } = await calling(system)('POST /revalidations', {
    body: { ...who, capture: true, country: 'US', ...more },
  });
  if (status !== 202) throw new TypeError(`the case was not started: ${status} ${JSON.stringify(content)}`);
  return { ...who, id: content.revalidationId, link: content.captureUrl };
};

/** Waits until the step with this heading is shown. */
export const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Agrees, and opens the camera. */
export const openCamera = async (page: Page): Promise<void> => {
  await press(page, 'I agree');
  await press(page, 'Open the camera');
  await heading(page, 'Put your face into the oval');
};

/** Records the phrase, and sends it. @param open the button that opens the camera */
export const recordPhrase = async (page: Page, open: string) => {
  await press(page, open);
  await press(page, 'Record');
  await page.getByText(/^Recording: \d s$/).waitFor();
  await press(page, 'I have read it');
  await press(page, 'Send it');
};
