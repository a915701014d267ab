import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { en } from '../../infra/console/operator/words/en.ts';
import { languages } from '../../infra/console/shared/language.ts';
import type { DeadLetter } from '../../infra/local/event-bus.ts';
import { expectAccessible } from '../support/axe.ts';
import { dropAs, go as goTo, type RunningConsole, runConsole } from '../support/console.ts';
import { chooseLanguage, testOfConsole } from '../support/visits.ts';
import { waitFor } from '../support/wait-for.ts';

/** The most that the first page may load. Bytes, compressed. */
const FIRST_PAINT = 600_000;

let running: RunningConsole;

let approved: string;

let declined: string;

beforeAll(async () => {
  running = await runConsole();
  approved = await dropAs(running.system, 'ana');
  declined = await dropAs(running.system, 'rosa-declined');
  for (const id of [approved, declined])
    await waitFor(async () => expect((await running.system.record(id))?.announced).toBeDefined());
  await running.system.sweep();
}, 120_000);

afterAll(() => running?.close());

const test = testOfConsole(() => running);

const go = (page: Page, hash: string, selector: string) => goTo(page, running, hash, selector);

const today = () => new Date().toISOString().slice(0, 10);

/** What the reason of the declined case means. */
const meanings = {
  en: 'The face is not similar enough to the enrolled one.',
  es: 'El rostro no se parece lo suficiente al registrado.',
  pt: 'O rosto não é parecido o suficiente com o cadastrado.',
};

/** Every page, and what is there once it has loaded. */
const pagesOf = (): [string, string][] => [
  ['#/cases', 'tbody a'],
  [`#/cases/${declined}`, '.machine .entered'],
  [`#/days/${today()}`, '.chart svg'],
  ['#/health', 'tbody tr'],
];

test('in each language every page is free of what axe finds, logs no error and asks no other origin', async ({
  open,
}) => {
  const { page, wrong, requested } = await open({ language: 'pt' });
  expect(await page.getAttribute('html', 'lang')).toBe('pt');
  for (const [hash, selector] of pagesOf()) {
    await go(page, hash, selector);
    for (const language of languages) {
      await chooseLanguage(page, language);
      if (hash.endsWith(declined)) await page.getByText(meanings[language]).waitFor();
      await expectAccessible(page, `${hash} in ${language}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(
    requested.filter((url) => !/^(blob|data):/.test(url) && new URL(url).origin !== running.console.origin),
  ).toEqual([]);
});

test('every page fits a phone of 360 pixels, and the first one loads at most 600 KB, compressed', async ({ open }) => {
  const { page, answers } = await open({ language: 'es', width: 360 });
  expect(await page.getAttribute('html', 'lang')).toBe('es');
  const loaded = answers.filter((answer) => !answer.url().endsWith('/events'));
  const sizes = await Promise.all(
    loaded.map((answer) =>
      answer.body().then(
        (body) => gzipSync(body).length,
        // A redirection has no body.
        () => 0,
      ),
    ),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(100_000);
  expect(total).toBeLessThanOrEqual(FIRST_PAINT);
  for (const [hash, selector] of pagesOf()) {
    await go(page, hash, selector);
    expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, 360]);
  }
});

describe('the list of cases', () => {
  test('shows a case as soon as it is claimed, in every open tab', async ({ page }) => {
    const other = await page.context().newPage();
    await other.goto(running.console.origin);
    await other.waitForSelector('tbody a');
    await dropAs(running.system, 'new-in-list');
    for (const tab of [page, other]) await tab.getByText('new-in-list', { exact: true }).waitFor();
    await other.close();
  });

  test('shows only the cases of a status, of a class of reasons, and of an account', async ({ page }) => {
    const rows = () => page.locator('tbody tr').allInnerTexts();
    await page.getByRole('button', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'declined' }).click();
    await waitFor(async () => {
      const texts = await rows();
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.every((text) => text.includes('declined'))).toBe(true);
    });
    await page.getByRole('button', { name: 'Kind of reason' }).click();
    await page.getByRole('option', { name: 'capture' }).click();
    await page.getByText('No case matches.').waitFor();
    await page.getByRole('button', { name: 'Kind of reason' }).click();
    await page.getByRole('option', { name: 'no match' }).click();
    await page.getByText('rosa-declined', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Account' }).fill('no-such-account');
    await page.getByText('No case matches.').waitFor();
    // The list that is opened again has no filter.
    await go(page, '#/health', '[data-queue]');
  });
});

test('a page whose session has ended says so, also where its code is no longer given', async ({ open }) => {
  const { page, context } = await open();
  await context.clearCookies();
  // The code of this page was not loaded yet, and its file is refused.
  await page.goto(`${running.console.origin}/#/health`);
  await page.getByText(en.signInAgain).waitFor();
  // Events and reads are refused.
  await page.goto(`${running.console.origin}/#/cases`);
  await page.locator('h1', { hasText: en.cases }).waitFor();
  await page.getByText(en.signInAgain).waitFor();
});

test('one who only reads sees no button that writes, and the API refuses the call of a page that has one', async ({
  open,
}) => {
  const { page } = await open({ as: 'reader' });
  const id = await dropAs(running.system, 'only-read-never');
  await go(page, `#/cases/${id}`, '.machine .current');
  await page.getByText('You only read').waitFor();
  for (const name of ['Cancel the case', 'Take the other way', 'Follow up now'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  const status = await page.evaluate(
    async (path) => (await fetch(path, { method: 'POST' })).status,
    `./api/revalidations/${id}/cancel`,
  );
  expect(status).toBe(403);
});

test('a page reads one time after another, and again after what happens while it reads', async ({ page: first }) => {
  const page = await first.context().newPage();
  await page.addInitScript(`
    globalThis.sources = [];
    globalThis.seen = 0;
    globalThis.EventSource = class extends EventSource {
      constructor(address) {
        super(address);
        sources.push(this);
        this.addEventListener('message', () => { seen += 1; });
      }
    };`);
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  let reads = 0;
  await page.route('**/api/health', async (route) => {
    reads += 1;
    await isOver;
    await route.continue();
  });
  await page.goto(`${running.console.origin}/#/health`);
  await waitFor(() => expect(reads).toBe(1));
  await page.evaluate('seen = 0');
  await dropAs(running.system, 'while-it-reads');
  await waitFor(async () => expect(await page.evaluate('seen')).toBeGreaterThan(0));
  // The browser sends in order: another read would have begun before this answer.
  await page.evaluate("fetch('./icon.svg').then(() => {})");
  expect(reads).toBe(1);
  // Only what has happened is a reason to read again, and no later event.
  await page.evaluate('sources.forEach((source) => source.close())');
  end();
  await page.waitForSelector('[data-queue]');
  await waitFor(() => expect(reads).toBeGreaterThan(1));
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.close();
});

describe('a case', () => {
  test('walks through the picture to its end, also over a reload in the middle', async ({ page }) => {
    const id = await dropAs(running.system, 'walker-slow');
    await go(page, `#/cases/${id}`, '.machine .current');
    await page.reload();
    await page.waitForSelector('.machine .entered');
    await page.waitForSelector('[data-state=RecordOutcome].entered');
    await page.locator('h1', { hasText: 'approved' }).waitFor();
    expect(await page.locator('.machine .current').count()).toBe(0);
  });

  test('says why it ended, what to do, and what was used, and shows no image', async ({ page }) => {
    await go(page, `#/cases/${declined}`, '.machine .entered');
    const text = await page.locator('main').innerText();
    expect(text).toContain('similarity_threshold_not_passed');
    expect(text).toContain('The face is not similar enough to the enrolled one.');
    expect(text).toContain('0.41');
    expect(text).toContain('image/jpeg');
    expect(await page.locator('img, video').count()).toBe(0);
  });

  test('gives its evidence as a file', async ({ page }) => {
    await go(page, `#/cases/${approved}`, '.machine .entered');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download evidence' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`${approved}.sd-jwt`);
  });

  test.for([
    ['Cancel the case', 'canceled'],
    ['Take the other way', 'another way'],
  ] as const)('"%s" asks first, and ends it as %s', async ([button, status], { page }) => {
    const id = await dropAs(running.system, `stopped-${status.replace(' ', '-')}-never`);
    await go(page, `#/cases/${id}`, '.machine .current');
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    expect((await running.system.record(id))?.outcome).toBeUndefined();
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await page.locator('h1', { hasText: status }).waitFor();
  });

  test('"Follow up now" makes the next sweep take it up', async ({ page }) => {
    const id = await dropAs(running.system, 'followed-never');
    await go(page, `#/cases/${id}`, '.machine .current');
    const before = (await running.system.record(id))?.dueAt ?? '';
    await page.getByRole('button', { name: 'Follow up now' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await waitFor(async () => {
      const dueAt = (await running.system.record(id))?.dueAt ?? before;
      expect(Date.parse(dueAt)).toBeLessThan(Date.parse(before));
    });
  });
});

test('the numbers of a day count its cases, and another day has none', async ({ page }) => {
  await go(page, `#/days/${today()}`, '.chart svg');
  const label = await page.locator('.chart').first().getAttribute('aria-label');
  const claimed = Number(/claimed: (\d+)/.exec(label ?? '')?.[1]);
  expect(claimed).toBeGreaterThanOrEqual(2);
  await page.getByRole('button', { name: 'The day before' }).click();
  await page.getByText('No case was claimed on this day.').waitFor();
});

test('the health counts the messages of each dead-letter queue', async ({ page }) => {
  // As the bus keeps an event that it cannot deliver.
  const deadLetters = running.system.deadLetters as DeadLetter[];
  const name = running.system.deployment.outputs.DropDeadLetters?.split('/').at(-1);
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const counted = page.locator('[data-queue]');
  await go(page, '#/health', '[data-queue]');
  expect(await counted.allInnerTexts()).toEqual(['0', '0', '0']);
  deadLetters.push({ queueArn, body: '{}', attributes: {} });
  try {
    await page.reload();
    await page.waitForSelector('[data-queue]');
    expect(await counted.allInnerTexts()).toEqual(['1', '0', '0']);
  } finally {
    deadLetters.splice(0);
  }
});

test('a deployment without campaigns shows no page of them', async ({ page }) => {
  await page.getByRole('link', { name: 'Health' }).waitFor();
  expect(await page.getByRole('link', { name: 'Campaigns' }).count()).toBe(0);
  await go(page, '#/campaigns', 'tbody a');
  await page.getByRole('heading', { name: 'Cases' }).waitFor();
});
