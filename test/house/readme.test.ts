import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { architecture } from '../../infra/docs/architecture.ts';
import { drawn, drawnOfScale, scalePage, withDrawn } from '../../infra/docs/readme.ts';
import { synthesize } from '../../infra/local/template.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { functionNames } from '../../shared/workflow/functions.ts';

const root = join(import.meta.dirname, '../..');

const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the drawn parts of the README are what the code draws today (npm run -s readme)', () => {
  expect(withDrawn(readme)).toBe(readme);
});

test('so are those of the page about scale', () => {
  const page = readFileSync(scalePage, 'utf8');
  expect(withDrawn(page, drawnOfScale)).toBe(page);
});

test('a README without a place for a drawn part is an error', () => {
  expect(() => withDrawn(readme.replace('<!-- machine -->', ''))).toThrow(/no place for "machine"/);
});

test('the picture shows every state', () => {
  const picture = drawn.machine?.() ?? '';
  for (const name of stepNames) expect(picture).toContain(`<b>${name}</b>`);
  // A label that says more than the Catch does would send a reader the wrong way.
  const refusedTo = [...picture.matchAll(/\|refused\| (\w+)/g)].map(([, to]) => to);
  expect(new Set(refusedTo)).toEqual(new Set(['RecordRefusal']));
  expect(picture).toContain('HowToWait{');
  expect(picture).toContain('Failed[[');
});

test('the picture of the house shows every function, and draws an arrow only where the template has one', () => {
  const picture = drawn.architecture?.() ?? '';
  for (const name of functionNames) expect(picture).toMatch(new RegExp(`[>, ]${name}\\b`));
  const template = synthesize(Config.parse({}));
  const isDenied = ({ Action }: { Action: string | string[] }) => String(Action).includes('secretsmanager:');
  for (const { Properties } of Object.values(template.Resources)) {
    const document = Properties?.PolicyDocument as { Statement: { Action: string | string[] }[] } | undefined;
    if (document) document.Statement = document.Statement.filter((statement) => !isDenied(statement));
  }
  expect(picture).toContain('| secrets');
  expect(architecture(template)).not.toContain('| secrets');
});

test('every file and script the README names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/`((?:infra|functions|shared|test)\/[\w./-]*)`/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const run = [...readme.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name ?? '');
  expect(run.length).toBeGreaterThan(3);
  expect(run.filter((name) => !(name in scripts))).toEqual([]);
});
