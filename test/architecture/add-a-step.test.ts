import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const run = promisify(execFile);

/** One snippet of the worked example: a new file, or a change as context, removed and added lines. */
type Snippet = { file: string; kind: 'diff' | 'ts'; lines: string[] };

/** The snippets of the chapter, each under the file that its numbered item names. */
const snippetsIn = (document: string): Snippet[] => {
  const [, chapter = ''] = document.split('\n## Add a step\n');
  const snippets: Snippet[] = [];
  let file = '';
  let open: Snippet | undefined;
  for (const line of chapter.split('\n## ')[0]?.split('\n') ?? []) {
    file = /^\d+\. `([^`]+)`/.exec(line)?.[1] ?? file;
    const kind = /^ {3}```(diff|ts)$/.exec(line)?.[1] as Snippet['kind'] | undefined;
    if (kind) open = { file, kind, lines: [] };
    else if (open && line === '   ```') {
      snippets.push(open);
      open = undefined;
    } else open?.lines.push(line.slice(3));
  }
  return snippets;
};

const apply = (folder: string, { file, kind, lines }: Snippet): void => {
  const path = join(folder, file);
  if (kind === 'ts') {
    if (existsSync(path)) throw new Error(`${file} exists already`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return;
  }
  const side = (other: string) =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = readFileSync(path, 'utf8').split(side('+'));
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times: ${side('+')}`);
  writeFileSync(path, parts.join(side('-')));
};

const sources = ['functions', 'infra', 'shared'];

const sourcesIn = (folder: string): string[] =>
  sources.flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(name, file)),
  );

const snippets = snippetsIn(readFileSync(join(root, 'functions/README.md'), 'utf8'));

describe('the worked example of "Add a step"', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'add-a-step-'));
    for (const name of [...sources, 'package.json', 'tsconfig.json']) {
      mkdirSync(dirname(join(copy, name)), { recursive: true });
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const snippet of snippets) apply(copy, snippet);
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('touches the files that it names, and at most four source files', () => {
    const read = (folder: string, file: string) =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined;
    const touched = sourcesIn(copy).filter((file) => read(copy, file) !== read(root, file));
    expect(touched.toSorted()).toEqual([...new Set(snippets.map(({ file }) => file))].toSorted());
    expect(touched).toHaveLength(4);
  });

  test('passes the type check', async () => {
    const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', copy, '--singleThreaded']).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  test('deploys the step as a function with its permissions, and as a state between its neighbours', async () => {
    const script = `
      import { Config } from './infra/aws/config.ts';
      import { synthesize } from './infra/local/synthesize.ts';
      import { resourcesOf } from './infra/local/template.ts';
      import { definition } from './infra/workflow/definition.ts';
      const template = synthesize(Config.parse({}));
      const { States } = definition({ callbackTimeoutSeconds: 60 });
      const found = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) => id.includes('CheckRisk'));
      const policies = Object.entries(template.Resources)
        .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes('CheckRisk'))
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action));
      console.log(JSON.stringify({
        handlers: found.map(({ properties }) => [properties.Handler, properties.Timeout]),
        policies,
        states: [States.CheckEnrollment.Next, States.CheckRisk.Next, States.CheckRisk.ResultPath],
        never: States.CheckRisk.Retry[0],
        ends: States.CheckRisk.Catch.map(({ Next }) => Next),
      }));`;
    writeFileSync(join(copy, 'synthesize.mts'), script);
    const { stdout } = await run(process.execPath, ['synthesize.mts'], { cwd: copy });
    const { handlers, policies, states, never, ends } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(handlers).toEqual([['check-risk.handler', 15]]);
    expect(policies).toEqual(expect.arrayContaining(['dynamodb:Query', 'dynamodb:BatchGetItem']));
    expect(policies).not.toContain('dynamodb:PutItem');
    expect(states).toEqual(['CheckRisk', 'CreateValidation', '$.risk']);
    // A refusal that the new function throws is not retried, and ends the case as refused.
    expect(never).toMatchObject({ ErrorEquals: expect.arrayContaining(['RequestInvalidError']), MaxAttempts: 0 });
    expect(ends).toEqual(['RecordRefusal', 'RecordFailure']);
  });
});

test('the check of the example sees a change whose context is not there', () => {
  const diff = (line: string): Snippet => ({ file: 'package.json', kind: 'diff', lines: [` ${line}`, '+new'] });
  expect(() => apply(root, diff('is in no file'))).toThrow('package.json holds 0 times');
  expect(snippetsIn('# A\n\n## Add a step\n\n1. `a.ts`: b\n\n   ```diff\n    c\n   +d\n   ```\n\n## Why')).toEqual([
    { file: 'a.ts', kind: 'diff', lines: [' c', '+d'] },
  ]);
});
