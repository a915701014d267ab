import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a process of this machine still lives; signal 0 only asks. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const MEDIA = 'face-revalidation-media-';

/**
 * A folder for copies of media, gone when this process is. One that was killed could not tidy up, so its folder, which
 * carries its number, is deleted by whoever comes next.
 */
export const mediaFolder = (): { folder: string; forget: () => void } => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(MEDIA))) {
    const pid = Number(name.slice(MEDIA.length).split('-')[0]);
    if (!isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(tmpdir(), `${MEDIA}${process.pid}-`));
  const forget = () => {
    rmSync(folder, { recursive: true, force: true });
    process.off('exit', forget);
  };
  process.once('exit', forget);
  return { folder, forget };
};

/**
 * Makes a folder this process's own. The database underneath would end a second process without a word.
 * @throws Error naming the process that has it
 */
export const lockFolder = (folder: string): void => {
  const file = join(folder, 'owner.pid');
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    const owner = Number(readFileSync(file, 'utf8'));
    if (isAlive(owner)) throw new Error(`process ${owner} works with the ledger in ${folder}; wait until it has ended`);
    writeFileSync(file, String(process.pid));
  }
  process.once('exit', () => rmSync(file, { force: true }));
};
