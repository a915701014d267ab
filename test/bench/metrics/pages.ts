import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { siteFolder } from '../../../infra/console/site.ts';
import { launchBrowser } from '../../support/browser.ts';
import { dropAs, runConsole } from '../../support/console.ts';
import { type Figure, type Metric, sum } from '../figures.ts';

const KB = 1000;

const packed = (bytes: Buffer): number => gzipSync(bytes).length / KB;

const scriptsOfCapture = (): Buffer[] => {
  const folder = join(siteFolder(), 'capture');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(folder, file)));
};

/** C8: what the two pages load, as a server with compression sends it. */
export const pages: Metric = async (say) => {
  say('pages: the capture page');
  const script = sum(scriptsOfCapture().map(packed));
  say('pages: the console, in a browser');
  const [running, browser] = await Promise.all([runConsole(), launchBrowser()]);
  try {
    await dropAs(running.system, 'ana');
    const page = await browser.newPage();
    const sizes: Promise<number>[] = [];
    page.on('response', (answer) => {
      if (!answer.url().endsWith('/events')) sizes.push(answer.body().then(packed, () => 0));
    });
    await page.goto(running.console.link('writer'));
    await page.waitForSelector('tbody a');
    const first = sum(await Promise.all(sizes));
    const figures: Figure[] = [
      { metric: 'C8', what: 'script of the capture page, gzip', value: script, unit: 'KB', target: { atMost: 40 } },
      {
        metric: 'C8',
        what: "first paint of the operator's console, gzip",
        value: first,
        unit: 'KB',
        target: { atMost: 600 },
      },
    ];
    return figures;
  } finally {
    await Promise.all([browser.close(), running.close()]);
  }
};
