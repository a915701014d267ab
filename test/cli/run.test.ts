import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cloneCommands as commands } from '../../infra/cli/program/clone-commands.ts';
import { runHere } from '../support/command-line.ts';
import { root } from '../support/commands.ts';

const names = commands.map(({ name }) => name);

const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

describe('the command line', () => {
  test('lists every command with its summary', async () => {
    const { code, out } = await runHere(['--help'], tmpdir());
    expect(code).toBe(0);
    for (const { name, summary } of commands)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
  });

  test.each(['--version', '-V'])('prints its version for %s', async (flag) => {
    expect(await runHere([flag], tmpdir())).toMatchObject({ code: 0, out: version });
  });

  test('prints the help and exits 2 when no command is given', async () => {
    const { code, out, err } = await runHere([], tmpdir());
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: face-revalidation');
  });

  test.each([
    [['strat'], "unknown command 'strat' (Did you mean start?) (--help shows how)"],
    [['start', '--prot', '1'], "unknown option '--prot' (Did you mean --port?) (--help shows how)"],
    [['start', 'now'], "too many arguments for 'start'. Expected 0 arguments but got 1: now. (--help shows how)"],
    [['enroll', 'a'], "missing required argument 'enrollment' (--help shows how)"],
    [['spend', '--from'], "option '--from <day>' argument missing (--help shows how)"],
    [['spend', '--json', '--json'], '--json: is given twice, and takes one value (--help shows how)'],
  ])('answers %j in one line, and exits 2', async (argv, line) => {
    expect(await runHere(argv, tmpdir())).toMatchObject({ code: 2, out: '', err: line });
  });
});

describe.each(names)('%s', (name) => {
  test.each(['--help', '-h'])('prints its help for %s, in lines of at most 140 columns', async (flag) => {
    const { code, out, err } = await runHere([name, flag], tmpdir());
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: face-revalidation ${name}`);
    // Text of our own is not wrapped, so its lines are short in the source.
    expect(out.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });
});

test('main.ts is executable, and writes no colour where NO_COLOR or a pipe forbids it', () => {
  const env = { ...process.env, NO_COLOR: '1', PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  const { status, stdout } = spawnSync(join(root, 'infra/cli/main.ts'), ['--help'], { env, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).not.toContain('\u001b');
});
