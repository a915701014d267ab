import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definition } from '../../infra/workflow/definition.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { campaignSteps, fileOf, jobs, routes } from '../../shared/workflow/functions.ts';

const root = join(import.meta.dirname, '../..');

/** Every file of the project: what is committed, and what would be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));

const read = (file: string) => readFileSync(join(root, file), 'utf8');

const linesOf = (file: string) => read(file).trimEnd().split('\n').length;

/** Written by a generator, which is held to what it writes and not to how it looks. */
const generated = ['infra/package/api-types.ts'];

const sources = files.filter((file) => /^(shared|functions|infra)\/.*\.ts$/.test(file) && !generated.includes(file));

const names = [...stepNames, ...Object.keys(routes), ...Object.keys(jobs), ...campaignSteps];

describe('a name', () => {
  test('each step, route and job has one file in functions/, and no other file is there', () => {
    const sources = readdirSync(join(root, 'functions')).filter((file) => file !== 'README.md');
    expect(sources.toSorted()).toEqual(names.map((name) => `${fileOf(name)}.ts`).toSorted());
  });

  test('each step is named by a verb and a noun', () => {
    for (const name of names) expect(name).toMatch(/^([A-Z][a-z]+){2,3}$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test('each state has the name of its step, but for one question, one pause and one end', () => {
    const { States } = definition({ callbackTimeoutSeconds: 60 });
    const others = Object.entries(States).filter(([name]) => !(stepNames as string[]).includes(name));
    expect(Object.keys(States)).toEqual(expect.arrayContaining(stepNames));
    expect(others.map(([name, { Type }]) => [name, Type])).toEqual([
      ['HowToWait', 'Choice'],
      ['FirstPause', 'Wait'],
      ['Failed', 'Fail'],
    ]);
  });

  test('each function appears in every list of functions', () => {
    expect(Object.keys(functionSeconds).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(envKeys).toSorted()).toEqual(names.toSorted());
  });
});

describe.each(names)('the file of %s', (name) => {
  const source = read(`functions/${fileOf(name)}.ts`);

  test('exports its handler, made for this name, and nothing else', () => {
    const exported = [...source.matchAll(/^export\b.*$/gm)].map(([line]) => line);
    expect(exported).toEqual([
      expect.stringMatching(new RegExp(`^export const handler = (step|campaignStep|route|job)\\('${name}', `)),
    ]);
    expect(source).not.toMatch(/module\.exports|export default/);
  });

  test('describes its function in two to six lines directly above the handler', () => {
    const [, doc] = /\/\*\*\n((?: \* .*\n)+) \*\/\nexport const handler/.exec(source) ?? [];
    const lines = doc?.trimEnd().split('\n') ?? [];
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(6);
  });

  test('keeps its handler within 30 lines', () => {
    const handler = /^export const handler =[\s\S]*?\);\n(?=\n|$)/m.exec(source)?.[0] ?? '';
    expect(handler).not.toBe('');
    expect(handler.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  });
});

describe('the files', () => {
  test('the list of files from git is not empty', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources).toContain('shared/workflow/contract.ts');
  });

  test('no file of the product is longer than 250 lines', () => {
    expect(sources.filter((file) => linesOf(file) > 250).map((file) => `${file}: ${linesOf(file)}`)).toEqual([]);
  });

  test('no file is called index, utils or helpers', () => {
    // Web servers look for a page by its name `index.html`.
    expect(
      files.filter((file) => /^(index(?!\.html$)|utils?|helpers?|misc|common)\.\w+$/i.test(basename(file))),
    ).toEqual([]);
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\//i.test(file))).toEqual([]);
  });

  test('no file only exports what others define', () => {
    expect(sources.filter((file) => /^export \* /m.test(read(file)))).toEqual([]);
    const declares =
      /^(export )?(default )?(abstract )?(const|class|type|async function|function|new|declare|await)\b/m;
    expect(sources.filter((file) => !declares.test(read(file)))).toEqual([]);
  });

  test('every file name is in kebab-case', () => {
    const ours = files.filter((file) => /^(shared|functions|infra|test)\/.*\.ts$/.test(file));
    expect(ours.filter((file) => !/^[a-z0-9-]+(\.test|\.d|\.config)?\.ts$/.test(basename(file)))).toEqual([]);
  });

  test('no file reads the environment at import, or anywhere but in one module', () => {
    const readers = sources.filter((file) => file.startsWith('shared/') || file.startsWith('functions/'));
    expect(readers.filter((file) => read(file).includes('process.env'))).toEqual(['shared/lambda/env.ts']);
  });

  test('the top level holds four folders and only the files that must be there', () => {
    const top = new Set(files.map((file) => file.split('/')[0] ?? '').filter((name) => !name.startsWith('.')));
    const allowed = [
      'infra',
      'functions',
      'shared',
      'test',
      'cdk.json',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'README.md',
      'README.es.md',
      'README.pt.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
    ];
    expect([...top].filter((name) => !allowed.includes(name))).toEqual([]);
    expect(allowed.filter((name) => !top.has(name))).toEqual([]);
  });
});
