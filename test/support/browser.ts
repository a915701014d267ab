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
