import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openOut } from '../../infra/cli/program/out-file.ts';
import { UsageError } from '../../infra/cli/program/usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-out-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('--out', () => {
  test('keeps an existing result until the new one is there, and then replaces all of it', () => {
    writeFileSync(join(folder, 'old.json'), 'a long result of an earlier run');
    const out = openOut('old.json', { folder });
    expect(text('old.json')).toBe('a long result of an earlier run');
    out.write('{}', 'approved');
    out.close();
    expect(text('old.json')).toBe('{}\n');
  });

  test('leaves no new file when the run gave no result', () => {
    const out = openOut('new.json', { folder });
    expect(existsSync(join(folder, 'new.json'))).toBe(true);
    out.close();
    expect(existsSync(join(folder, 'new.json'))).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('makes a new file that its owner alone reads', () => {
    const out = openOut('own.json', { folder });
    out.write('{}', 'approved');
    out.close();
    expect(statSync(join(folder, 'own.json')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['.', '--out: . is a folder; name a file'],
    ['none/x.json', '--out: none/x.json cannot be written (ENOENT)'],
  ])('refuses %s', (given, line) => {
    expect(() => openOut(given, { folder })).toThrow(new UsageError(line));
  });
});
