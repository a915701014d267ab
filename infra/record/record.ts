import { join } from 'node:path';
import type { Truora } from '../../shared/truora/call.ts';
import { writeExamples } from './examples.ts';
import { leaksIn } from './leaks.ts';
import { recordAnswers, type Wanted } from './listen.ts';
import { scrubber } from './scrub.ts';

export type { Wanted } from './listen.ts';

/** Where Truora takes media (seen: its own SDK refuses every other). */
const UPLOADS = 'https://files.truora.com';

export const examplesFolder = join(import.meta.dirname, '../../shared/truora/examples');

const truoraAt = (origin: string, key: string): Truora => ({
  origin,
  key: async () => key,
  uploadOrigins: [...new Set([UPLOADS, ...(isTruora(origin) ? [] : [origin])])],
  // An upload of 10 MB from a laptop may take a minute; other calls take seconds. Milliseconds.
  deadlines: { connectMs: 5000, headersMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
});

const isTruora = (origin: string): boolean => new URL(origin).hostname.endsWith('.truora.com');

export type Recording = {
  origin: string;
  key: string;
  /** Where the examples are written. */
  folder: string;
  wanted: Wanted;
  /** Takes a line of progress. */
  log: (line: string) => void;
  /** Called before the charged call. */
  charged: () => void;
};

/**
 * Re-validates one face at Truora, and rewrites the examples with its answers: without ids, links, addresses, dates and scores.
 * @returns false when Truora did not decide in time
 * @throws Error when an answer has something that must not be written; nothing is written then
 */
export const record = async ({ origin, key, folder, wanted, log, charged }: Recording): Promise<boolean> => {
  log(`This creates one validation at ${origin}, which Truora charges.`);
  const { answers, decided } = await recordAnswers(truoraAt(origin, key), wanted, { log, charged });
  const scrub = scrubber(wanted);
  const scrubbed = answers.map((one) => ({ ...one, body: scrub(one.body) }));
  const leaks = scrubbed.flatMap(({ name, body }) =>
    leaksIn(body, { key, ...wanted }).map((leak) => `${name}: ${leak}`),
  );
  if (leaks.length > 0) {
    for (const leak of leaks) log(leak);
    throw new Error('nothing was written: an example must not have what is listed above; extend infra/record/scrub.ts');
  }
  for (const [name, news] of writeExamples(folder, scrubbed, new Date())) log(`${name}: ${news}`);
  return decided;
};
