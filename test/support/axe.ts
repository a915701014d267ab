/** Checks of pages by axe, a library of rules of accessibility. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What a page gets once: 0.6 MB. */
const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Every rule that is on by default, with every node that breaks one. Of other results axe then lists no nodes. */
const analysis = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => [id, nodes[0].html]))`;

/**
 * Fails unless axe finds nothing in a page as it is now. axe runs in the page's own document and only violations leave it.
 * `@axe-core/playwright` loads axe three times for each analysis, once into a new page, and passes on what holds too: six times the
 * processor time. Its other page is for frames of another origin: a page here has no frame, which is checked.
 * @param state what the page shows, for the message
 */
export const expectAccessible = async (page: Page, state: string): Promise<void> => {
  expect([state, page.frames().length]).toEqual([state, 1]);
  // The policy of the page does not hold for what the browser's own protocol evaluates.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  const violations = (await page.evaluate(analysis)) as [id: string, html: string][];
  expect(violations.map(([id, html]) => `${state} ${id}: ${html}`)).toEqual([]);
};
