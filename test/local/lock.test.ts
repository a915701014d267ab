import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../infra/local/folders.ts';
import { isLocked, tryLock } from '../../infra/local/lock.ts';

const lockModule = pathToFileURL(join(import.meta.dirname, '../../infra/local/lock.ts')).href;

let folder: string;

let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Another process that asks for a lock when it is told to, says what came of it, and lives until it is killed. */
const other = (file: string) => {
  const script = `
    const { tryLock } = await import(${JSON.stringify(lockModule)});
    process.stdin.once('data', () => process.stdout.write(tryLock(${JSON.stringify(file)}, 1000) ? 'got' : 'held'));
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const said = async () => String((await once(child.stdout, 'data'))[0]);
  return {
    ready: said(),
    ask: () => {
      child.stdin.write('now');
      return said();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

test('a lock of another process is free when that process is killed', async () => {
  const file = join(folder, 'owner.lock');
  const holder = other(file);
  expect(await holder.ready).toBe('ready');
  expect(await holder.ask()).toBe('got');
  expect(tryLock(file)).toBeUndefined();
  await holder.kill();
  const release = tryLock(file);
  expect(release).toBeTypeOf('function');
  release?.();
});

test('exactly one of several concurrent processes gets the lock of a dead one', async () => {
  const file = join(folder, 'owner.lock');
  const dead = other(file);
  await dead.ready;
  expect(await dead.ask()).toBe('got');
  await dead.kill();
  const rivals = Array.from({ length: 4 }, () => other(file));
  await Promise.all(rivals.map(({ ready }) => ready));
  const answers = await Promise.all(rivals.map(({ ask }) => ask()));
  expect(answers.toSorted()).toEqual(['got', 'held', 'held', 'held']);
});

test('a ledger is free when its last owner left an empty file, or a number that is used again', () => {
  for (const left of ['', String(process.pid), '1', 'garbage']) {
    writeFileSync(join(folder, 'owner.pid'), left);
    lockFolder(folder)();
  }
  // The lock file itself is empty as long as it is whole.
  writeFileSync(join(folder, 'owner.lock'), '');
  lockFolder(folder)();
});

test('a ledger is locked against its own process too, until it is released', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(/another process works with the ledger in .*lock-/);
  release();
  lockFolder(folder)();
});

test('a lock is seen as held until it is released, and can be taken after it was checked', () => {
  const file = join(folder, 'owner.lock');
  expect(isLocked(file)).toBe(false);
  const release = tryLock(file);
  expect([isLocked(file), isLocked(file)]).toEqual([true, true]);
  release?.();
  expect(isLocked(file)).toBe(false);
  expect(tryLock(file)).toBeTypeOf('function');
});

test('a process that checks a lock is not taken for its holder', () => {
  const file = join(folder, 'owner.lock');
  const checking = new DatabaseSync(file);
  checking.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  expect(isLocked(file)).toBe(false);
  checking.close();
});
