import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, read, root } from '../support/documents.ts';

const PAGE = 'infra/aws/SECURITY.md';

/** The threats that the design names. */
const THREATS = 37;

/** The rows of a table of threats: each with its number, and the tests that it names. */
const rowsOf = (document: string) =>
  [...read(document).matchAll(/^\| T(\d+) \|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)].map(
    ([, number, threat = '', control = '', proof = '']) => ({ number: Number(number), threat, control, proof }),
  );

/** The pages of capabilities, each with the threats that the security page says are there. */
const pages = [...read(PAGE).matchAll(/^\| (T[T\d, ]+) \|[^|]+\| \[[^\]]+\]\(([^)#]+)#threats\) \|$/gm)].map(
  ([, numbers = '', link = '']) => ({
    document: join('infra/aws', link),
    numbers: [...numbers.matchAll(/\d+/g)].map(Number),
  }),
);

const rows = [PAGE, ...pages.map(({ document }) => document)].flatMap(rowsOf);

/** "`module/name` "title"; "title"; `module/name` ..." @returns each title with its test file */
const proofsIn = (proof: string): { file: string; title: string }[] => {
  let file = '';
  return [...proof.matchAll(/`([^`]+)`|"([^"]+)"/g)].flatMap(([, named, title]) => {
    if (named) file = `test/${named}.test.ts`;
    return title ? [{ file, title }] : [];
  });
};

/** The titles that a test file gives to its tests and their groups. */
const titlesIn = (file: string): string[] =>
  [...read(file).matchAll(/(?:\b(?:test|it|describe)(?:\.\w+)*|\))\(\s*(['"`])((?:(?!\1).)+)\1,/g)].map(
    ([, , title = '']) => title,
  );

test('every threat has its row, on the page that the security page names', () => {
  const numbers = rows.map(({ number }) => number).toSorted((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: THREATS }, (_, index) => index + 1));
  for (const { document, numbers: named } of pages)
    expect([document, rowsOf(document).map(({ number }) => number)]).toEqual([document, named]);
  for (const { threat, control } of rows) {
    expect(threat.trim()).not.toBe('');
    expect(control.trim()).not.toBe('');
  }
});

describe.each(rows)('the proof of T$number', ({ proof }) => {
  test('names tests that exist', () => {
    const proofs = proofsIn(proof);
    expect(proofs).not.toEqual([]);
    for (const { file, title } of proofs) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(titlesIn(file), file).toContain(title);
    }
  });
});

test('no document has a threat that the security page does not lead to', () => {
  const known = [PAGE, ...pages.map(({ document }) => document)];
  expect(documents.filter((document) => rowsOf(document).length > 0).toSorted()).toEqual(known.toSorted());
});

test('every kind of item in the ledger is on the page of what is kept and in one table of items, and no other', () => {
  const sources = ['shared/aws', 'shared/ledger', 'shared/consent', 'shared/campaigns'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => read(`${folder}/${name}`)),
  );
  const kinds = new Set(sources.flatMap((source) => [...source.matchAll(/[`']([A-Z]+)#/g)].map(([, kind]) => kind)));
  expect(kinds.size).toBeGreaterThan(4);
  const kept = [...read('infra/aws/PRIVACY.md').matchAll(/^\| ledger `([A-Z]+)#` \|/gm)].map(([, kind]) => kind);
  const items = documents.flatMap((document) =>
    [...read(document).matchAll(/^\| `([A-Z]+)#` \|/gm)].map(([, kind]) => kind),
  );
  for (const listed of [new Set(kept), items]) expect([...listed].toSorted()).toEqual([...kinds].toSorted());
});

test('every package is pinned and sealed, and none runs a script when it is installed', () => {
  const declared = (file: string) => JSON.parse(read(file)) as Record<string, Record<string, unknown>>;
  const { allowScripts } = declared('package.json');
  for (const file of ['package.json', '.ci/tools/package.json']) {
    const { dependencies, devDependencies, optionalDependencies } = declared(file);
    for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies }))
      expect(version).toMatch(/^(\d+\.\d+\.\d+|file:\.ci\/(tools|ace-builds))$/);
  }
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: true; integrity?: string; inBundle?: true; link?: true }>;
  };
  const scripted = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
  );
  // Any npm heeds the first; one that knows the second says nothing of scripts that were left out on purpose.
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  expect(allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])));
  const unsealed = Object.entries(packages).filter(
    // Folders of this repository, and the links to them.
    ([path, { integrity, inBundle, link }]) =>
      !['', '.ci/tools', '.ci/ace-builds'].includes(path) && !integrity && !inBundle && !link,
  );
  expect(unsealed.map(([path]) => path)).toEqual([]);
});
