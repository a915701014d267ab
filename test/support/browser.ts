import { execFile } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const modules = join(import.meta.dirname, '../../node_modules');

const { version } = JSON.parse(readFileSync(join(modules, '@sparticuz/chromium/package.json'), 'utf8')) as {
  version: string;
};

/** Unpacked for all later runs: 209 MB, and two seconds of processor time. */
const unpackedFolder = join(modules, '.cache', `chromium-${version}`);

/**
 * Unpacks it beside its place. Two runs may do so at once: the folder gets its name when it is whole, and the second one finds the
 * name taken. The package unpacks into the temporary folder of its process, so it has a process of its own.
 */
const unpack = async (): Promise<void> => {
  mkdirSync(join(modules, '.cache'), { recursive: true });
  const made = mkdtempSync(`${unpackedFolder}-`);
  const script = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
  await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: join(modules, '..'),
    env: { ...process.env, TMPDIR: made },
  });
  try {
    renameSync(made, unpackedFolder);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(unpackedFolder)) throw error;
  }
};

/** Whether this process is the one of its run that unpacks. */
const claim = (file: string): boolean => {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch {
    return false;
  }
};

const launchUnpacked = async (args: readonly string[]): Promise<Browser> => {
  const mark = join(tmpdir(), `unpacking-chromium-${version}`);
  while (!existsSync(unpackedFolder))
    if (claim(mark)) await unpack().finally(() => rmSync(mark));
    else await sleep(100);
  return chromium.launch({ executablePath: join(unpackedFolder, 'chromium'), args: ['--no-sandbox', ...args] });
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
