import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { envKeys } from '../../infra/aws/function-env.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { fileOf, jobs, routes } from '../../shared/workflow/functions.ts';

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

const names = [...stepNames, ...Object.keys(routes), ...Object.keys(jobs)];

describe('a name', () => {
  test('of a step, a route or a job is a file in functions/, and every file there is one', () => {
    const sources = readdirSync(join(root, 'functions')).filter((file) => file !== 'README.md');
    expect(sources.toSorted()).toEqual(names.map((name) => `${fileOf(name)}.ts`).toSorted());
  });

  test('of a step is a verb and a noun', () => {
    for (const name of names) expect(name).toMatch(/^([A-Z][a-z]+){2,3}$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test('of a state is that of a step, but for one question, one pause and one end', () => {
    const { States } = definition({ callbackTimeoutSeconds: 60 });
    const others = Object.entries(States).filter(([name]) => !(stepNames as string[]).includes(name));
    expect(Object.keys(States)).toEqual(expect.arrayContaining(stepNames));
    expect(others.map(([name, { Type }]) => [name, Type])).toEqual([
      ['HowToWait', 'Choice'],
      ['FirstPause', 'Wait'],
      ['Failed', 'Fail'],
    ]);
  });

  test('of a function stands in every list of functions', () => {
    expect(Object.keys(functionSeconds).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(envKeys).toSorted()).toEqual(names.toSorted());
  });
});

describe.each(names)('the file of %s', (name) => {
  const source = read(`functions/${fileOf(name)}.ts`);

  test('exports its handler, made for this name, and nothing else', () => {
    const exported = [...source.matchAll(/^export\b.*$/gm)].map(([line]) => line);
    expect(exported).toEqual([
      expect.stringMatching(new RegExp(`^export const handler = (step|route|job)\\('${name}', `)),
    ]);
    expect(source).not.toMatch(/module\.exports|export default/);
  });

  test('tells the place of its function in the story, in two to six lines right above the handler', () => {
    const [, doc] = /\/\*\*\n((?: \* .*\n)+) \*\/\nexport const handler/.exec(source) ?? [];
    const lines = doc?.trimEnd().split('\n') ?? [];
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(6);
  });
});

describe('the files', () => {
  test('are what git knows of: this check looks at something', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources).toContain('shared/workflow/contract.ts');
  });

  test('of the product are at most 250 lines long', () => {
    expect(sources.filter((file) => linesOf(file) > 250).map((file) => `${file}: ${linesOf(file)}`)).toEqual([]);
  });

  test('are called by what is in them: no index, no utils, no helpers', () => {
    expect(files.filter((file) => /^(index|utils?|helpers?|misc|common)\.\w+$/i.test(basename(file)))).toEqual([]);
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\//i.test(file))).toEqual([]);
  });

  test('hold something of their own: none only hands on what others export', () => {
    expect(sources.filter((file) => /^export \* /m.test(read(file)))).toEqual([]);
    const declares =
      /^(export )?(default )?(abstract )?(const|class|type|async function|function|new|declare|await)\b/m;
    expect(sources.filter((file) => !declares.test(read(file)))).toEqual([]);
  });

  test('of ours are called in kebab-case', () => {
    const ours = files.filter((file) => /^(shared|functions|infra|test)\/.*\.ts$/.test(file));
    expect(ours.filter((file) => !/^[a-z0-9-]+(\.test|\.d|\.config)?\.ts$/.test(basename(file)))).toEqual([]);
  });

  test('read no environment but through one door, and never at import', () => {
    const readers = sources.filter((file) => file.startsWith('shared/') || file.startsWith('functions/'));
    expect(readers.filter((file) => read(file).includes('process.env'))).toEqual(['shared/lambda/env.ts']);
  });

  test('lie at the top in four folders and the files that must stand there', () => {
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
