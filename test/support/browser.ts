import { setTimeout as sleep } from 'node:timers/promises';
import lambdaChromium from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Another worker unpacks the same file: it may be started once it is closed. */
const isBeingWritten = (error: unknown): boolean => error instanceof Error && error.message.includes('ETXTBSY');

const launchUnpacked = async (args: readonly string[]): Promise<Browser> => {
  const executablePath = await lambdaChromium.executablePath();
  for (;;) {
    try {
      return await chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
    } catch (error) {
      if (!isBeingWritten(error)) throw error;
      await sleep(100);
    }
  }
};

/**
 * Chromium comes with a package for Linux on x64; elsewhere it is the Chrome of the machine. The arguments that the package proposes
 * are not used: they switch CORS off. A container whose user is root has no sandbox.
 * @param args more arguments, such as those of a camera without a device
 */
export const launchBrowser = async (args: readonly string[] = []): Promise<Browser> =>
  process.platform === 'linux' && process.arch === 'x64'
    ? launchUnpacked(args)
    : chromium.launch({ channel: 'chrome', args: [...args] });

/** What the camera of a browser does: it works, the person refuses it, or there is none. */
export type Camera = 'works' | 'refused' | 'missing';

const FAKE = '--use-fake-device-for-media-stream';

// Five pictures a second, not twenty: an open camera is work for as long as it is open.
const argumentsOf: Record<Camera, string[]> = {
  works: [`${FAKE}=fps=5`, '--use-fake-ui-for-media-stream'],
  refused: [`${FAKE}=fps=5`, '--use-fake-ui-for-media-stream=deny'],
  missing: [`${FAKE}=device-count=0`, '--use-fake-ui-for-media-stream'],
};

const BROWSERS = Symbol.for('face-revalidation.browsers');

const kept = globalThis as { [BROWSERS]?: Map<string, Promise<Browser>> };

/**
 * The browser with such a camera that the test files of a worker share. A test closes what it opens in it, and not the browser, which
 * ends with the process of the worker.
 * @param film what the camera shows, as MJPEG; a green test picture when left out
 */
export const sharedBrowser = (camera: Camera = 'works', film?: string): Promise<Browser> => {
  const shown = film ? [`--use-file-for-fake-video-capture=${film}`] : [];
  const args = [...argumentsOf[camera], ...shown];
  const key = args.join(' ');
  kept[BROWSERS] ??= new Map();
  const all = kept[BROWSERS];
  const found = all.get(key);
  if (found) return found;
  const launched = launchBrowser(args);
  all.set(key, launched);
  // One that did not start, or has ended, is not given to the next file.
  const forget = () => {
    if (all.get(key) === launched) all.delete(key);
  };
  launched.then((browser) => browser.on('disconnected', forget), forget);
  return launched;
};

/** Closes them. A script does so, which has no worker. */
export const closeSharedBrowsers = async (): Promise<void> => {
  const browsers = [...(kept[BROWSERS]?.values() ?? [])];
  kept[BROWSERS]?.clear();
  await Promise.all(browsers.map(async (browser) => (await browser).close()));
};
