import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { dropAs, runConsole } from '../support/console.ts';
import { shoot } from '../support/screenshot.ts';

/** Takes the pictures of the operator's console, of invented cases. A process has one local system, so the capture page has its own. */

/** A day's cases: the end of an account id says what the sandbox does. */
const accounts = [
  ...['ana', 'luis', 'camila', 'joao', 'maria', 'diego'],
  ...['rosa-declined', 'pedro-declined', 'ines-declined-no_face_detected', 'hugo-enrollment-unknown'],
  ...['elsa-create-lost', 'ivan-webhook-late', 'vera-declined-photo_of_photo'],
];

// Long enough to take a picture of a case that waits.
const { system, console: pages, close } = await runConsole({ sandboxSettings: { decisionMs: 1000 } });
const browser = await launchBrowser();

/** A page whose letters and colors are those of every run. */
const open = async (width: number, height: number): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width, height }, locale: 'en-GB', reducedMotion: 'reduce' });
  await page.goto(pages.link('writer'));
  await page.waitForSelector('table');
  return page;
};

try {
  const ids: Record<string, string> = {};
  for (const account of accounts) ids[account] = await dropAs(system, account);
  const running = await dropAs(system, 'nora-never');
  await system.sweep();
  const page = await open(1100, 760);
  await page.locator('tbody tr').nth(accounts.length).waitFor();
  await shoot(page, 'cases');
  for (const [name, id] of [
    ['case', ids['rosa-declined'] ?? ''],
    ['case-running', running],
  ] as const) {
    await page.goto(`${pages.origin}/#/cases/${id}`);
    await page.waitForSelector(name === 'case' ? '.machine .entered' : '.machine [data-state=ReadVerdict].current');
    await page.setViewportSize({ width: 1100, height: 1180 });
    await shoot(page, name);
  }
  await page.setViewportSize({ width: 1100, height: 860 });
  await page.goto(`${pages.origin}/#/days/${new Date().toISOString().slice(0, 10)}`);
  await page.waitForSelector('.chart svg');
  await shoot(page, 'day');
  await page.setViewportSize({ width: 1100, height: 960 });
  await page.goto(`${pages.origin}/#/health`);
  await page.waitForSelector('table');
  await shoot(page, 'health');
  const phone = await open(360, 740);
  await shoot(phone, 'cases-phone');
} finally {
  await Promise.all([browser.close(), close()]);
}
