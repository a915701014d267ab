import lambdaChromium from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/**
 * Chromium comes with a package for Linux on x64; elsewhere it is the Chrome of the machine. The arguments that the package proposes
 * are not used: they switch CORS off. A container whose user is root has no sandbox.
 * @param args more arguments, such as those of a camera without a device
 */
export const launchBrowser = async (args: readonly string[] = []): Promise<Browser> =>
  process.platform === 'linux' && process.arch === 'x64'
    ? chromium.launch({ executablePath: await lambdaChromium.executablePath(), args: ['--no-sandbox', ...args] })
    : chromium.launch({ channel: 'chrome', args: [...args] });
