import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What the word list covers: source, JSON and every document, at any depth. The changelog names the words that were replaced. */
const covered = [
  'functions',
  'infra',
  'shared',
  'test',
  'README.md',
  'README.es.md',
  'README.pt.md',
  'CONTRIBUTING.md',
];

/** The file that lists the words itself, and the page that the benchmark writes. */
const exempt = ['words.test.ts', 'RESULTS.md'];

/** Names that users or stored data depend on. They keep a retired word. */
const promises = [
  /\bretryOf|retry-of\b/g,
  /\bGATE(#truora)?\b/g,
  /\bby-due\b|\bBY_DUE\b|\bdueAt\b|\bdueRecords\b|\bdueFrom\b|'?due#\$?/g,
  /\balready_asked_otherwise\b|\blist_blind\b|\bleft_over\b/g,
  // The right margin of a chart.
  /\bright: \d+/g,
];

/** Retired words, each with its replacement. */
const retired: readonly (readonly [RegExp, string])[] = [
  [/\b(who|what|which|when|where|how)ever\b/i, 'a plain subject'],
  [/\b(nobody|somebody|anybody|everybody)\b/i, 'a plain subject'],
  [/\bthe very\b/i, 'this, the same'],
  [/\bin other words\b/i, 'nothing'],
  [/\b(comes?|came) back\b/i, 'is returned, is retried'],
  [/\b(tells?|told) apart\b/i, 'distinguishes'],
  [/\b(house|desk|worlds?)\b/i, 'system, local system'],
  [/\brooms\b|\b(a|an?other|each|every|its|our|the|this) room\b/i, 'module, folder'],
  [/\b(front )?doors?\b/i, 'entry point'],
  [/\bbells?\b|[a-z]Bells?\b/, 'notification'],
  [/\bpatien(ce|t)/i, 'callback timeout'],
  [/\bwish(es)?\b/i, 'request details'],
  [/\banew\b/i, 'again, forceKey'],
  [/\bglance/i, 'media head'],
  [/\bil?legible\b/i, 'readable, unreadable'],
  [/\bstrays?\b/i, 'late orphan'],
  [/\bfate(s|d)?\b/i, 'attempt result'],
  [/\bgates?\b/i, 'throttle'],
  [/\b(holds?|held) back\b/i, 'backing off, throttled'],
  [/\blate.?truth\b/i, 'amendment'],
  [/\bstanding\b/i, 'existing, current'],
  [/\bwrong words\b/i, 'invalid arguments'],
  [/\btellable\b/i, 'safe error'],
  [/\brights?\b/i, 'permissions'],
];

const filesIn = (path: string): string[] =>
  statSync(join(root, path)).isFile()
    ? [join(root, path)]
    : readdirSync(join(root, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|json|md)$/.test(entry.name))
        .filter(({ name }) => !exempt.includes(name))
        .map(({ parentPath, name }) => join(parentPath, name));

const wordsIn = (text: string): string[] => {
  const checked = promises.reduce((rest, promise) => rest.replace(promise, ''), text);
  return checked.split('\n').flatMap((line, n) =>
    retired.flatMap(([word, instead]) => {
      const found = word.exec(line);
      return found ? [`${n + 1}: "${found[0]}" (use: ${instead})`] : [];
    }),
  );
};

test('finds every retired word, and leaves the promised names alone', () => {
  expect(wordsIn('/** Whoever rings the bell comes back anew. */')).toHaveLength(4);
  expect(wordsIn("const lateBell = 'fate'")).toHaveLength(2);
  expect(wordsIn("export const GATE = 'GATE#truora'; const index = 'by-due'; 'already_asked_otherwise'")).toEqual([]);
});

test.each(covered)('%s holds no retired word', (folder) => {
  const files = filesIn(folder);
  expect(files.length).toBeGreaterThan(0);
  const found = files.flatMap((file) => wordsIn(readFileSync(file, 'utf8')).map((word) => `${file}:${word}`));
  expect(found).toEqual([]);
});
