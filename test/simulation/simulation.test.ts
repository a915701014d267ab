import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { chaosGuards } from './chaos/guards.ts';
import { naive } from './designs/naive.ts';
import { liveGuards } from './live/guards.ts';
import { meetingGuards } from './prove/guards.ts';

const root = join(import.meta.dirname, '../..');

/** Runs a script of the harness: it lives on a clock of its own, which no test runner can share. */
const run = async (script: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'test/simulation', script), ...args], { cwd: root }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );

const hashIn = (stdout: string) => /^hash (\w+)$/m.exec(stdout)?.[1];

// Half a minute of work on two cores each, and many minutes on a machine that is busy.
describe('the proof', { timeout: 600_000 }, () => {
  test('of the meeting points holds in a sample, and fails for the published designs', async () => {
    const { code, stdout } = await run('prove.ts', '--sample');
    expect(stdout).toMatch(/, 5 of 5 guards and designs proven needed or wanting, 0 broken/);
    expect(code).toBe(0);
  });

  test('holds for a fixed set of seeds', async () => {
    const { code, stdout } = await run('chaos.ts', '--seed', '1', '--runs', '300');
    expect(stdout).toMatch(/^300 runs, 300 held, /m);
    expect(code).toBe(0);
  });

  test('holds for a fresh set of seeds', async () => {
    const { code, stdout } = await run('chaos.ts', '--runs', '300');
    expect(stdout).toMatch(/^300 runs, 300 held, /m);
    expect(code).toBe(0);
  });

  test('finds a design that does not hold', async () => {
    const { code, stdout } = await run('chaos.ts', '--seed', '1', '--runs', '100', '--without', 'naive');
    const [, held] = /^100 runs, (\d+) held, /m.exec(stdout) ?? [];
    expect(Number(held)).toBeLessThan(0.6 * 100);
    expect(code).toBe(1);
  });
});

describe('a guard that the proof takes away', () => {
  const guards = [...meetingGuards, ...liveGuards, ...chaosGuards, ...naive.mutations];

  test.each(guards)('appears once in its file: $file, $find', ({ file, find }) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
  });

  // A name that does not exist any more fails every run, and the guard seems needed.
  test('leaves a source that parses and uses no undeclared name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guards-'));
    for (const [n, { file, find, replace }] of guards.entries()) {
      const source = readFileSync(join(root, file), 'utf8');
      writeFileSync(join(folder, `${n}.ts`), source.split(find).join(replace));
    }
    const biome = join(root, 'node_modules/.bin/biome');
    const args = ['lint', '--only=correctness/noUndeclaredVariables', '--colors=off', folder];
    const { stdout, stderr } = await promisify(execFile)(biome, args, { cwd: folder }).catch((error) => error);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Checked ${guards.length} files`));
  });
});

describe('a seed', () => {
  test.each([1, 12, 53])('gives the same run again, also after others in the same process: %i', async (seed) => {
    const job = JSON.stringify({ first: seed - 1, step: 1, runs: 2, trace: true });
    const [alone, after] = await Promise.all([
      run('chaos.ts', '--seed', String(seed), '--runs', '1', '--trace'),
      run('chaos/job.ts', job),
    ]);
    expect(hashIn(alone.stdout)).toMatch(/^\w{16}$/);
    expect(JSON.parse(after.stdout).trace).toEqual(alone.stdout.trimEnd().split('\n'));
  });
});

describe('the command line of the proof', () => {
  test.each(['prove.ts', 'chaos.ts'])('of %s prints its help, and refuses unknown arguments', async (script) => {
    expect(await run(script, '--help')).toEqual({ code: 0, stdout: expect.stringContaining('--seed N') });
    expect((await run(script, '--sed', '1')).code).toBe(2);
    expect((await run(script, '--seed', 'x')).code).toBe(2);
  });

  test('lists at least 45 rows of the table of faults', async () => {
    const { stdout } = await run('chaos.ts', '--rows');
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(45);
  });

  test('removes a guard by name, and prints what then breaks', async () => {
    const { code, stdout } = await run(
      'chaos.ts',
      '--seed',
      '1',
      '--runs',
      '5',
      '--without',
      'an intent is closed once its call is resolved',
    );
    expect(stdout).toContain("a person's intent was left open");
    expect(code).toBe(1);
  });
});
