import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives one run of the tests a temporary folder of its own, before its workers start: another run on the same machine, of
 * another version maybe, deletes what it takes for left over. Vitest calls what this gives back when all tests have ended.
 */
export default () => {
  const folder = mkdtempSync(join(tmpdir(), 'frv-'));
  Object.assign(process.env, { TMPDIR: folder, TMP: folder, TEMP: folder });
  mkdirSync(join(folder, 'synthesized-templates'));
  // Workers and commands load the same packages: what one has compiled is read by the next. A worker writes as it ends, so not in the
  // folder that is deleted.
  process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/compiled');
  // The compiler and the bundler end soon: what their collector does while they work is a quarter of their processor time. So it begins at 2 GB.
  Object.assign(process.env, { GOGC: 'off', GOMEMLIMIT: '2GiB' });
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
};
