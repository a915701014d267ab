import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

// Beside the other tests: many of them wait, and the compiler and the linter work on all cores.
test('the repository passes its type check and its linter', { timeout: 600_000 }, async () => {
  const ended = await promisify(execFile)('npm', ['run', '-s', 'check'], { cwd: root }).then(
    () => ({ code: 0, found: '' }),
    ({ code, stdout, stderr }) => ({ code, found: `${stdout}${stderr}` }),
  );
  expect(ended).toEqual({ code: 0, found: '' });
});
