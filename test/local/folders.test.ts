import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mediaFolder } from '../../infra/local/folders.ts';
import { tryLock } from '../../infra/local/lock.ts';

const MEDIA = 'face-revalidation-media-';

let temporary: string;

let before: string | undefined;

beforeEach(() => {
  before = process.env.TMPDIR;
  temporary = mkdtempSync(join(tmpdir(), 'process-'));
  process.env.TMPDIR = temporary;
});

afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(temporary, { recursive: true });
});

const leftOver = (name: string) => {
  const folder = join(temporary, `${MEDIA}${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'face'), 'bytes');
  return folder;
};

test('left-over folders are deleted for any current process id, and those of a living process stay', () => {
  const dead = [leftOver(`${process.pid}-abc`), leftOver('1-abc'), leftOver('none-at-all')];
  const held = leftOver('2-abc');
  const release = tryLock(join(held, 'owner.lock'));
  const ours = mediaFolder();
  expect(dead.filter(existsSync)).toEqual([]);
  expect(readdirSync(held)).toContain('face');
  const second = mediaFolder();
  expect(existsSync(ours.folder)).toBe(true);
  release?.();
  second.deleteFolder();
  ours.deleteFolder();
  mediaFolder().deleteFolder();
  expect(readdirSync(temporary)).toEqual([]);
});

test('a path that is no folder, or a link to one elsewhere, is left alone and stops nothing', () => {
  const elsewhere = mkdtempSync(join(temporary, 'elsewhere-'));
  writeFileSync(join(elsewhere, 'precious'), 'x');
  symlinkSync(elsewhere, join(temporary, `${MEDIA}3-link`));
  writeFileSync(join(temporary, `${MEDIA}4-file`), 'x');
  mediaFolder().deleteFolder();
  expect(readdirSync(elsewhere)).toEqual(['precious']);
  expect(existsSync(join(temporary, `${MEDIA}4-file`))).toBe(true);
});

/** Only root can make files of others; an unprivileged process then meets them. */
test.runIf(process.getuid?.() === 0)('the left-over folders of another user are left alone and stop nothing', () => {
  const theirs = leftOver('5-theirs');
  chmodSync(theirs, 0o700);
  chmodSync(temporary, 0o777);
  // The folder of this run of the tests is ours alone; the other user has to pass through it.
  chmodSync(join(temporary, '..'), 0o711);
  mediaFolder().deleteFolder();
  const script = `
    const { mediaFolder } = await import(${JSON.stringify(
      pathToFileURL(join(import.meta.dirname, '../../infra/local/folders.ts')).href,
    )});
    process.setgid(65534);
    process.setuid(65534);
    process.env.TMPDIR = ${JSON.stringify(temporary)};
    const { folder, deleteFolder } = mediaFolder();
    process.stdout.write(folder);
    deleteFolder();`;
  const again = leftOver('6-theirs');
  chmodSync(again, 0o700);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(MEDIA);
  expect(existsSync(again)).toBe(true);
});
