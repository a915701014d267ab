import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './lock.ts';

/** How long to try for a lock, so that a process that only tests it does not count as its holder. Milliseconds. */
export const LOCK_TIMEOUT_MS = 1000;

const MEDIA = 'face-revalidation-media-';

const OWNER = 'owner.lock';

/** How often a new folder is made when another process deletes it as unused before it is locked. */
const TRIES = 10;

/**
 * A folder for copies of media, deleted when this process ends. A killed process cannot delete its folder; then the lock in it is
 * free, and the next process deletes it.
 */
export const mediaFolder = (): { folder: string; deleteFolder: () => void } => {
  deleteUnused();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const folder = mkdtempSync(join(tmpdir(), `${MEDIA}${process.pid}-`));
    const release = lockNew(folder);
    if (!release) continue;
    const deleteFolder = () => {
      release();
      rmSync(folder, { recursive: true, force: true });
      process.off('exit', deleteFolder);
    };
    process.once('exit', deleteFolder);
    return { folder, deleteFolder: deleteFolder };
  }
  throw new Error(`no folder for media could be made in ${tmpdir()}`);
};

/** Locks a new folder. @returns undefined when another process, which then held the lock, has deleted the folder */
const lockNew = (folder: string): (() => void) | undefined => {
  const file = join(folder, OWNER);
  try {
    const release = tryLock(file, LOCK_TIMEOUT_MS);
    if (existsSync(file)) return release;
    release?.();
  } catch (error) {
    if (existsSync(folder)) throw error;
  }
  return undefined;
};

/** Deletes unlocked folders of this user. Errors are ignored: the operating system clears its temporary folder itself. */
const deleteUnused = (): void => {
  for (const name of mediaFolders()) {
    try {
      const folder = join(tmpdir(), name);
      const stat = lstatSync(folder);
      if (!stat.isDirectory() || (process.getuid && stat.uid !== process.getuid())) continue;
      const release = tryLock(join(folder, OWNER));
      if (!release) continue;
      try {
        rmSync(folder, { recursive: true, force: true });
      } finally {
        release();
      }
    } catch {
      // Another process was faster, or the folder is not one of ours.
    }
  }
};

const mediaFolders = (): string[] => {
  try {
    return readdirSync(tmpdir()).filter((entry) => entry.startsWith(MEDIA));
  } catch {
    return [];
  }
};

/**
 * Locks a folder for this process, until it ends or unlocks it. The database in it would end a second process without a message.
 * @returns unlocks the folder
 * @throws Error when another process has the lock, or the folder cannot be locked
 */
export const lockFolder = (folder: string): (() => void) => {
  const release = tryLock(join(folder, OWNER), LOCK_TIMEOUT_MS);
  if (!release) throw new Error(`another process works with the ledger in ${folder}; wait until it has ended`);
  return release;
};
