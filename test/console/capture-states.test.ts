import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { en } from '../../infra/console/capture/words/en.ts';
import { es } from '../../infra/console/capture/words/es.ts';
import { pt } from '../../infra/console/capture/words/pt.ts';
import { expectAccessible } from '../support/axe.ts';
import {
  type CapturePages,
  capturePages,
  heading,
  type OpenedPage,
  press,
  SPEECH,
  VIDEO,
} from '../support/capture-page.ts';

const dictionaries = { en, es, pt };

type Word = Exclude<keyof typeof en, 'recording'>;

let pages: CapturePages;

beforeAll(async () => {
  pages = await capturePages();
}, 120_000);

afterAll(() => pages?.close());

/** Each test is in English between its checks. */
const say = en;

/**
 * Axe finds nothing in a state of the page in each language, and it fits 360 pixels. The person chooses the language in the page, as the
 * page and axe take more processor time to load than all states of it to check. Other tests open the page in each language.
 * @param word what the state says in each language
 */
const check = async (page: Page, state: string, word: Word): Promise<void> => {
  for (const language of ['es', 'pt', 'en'] as const) {
    await page.locator('select').selectOption(language);
    await page.getByText(dictionaries[language][word], { exact: true }).first().waitFor();
    await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
    await expectAccessible(page, `${state} in ${language}`);
    expect([state, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([state, 360]);
  }
};

/** Lets a recording last until `endRecording`, and not for its three or eight seconds: what is checked stands still. */
const holdRecording = (page: Page) =>
  page.evaluate(`(() => {
    globalThis.held = [];
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (run, ms, ...more) =>
      ms === 3000 || ms === 8000 ? held.push(run) && 0 : setTimeout(run, ms, ...more);
  })()`);

/** Opens the camera, and begins a recording that is held. */
const beginRecording = async (page: Page, start: 'startSpeech' | 'startVideo'): Promise<void> => {
  await press(page, say.openCamera);
  await check(page, 'camera', start);
  await holdRecording(page);
  await press(page, say[start]);
  await page.locator('.recording').waitFor();
};

const endRecording = (page: Page) => page.evaluate('held.forEach((run) => run())');

/** Sends what is reviewed while the upload stands still, and then breaks. */
const breakUpload = async (page: Page): Promise<void> => {
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  await page.route('**/upload', async (route) => {
    await isOver;
    await route.abort();
  });
  await press(page, say.send);
  await check(page, 'sending', 'sending');
  end();
  await check(page, 'broken upload', 'sendFault');
};

const open = async (of: object): Promise<OpenedPage> => {
  const { link } = await pages.start('', of);
  const opened = await pages.open(link, { width: 360 });
  await press(opened.page, say.agree);
  return opened;
};

test('in each language a phrase is free of what axe finds when it is shown, at the camera, recorded, reviewed, sent and cut off', async () => {
  const { page, context } = await open({ capture: 'live', options: SPEECH });
  await page.locator('.phrase blockquote').waitFor();
  await check(page, 'phrase', 'openCamera');
  await beginRecording(page, 'startSpeech');
  await check(page, 'recording of a phrase', 'stop');
  await press(page, say.stop);
  await check(page, 'review of a phrase', 'review');
  await breakUpload(page);
  await context.close();
});

test('in each language a video is free of what axe finds at the camera, while it is recorded, and when it is reviewed', async () => {
  const { page, context } = await open({ options: VIDEO });
  await check(page, 'video', 'video');
  await beginRecording(page, 'startVideo');
  await check(page, 'recording of a video', 'inOval');
  expect(await page.locator('.recording').count()).toBe(1);
  await endRecording(page);
  await check(page, 'review of a video', 'review');
  await context.close();
});

test('in each language a camera that is refused, missing or failed is free of what axe finds', async () => {
  const { page, context } = await open({});
  await heading(page, say.photo);
  let button: Word = 'openCamera';
  for (const [fault, error] of [
    ['refused', 'NotAllowedError'],
    ['missing', 'NotFoundError'],
    ['failed', 'NotReadableError'],
  ] as const) {
    await page.evaluate(
      `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${error}'); }`,
    );
    await press(page, say[button]);
    await check(page, fault, fault);
    button = 'tryAgain';
  }
  await context.close();
});
