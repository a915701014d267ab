import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './lock.ts';

/** How long a lock is asked for, so that one who only looks at it is not taken for its holder. Milliseconds. */
export const PATIENCE_MS = 1000;

const MEDIA = 'face-revalidation-media-';

const OWNER = 'owner.lock';

/** How often a new folder is made when another process takes it for a left-over before it is locked. */
const TRIES = 10;

/**
 * A folder for copies of media, gone when this process is. One that was killed could not tidy up; the lock in its folder
 * is free then, and the next process deletes it.
 */
export const mediaFolder = (): { folder: string; forget: () => void } => {
  deleteLeftOvers();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const folder = mkdtempSync(join(tmpdir(), `${MEDIA}${process.pid}-`));
    const release = ownOf(folder);
    if (!release) continue;
    const forget = () => {
      release();
      rmSync(folder, { recursive: true, force: true });
      process.off('exit', forget);
    };
    process.once('exit', forget);
    return { folder, forget };
  }
  throw new Error(`no folder for media could be kept in ${tmpdir()}`);
};

/** Locks a new folder. @returns undefined when it was deleted meanwhile: who deletes holds the lock, and we hold it after that */
const ownOf = (folder: string): (() => void) | undefined => {
  const file = join(folder, OWNER);
  try {
    const release = tryLock(file, PATIENCE_MS);
    if (existsSync(file)) return release;
    release?.();
  } catch (error) {
    if (existsSync(folder)) throw error;
  }
  return undefined;
};

/** Only our own user's folders are looked at, and nothing there can stop us: the system clears its temporary folder itself. */
const deleteLeftOvers = (): void => {
  for (const name of leftOvers()) {
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
      // Another process was faster, or the folder is not what it seems.
    }
  }
};

const leftOvers = (): string[] => {
  try {
    return readdirSync(tmpdir()).filter((entry) => entry.startsWith(MEDIA));
  } catch {
    return [];
  }
};

/**
 * Makes a folder this process's own, until it ends or lets go. The database underneath would end a second process without
 * a word.
 * @returns the way to let go
 * @throws Error when another process has it, or the folder cannot be locked
 */
export const lockFolder = (folder: string): (() => void) => {
  const release = tryLock(join(folder, OWNER), PATIENCE_MS);
  if (!release) throw new Error(`another process works with the ledger in ${folder}; wait until it has ended`);
  return release;
};
