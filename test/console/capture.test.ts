import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, test as base, beforeAll, describe, expect } from 'vitest';
import { en } from '../../infra/console/capture/words/en.ts';
import { es } from '../../infra/console/capture/words/es.ts';
import { pt } from '../../infra/console/capture/words/pt.ts';
import { filesIn } from '../../infra/console/serve/files.ts';
import { type Language, languages } from '../../infra/console/shared/language.ts';
import { siteFolder } from '../../infra/console/site.ts';
import { expectAccessible } from '../support/axe.ts';
import {
  type CapturePages,
  capturePages,
  heading,
  type OpenedPage,
  openCamera,
  press,
  recordPhrase,
  SPEECH,
  VIDEO,
} from '../support/capture-page.ts';
import { photo } from '../support/drops.ts';
import { waitFor } from '../support/wait-for.ts';

/** The most script that the page may load. Bytes, compressed. */
const MAX_SCRIPT = 40 * 1024;

let pages: CapturePages;

const logged: string[] = [];

beforeAll(async () => {
  pages = await capturePages({ onLog: (line) => logged.push(line) });
}, 120_000);

afterAll(() => pages?.close());

/** Tests run at the same time, since most of each is waiting; each closes what it has opened. */
const test = base.extend<{ open: CapturePages['open'] }>({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it needs, which is nothing
  open: async ({}, use) => {
    const opened: Promise<OpenedPage>[] = [];
    await use((...how) => {
      opened.push(pages.open(...how));
      return opened.at(-1) as Promise<OpenedPage>;
    });
    for (const { context } of await Promise.all(opened)) await context.close();
  },
});

/** Takes a photo of the camera, and sends it. */
const sendPhoto = async (page: Page): Promise<void> => {
  await openCamera(page);
  await press(page, 'Take the photo');
  await press(page, 'Send it');
};

const dictionaries = { en, es, pt };

/** A country that has a text of consent in the language. */
const countryOf = { en: 'US', es: 'CO', pt: 'BR' };

/**
 * Every element of a step that the whole way has, once: the heading has the focus. Then in each language, which the person chooses in the
 * page, axe finds nothing, and the page fits 360 pixels. The last is the language that the page was opened in.
 */
const check = async (
  page: Page,
  word: 'consent' | 'photo' | 'inOval' | 'review' | 'ended' | 'closed',
  last: Language,
) => {
  await heading(page, dictionaries[last][word]);
  // It gets the focus after it is shown.
  await page.locator('h1:focus', { hasText: dictionaries[last][word] }).waitFor();
  for (const language of [...languages.filter((one) => one !== last), last]) {
    const name = dictionaries[language][word];
    await page.locator('header select').selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
    await heading(page, name);
    if (word === 'consent') {
      await page.locator('main select').selectOption(countryOf[language]);
      await page.locator(`article[lang=${language}] h2`).waitFor();
    }
    if (word === 'ended') await page.getByText(messages[language], { exact: true }).waitFor();
    expect(await page.title()).toContain(name);
    await expectAccessible(page, `${name} in ${language}`);
    expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 360]);
  }
};

const messages = {
  en: 'We could not confirm that it is you. Please try once more.',
  es: 'No pudimos confirmar que eres tú. Inténtalo una vez más.',
  pt: 'Não conseguimos confirmar que é você. Tente mais uma vez.',
};

test.concurrent('in each language, each step from the consent to a declined photo fits 360 pixels, is free of what axe finds, gives the focus to its heading, logs no error and asks no other origin', async ({
  open,
}) => {
  const { link } = await pages.start('-declined', { country: undefined });
  const { page, wrong, requested } = await open(link, { language: 'pt', width: 360 });
  await check(page, 'consent', 'pt');
  await press(page, pt.agree);
  await check(page, 'photo', 'pt');
  await press(page, pt.openCamera);
  await page.getByRole('button', { name: pt.takePhoto, exact: true }).waitFor();
  await check(page, 'inOval', 'pt');
  await press(page, pt.takePhoto);
  await check(page, 'review', 'pt');
  await press(page, pt.send);
  await check(page, 'ended', 'pt');
  expect(wrong).toEqual([]);
  const { origin } = pages.running.console;
  expect(requested.filter((url) => !url.startsWith('blob:') && new URL(url).origin !== origin)).toEqual([]);
  const { page: again } = await open(link, { language: 'es', width: 360 });
  await check(again, 'closed', 'es');
});

test.concurrent('the page loads at most 40 KB of script, compressed', () => {
  const scripts = [...filesIn(siteFolder())].filter(([path]) => /^\/capture\/.*\.js$/.test(path));
  expect(scripts.length).toBeGreaterThan(0);
  const total = scripts.reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0);
  expect(total).toBeGreaterThan(5000);
  expect(total).toBeLessThanOrEqual(MAX_SCRIPT);
});

describe.concurrent('a capture', () => {
  test.concurrent('of a photo ends as approved, and its receipt names the text that was read', async ({ open }) => {
    const { link, id, accountId } = await pages.start();
    const { page } = await open(link);
    await page.getByText('Text default.US.en.1').waitFor();
    await sendPhoto(page);
    await heading(page, 'It is you');
    const record = await pages.running.system.record(id);
    expect([record?.phase, record?.media?.type]).toEqual(['approved', 'image/jpeg']);
    const { content } = await pages.call(`GET /accounts/${accountId}/consents`, { as: 'reader' });
    const [receipt] = (content as unknown as { consents: Record<string, unknown>[] }).consents;
    const named = { country: 'US', language: 'en', textVersion: '1', channel: 'capture page' };
    expect(receipt).toMatchObject({ ...named, recordedBy: `capture:${id}` });
  });

  test.concurrent('of a video is recorded for three seconds where liveness is asked for, and ends as approved', async ({
    open,
  }) => {
    const { link, id } = await pages.start('', { options: VIDEO });
    const { page } = await open(link);
    await openCamera(page);
    await press(page, 'Record 3 seconds');
    await page.getByText(/^Recording: \d s$/).waitFor();
    await press(page, 'Send it');
    await heading(page, 'It is you');
    expect((await pages.running.system.record(id))?.media?.type).toMatch(/^video\/(mp4|webm)$/);
  });

  test.concurrent('of a phrase shows the phrase and the time left, and ends as approved', async ({ open }) => {
    const { link, id } = await pages.start('', { capture: 'live', options: SPEECH });
    const { page } = await open(link, { width: 360 });
    await press(page, 'I agree');
    await heading(page, 'Read a phrase aloud');
    const phrase = await page.locator('.phrase blockquote').innerText();
    expect((await pages.call(`GET /revalidations/${id}`, { as: 'writer' })).content.phrase).toBe(phrase);
    await page.getByText(/^Time left: \d+:\d\d$/).waitFor();
    await press(page, 'Open the camera');
    await press(page, 'Record');
    expect(await page.locator('.phrase blockquote').innerText()).toBe(phrase);
    await page.getByText(/^Recording: \d s$/).waitFor();
    await press(page, 'I have read it');
    await press(page, 'Send it');
    await heading(page, 'It is you');
  });

  test.concurrent('of a phrase asks for it once more where the recording has no picture', async ({ open }) => {
    const { link, id } = await pages.start('', { capture: 'live', options: SPEECH });
    const { page } = await open('about:blank', { width: 360 });
    await page.clock.install();
    await page.goto(link);
    await press(page, 'I agree');
    await heading(page, 'Read a phrase aloud');
    await page.evaluate(`globalThis.Whole = MediaRecorder;
      globalThis.MediaRecorder = class extends Whole {
        constructor(stream, options) { super(new MediaStream(stream.getAudioTracks()), options); }
      };`);
    await recordPhrase(page, 'Open the camera');
    await heading(page, 'We are checking');
    await waitFor(() => expect(logged.join('\n')).toContain('"reason":"media_without_video"'));
    // The page gives a live capture 35 s to show its recording.
    await page.clock.fastForward(36_000);
    await page.getByText('Your recording could not be used.', { exact: false }).waitFor();
    expect(await page.locator('.phrase blockquote').innerText()).not.toBe('');
    await page.evaluate('globalThis.MediaRecorder = Whole');
    await recordPhrase(page, 'Try again');
    await heading(page, 'It is you');
    expect((await pages.running.system.record(id))?.phase).toBe('approved');
  });

  test.concurrent('of a phrase counts its time from the start of the recorder, and says so when it does not start', async ({
    open,
  }) => {
    const { link } = await pages.start('', { capture: 'live', options: SPEECH });
    const { page } = await open('about:blank');
    await page.clock.install();
    await page.goto(link);
    await press(page, 'I agree');
    await heading(page, 'Read a phrase aloud');
    await page.evaluate(`globalThis.start = MediaRecorder.prototype.start;
      MediaRecorder.prototype.start = function () { globalThis.begin = () => start.call(this); };`);
    await press(page, 'Open the camera');
    await press(page, 'Record');
    const waiting = page.getByRole('button', { name: 'Waiting for the camera' });
    await waiting.waitFor();
    await page.clock.fastForward(31_000);
    await page.getByText('The camera did not start.', { exact: false }).waitFor();
    await press(page, 'Try again');
    await press(page, 'Record');
    // Longer than a recording.
    await page.clock.fastForward(9000);
    expect(await waiting.isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'I have read it' }).count()).toBe(0);
    await page.evaluate('begin()');
    await page.getByText(/^Recording: \d s$/).waitFor();
    await press(page, 'I have read it');
    await press(page, 'Send it');
    await heading(page, 'It is you');
  });

  test.concurrent('goes on after a reload in each step, without its link', async ({ open }) => {
    const { link } = await pages.start('-slow');
    const { page } = await open(link);
    await heading(page, 'Your permission');
    expect(page.url()).toBe(pages.running.console.captureUrl);
    await page.reload();
    await press(page, 'I agree');
    await heading(page, 'Take a photo of your face');
    await page.reload();
    await press(page, 'Open the camera');
    await press(page, 'Take the photo');
    await press(page, 'Send it');
    await heading(page, 'We are checking');
    await page.reload();
    await heading(page, 'We are checking');
    await heading(page, 'It is you');
    await page.reload();
    await heading(page, 'It is you');
  });

  test.concurrent('goes by the keyboard alone', async ({ open }) => {
    const { link } = await pages.start();
    const { page } = await open(link);
    const go = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true });
      await waitFor(async () => expect(await button.isEnabled()).toBe(true));
      // The focus is on the heading of the step.
      for (let steps = 0; steps < 6; steps += 1) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement?.textContent')) === name) break;
      }
      await page.keyboard.press('Enter');
    };
    for (const name of ['I agree', 'Open the camera', 'Take the photo', 'Send it']) await go(name);
    await heading(page, 'It is you');
  });

  test.concurrent('survives a network that is slow, and one that fails while it sends and while it waits', async ({
    open,
  }) => {
    const { link } = await pages.start();
    const { page, context } = await open('about:blank');
    const network = await context.newCDPSession(page);
    // Slow 3G as browsers' tools have it: 400 kbit/s, 400 ms.
    const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    await page.goto(link);
    await openCamera(page);
    await press(page, 'Take the photo');
    await network.send('Network.emulateNetworkConditions', { ...slow, offline: true });
    await press(page, 'Send it');
    await page.getByText('It could not be sent.').waitFor();
    await network.send('Network.emulateNetworkConditions', slow);
    await press(page, 'Try again');
    await heading(page, 'We are checking');
    await network.send('Network.emulateNetworkConditions', { ...slow, offline: true });
    await page.getByText('There is no connection. We keep trying.').waitFor();
    await network.send('Network.emulateNetworkConditions', slow);
    await heading(page, 'It is you');
  });
});

describe.concurrent('without a camera', () => {
  test.concurrent.for([
    ['refused', 'The camera is blocked.'],
    ['missing', 'No camera was found.'],
  ] as const)('that is %s, a file is chosen, checked, and ends as approved', async ([camera, says], { open }) => {
    const { link } = await pages.start();
    const { page } = await open(link, { camera });
    await press(page, 'I agree');
    await press(page, 'Open the camera');
    await page.getByText(says).waitFor();
    const choose = (file: { name: string; mimeType: string; buffer: Buffer } | string) =>
      page.locator('input[type=file]').setInputFiles(file);
    await choose({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
    await page.getByText('This file has another format.').waitFor();
    await choose({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(10_000_001) });
    await page.getByText('This file is too large').waitFor();
    await choose({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: photo });
    await press(page, 'Send it');
    await heading(page, 'It is you');
  });
});

describe.concurrent('another way', () => {
  test.concurrent.for(['before the consent', 'with the camera open', 'while we check'])(
    'is there %s, asks once, and ends the case without the face',
    async (when, { open }) => {
      const { link, id } = await pages.start('-never');
      const { page } = await open(link);
      if (when === 'with the camera open') await openCamera(page);
      if (when === 'while we check') await sendPhoto(page);
      if (when === 'while we check') await heading(page, 'We are checking');
      await press(page, 'Use another way');
      await press(page, 'Go back');
      await press(page, 'Use another way');
      await press(page, 'Yes, use another way');
      await heading(page, 'We do not use your face');
      const { content } = await pages.call(`GET /revalidations/${id}`, { as: 'writer' });
      expect(content.status).toBe('alternative_required');
    },
  );
});

test.concurrent.for([
  ['-declined-no_face_detected', 'We could not see your face well.', 'To try once more, ask for a new link'],
  ['-declined-risky_face_detected', 'We could not complete the check.', 'Ask for a review'],
])('the end %s says in plain words what the person can do, and no code', async ([suffix, says, next], { open }) => {
  const { link } = await pages.start(suffix);
  const { page } = await open(link);
  await sendPhoto(page);
  await heading(page, 'The check has ended');
  const text = await page.locator('main').innerText();
  expect(text).toContain(says);
  expect(text).toContain(next);
  expect(text).not.toMatch(/_|similarity|risk|score|0\.\d/);
});

describe.concurrent('a link', () => {
  test.concurrent('that is used, forged, empty or of another session shows one page, and no more', async ({ open }) => {
    const { link } = await pages.start();
    const first = await open(link);
    await heading(first.page, 'Your permission');
    const { captureUrl } = pages.running.console;
    const { page } = await open('about:blank');
    const shown = async (url: string) => {
      // Another part after the # alone would load nothing.
      await page.goto('about:blank');
      await page.goto(url);
      await heading(page, 'This link is not valid');
      return [page.url(), await page.locator('body').innerText()];
    };
    const same = await shown(link);
    for (const url of [`${captureUrl}#${'x'.repeat(43)}`, `${captureUrl}#forged`, captureUrl])
      expect(await shown(url)).toEqual(same);
    expect(same[0]).toBe(captureUrl);
  });

  test.concurrent('leaves no token in the address, in the history, in a log or in what is stored beyond the tab', async ({
    open,
  }) => {
    const { link, id } = await pages.start();
    const token = link.split('#')[1] ?? '';
    const { page, context, requested } = await open(link);
    await heading(page, 'Your permission');
    expect(page.url()).not.toContain(token);
    expect(await page.evaluate('JSON.stringify({ ...localStorage }) + document.cookie')).toBe('{}');
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(token);
    expect(requested.slice(1).some((url) => url.includes(token))).toBe(false);
    await press(page, 'I agree');
    await heading(page, 'Take a photo of your face');
    // The functions have written the case to their log, and no secret of it.
    const { session } = JSON.parse(String(await page.evaluate('sessionStorage.capture')));
    const log = logged.join('\n');
    expect(session).toMatch(/^[\w-]{43}$/);
    for (const word of [id, token, session]) expect([word, log.includes(word)]).toEqual([word, word === id]);
    // Another tab has no session.
    const other = await context.newPage();
    await other.goto(pages.running.console.captureUrl);
    await heading(other, 'This link is not valid');
  });
});

test.concurrent('a text of consent that is not the one of the case cannot be agreed to', async ({ open }) => {
  const { link } = await pages.start();
  const { page } = await open('about:blank');
  await page.route('**/consent/*.md', (route) => route.fulfill({ body: '# Another text' }));
  await page.goto(link);
  await page.getByText('The text could not be shown').waitFor();
  expect(await page.getByRole('button', { name: 'I agree' }).isDisabled()).toBe(true);
  await page.unroute('**/consent/*.md');
  await press(page, 'Try again');
  await page.locator('article h2').waitFor();
  expect(await page.getByRole('button', { name: 'I agree' }).isEnabled()).toBe(true);
});
