import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en } from '../../infra/console/capture/words/en.ts';
import { es } from '../../infra/console/capture/words/es.ts';
import { pt } from '../../infra/console/capture/words/pt.ts';
import { expectAccessible } from '../support/axe.ts';
import { type CapturePages, capturePages, SPEECH, VIDEO } from '../support/capture-page.ts';

const dictionaries = { en, es, pt };

type Words = (typeof dictionaries)['en' | 'es' | 'pt'];

let pages: CapturePages;

beforeAll(async () => {
  pages = await capturePages();
}, 120_000);

afterAll(() => pages?.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Axe finds nothing in a state of the page, and it fits 360 pixels. */
const check = async (page: Page, state: string): Promise<void> => {
  await expectAccessible(page, state);
  expect([state, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([state, 360]);
};

/** Sends what is reviewed while the upload stands still, and then breaks. */
const breakUpload = async (page: Page, say: Words): Promise<void> => {
  let end = () => {};
  const isOver = new Promise<void>((resolve) => {
    end = resolve;
  });
  await page.route('**/upload', async (route) => {
    await isOver;
    await route.abort();
  });
  await press(page, say.send);
  await heading(page, say.sending);
  await check(page, 'sending');
  end();
  await page.getByText(say.sendFault, { exact: true }).waitFor();
  await check(page, 'broken upload');
};

describe.concurrent.each(['en', 'es', 'pt'] as const)('in the language %s', (language) => {
  const say = dictionaries[language];

  const open = async (of: object, camera: 'works' | 'refused' | 'missing' = 'works') => {
    const { link } = await pages.start('', of);
    const opened = await pages.open(link, { language, width: 360, camera });
    await press(opened.page, say.agree);
    return opened;
  };

  test.concurrent('a phrase is free of what axe finds when it is shown, at the camera, recorded, reviewed, sent and cut off', async () => {
    const { page, context } = await open({ capture: 'live', options: SPEECH });
    await page.locator('.phrase blockquote').waitFor();
    await check(page, 'phrase');
    await press(page, say.openCamera);
    await page.getByRole('button', { name: say.startSpeech, exact: true }).waitFor();
    await check(page, 'camera with a phrase');
    await press(page, say.startSpeech);
    await page.locator('.recording').waitFor();
    await check(page, 'recording of a phrase');
    // It ends by itself, too.
    await press(page, say.stop).catch(() => {});
    await heading(page, say.review);
    await check(page, 'review of a phrase');
    await breakUpload(page, say);
    await context.close();
  });

  test.concurrent('a video is free of what axe finds at the camera, while it is recorded, and when it is reviewed', async () => {
    const { page, context } = await open({ options: VIDEO });
    await heading(page, say.video);
    await check(page, 'video');
    await press(page, say.openCamera);
    await page.getByRole('button', { name: say.startVideo, exact: true }).waitFor();
    await press(page, say.startVideo);
    await page.locator('.recording').waitFor();
    await check(page, 'recording of a video');
    await heading(page, say.review);
    await check(page, 'review of a video');
    await context.close();
  });

  test.concurrent.each(['refused', 'missing', 'failed'] as const)(
    'a camera that is %s is free of what axe finds',
    async (fault) => {
      const { page, context } = await open({}, fault === 'failed' ? 'works' : fault);
      if (fault === 'failed')
        await page.evaluate(
          "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError'); }",
        );
      await press(page, say.openCamera);
      await page.getByText(say[fault], { exact: true }).waitFor();
      await check(page, fault);
      await context.close();
    },
  );
});
