import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { languages } from '../../infra/console/shared/language.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { expectAccessible } from '../support/axe.ts';
import { calling } from '../support/callers.ts';
import { go as goTo, type RunningConsole, runConsole } from '../support/console.ts';
import { fileOf, photo } from '../support/drops.ts';
import { chooseLanguage, testOfConsole } from '../support/visits.ts';
import { waitFor } from '../support/wait-for.ts';

let running: RunningConsole;

let call: (line: string, more?: { body?: unknown }) => Promise<{ content: CampaignView }>;

let ended: string;

let refused: string;

/** One that takes half a minute to run. */
let long: string;

const until = (id: string, status: string): Promise<void> =>
  waitFor(async () => expect((await call(`GET /campaigns/${id}`)).content.status).toBe(status));

/** Asks for the plan of a manifest. @returns the id of the campaign */
const plan = async (name: string, lines: readonly string[], pace: number): Promise<string> => {
  const { system } = running;
  const s3 = new S3Client({
    endpoint: system.endpoints.S3 ?? '',
    region: 'us-east-1',
    credentials: system.credentials,
  });
  const Key = `campaigns/manifests/${name}.csv`;
  await s3.send(new PutObjectCommand({ Bucket: system.bucket, Key, Body: `${lines.join('\n')}\n` }));
  s3.destroy();
  const body = { manifest: { key: Key }, purpose: 'default', pace };
  return (await call('POST /campaigns', { body })).content.campaignId;
};

/** Asks for a plan of people, whose ids say what the sandbox does, and one without media. The plan takes a second for a row. */
const planPeople = async (name: string, people: readonly string[], pace: number): Promise<string> => {
  for (const accountId of people) {
    running.system.sandbox?.enroll({ accountId, enrollmentId: `ENR-${accountId}` });
    await putMedia(running.system, { key: `media/${accountId}.jpg`, file: fileOf(photo) });
  }
  const rows = [...people.map((one) => `${one},ENR-${one},media/${one}.jpg,true`), 'x,ENRx,media/absent.jpg,true'];
  return plan(name, ['accountId,enrollmentId,mediaKey,userAuthorized', ...rows], pace);
};

beforeAll(async () => {
  running = await runConsole({ config: { campaigns: true }, pace: 0.05 });
  call = calling(running.system) as unknown as typeof call;
  ended = await planPeople('first', ['ana', 'luis', 'rosa-declined'], 50);
  const people = Array.from({ length: 6 }, (_, n) => `person-${n}`);
  long = await planPeople('third', people, 0.25);
  await until(ended, 'planned');
  await call(`POST /campaigns/${ended}/start`, { body: {} });
  refused = await plan('second', ['accountId,enrollmentId,mediaKey,colour'], 1);
  await Promise.all([until(ended, 'ended'), until(refused, 'refused')]);
}, 120_000);

afterAll(() => running?.close());

const test = testOfConsole(() => running);

const go = (page: Page, hash: string, selector: string) => goTo(page, running, hash, selector);

const act = async (page: Page, button: string): Promise<void> => {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('button', { name: 'Yes, do it' }).click();
};

const pagesOf = (): [string, string][] => [
  ['#/campaigns', 'tbody a'],
  [`#/campaigns/${ended}`, 'progress'],
  [`#/campaigns/${refused}`, 'progress'],
];

test('in each language the pages are free of what axe finds, log no error and ask no other origin', async ({
  open,
}) => {
  const { page, wrong, requested } = await open();
  for (const [hash, selector] of pagesOf()) {
    await go(page, hash, selector);
    for (const language of languages) {
      await chooseLanguage(page, language);
      await expectAccessible(page, `${hash} in ${language}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(requested.filter((url) => new URL(url).origin !== running.console.origin)).toEqual([]);
});

test('the pages fit a phone of 360 pixels', async ({ open }) => {
  const { page } = await open({ width: 360 });
  for (const [hash, selector] of pagesOf()) {
    await go(page, hash, selector);
    expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, 360]);
  }
});

describe('a campaign', () => {
  test('is started, paused, resumed and canceled, each after a question', async ({ page }) => {
    const id = long;
    await until(id, 'planned');
    await go(page, `#/campaigns/${id}`, 'progress');
    const heading = (status: string) => page.locator('h1', { hasText: status }).waitFor();
    await heading('planned');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('From then on validations are paid for.').waitFor();
    await page.getByRole('button', { name: 'Go back' }).click();
    expect((await call(`GET /campaigns/${id}`)).content.status).toBe('planned');
    await act(page, 'Start');
    await heading('runs');
    await page.getByText(/[1-9]\d* \/ 6 rows/).waitFor();
    await page.getByText('Ends at about').waitFor();
    await act(page, 'Pause');
    await heading('paused');
    await act(page, 'Resume');
    await heading('runs');
    await act(page, 'Cancel the campaign');
    await heading('canceled');
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
  });

  test('is in the list with its progress, which leads to how its rows ended and why others cannot run', async ({
    page,
  }) => {
    await go(page, '#/campaigns', 'tbody a');
    const row = page.locator('tbody tr', { hasText: 'ended' });
    expect(await row.innerText()).toContain('100%');
    await row.getByRole('link').click();
    await page.getByText('3 / 3 rows').waitFor();
    const text = (await page.locator('main').innerText()).replace(/\s+/g, ' ');
    for (const part of [ended, 'approved 2', 'declined 1', 'media_gone 1', 'campaigns/manifests/first.csv'])
      expect(text).toContain(part);
    expect(await page.getByRole('button', { name: /^(Start|Pause|Resume|Cancel the campaign)$/ }).count()).toBe(0);
  });

  test('whose manifest is refused says the reason and the line', async ({ page }) => {
    await go(page, `#/campaigns/${refused}`, 'progress');
    await page.getByText('manifest_unknown_column').waitFor();
    await page.getByText('line 1').waitFor();
  });

  test('that is not known is said to be none', async ({ page }) => {
    await go(page, `#/campaigns/CMP${'0'.repeat(32)}`, 'h1');
    await page.getByRole('heading', { name: 'There is no such campaign.' }).waitFor();
  });
});

test('one who only reads sees no button that writes, and the API refuses the call of a page that has one', async ({
  open,
}) => {
  const id = await planPeople('fourth', ['only-read'], 1);
  const { page } = await open({ as: 'reader' });
  await until(id, 'planned');
  await go(page, `#/campaigns/${id}`, 'progress');
  await page.locator('h1', { hasText: 'planned' }).waitFor();
  for (const name of ['Start', 'Cancel the campaign']) expect(await page.getByRole('button', { name }).count()).toBe(0);
  const status = await page.evaluate(
    async (path) => (await fetch(path, { method: 'POST' })).status,
    `./api/campaigns/${id}/start`,
  );
  expect(status).toBe(403);
  expect((await call(`GET /campaigns/${id}`)).content.status).toBe('planned');
});
