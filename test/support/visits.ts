/** Tests of the operator's console. */

import type { Page } from 'playwright-core';
import { afterAll, test } from 'vitest';
import type { Language } from '../../infra/console/shared/language.ts';
import { sharedBrowser } from './browser.ts';
import { go, type RunningConsole, type Visit, visit } from './console.ts';

type How = Parameters<typeof visit>[2];

/** Chooses the language in a wide page of the console, as a person does: another session in it would load all again. */
export const chooseLanguage = async (page: Page, language: Language): Promise<void> => {
  await page.getByRole('button', { name: language.toUpperCase(), exact: true }).click();
  await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
};

/**
 * `test` with two fixtures. `open` opens the console in a browser session of the test's own, and waits for what is there once it has
 * loaded. `page` is one page of a writer, at the first page of the console: tests use it one after the other, since the console takes half a
 * second of processor time to load. A test that uses it goes to its own address and leaves no filter behind. After one that fails the next
 * one gets a new page. There must be a case of today.
 */
export const testOfConsole = (runningOf: () => RunningConsole) => {
  let kept: Promise<Visit> | undefined;
  const begin = async (how: How = {}): Promise<Visit> => {
    const visited = await visit(await sharedBrowser(), runningOf(), how);
    await visited.page.waitForSelector('tbody a');
    return visited;
  };
  afterAll(async () => {
    await (await kept)?.context.close();
  });
  return test.extend<{ open: (how?: How) => Promise<Visit>; page: Page }>({
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of other fixtures from this pattern.
    open: async ({}, use) => {
      const opened: Promise<Visit>[] = [];
      await use((how) => {
        opened.push(begin(how));
        return opened.at(-1) as Promise<Visit>;
      });
      for (const { context } of await Promise.all(opened)) await context.close();
    },
    page: async ({ onTestFailed }, use) => {
      kept ??= begin();
      const mine = kept;
      onTestFailed(async () => {
        kept = undefined;
        await (await mine).context.close();
      });
      const { page } = await mine;
      await go(page, runningOf(), '#/cases', 'tbody a');
      await page.locator('h1', { hasText: 'Cases' }).waitFor();
      await use(page);
    },
  });
};
