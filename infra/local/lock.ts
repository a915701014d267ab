import { DatabaseSync } from 'node:sqlite';

/** SQLite's code for a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/**
 * Takes a lock that the system frees when its holder dies, however it dies: the file's contents are never read, so no
 * number of a process that was used again and no half-written file can mislead. Node has no file locks of its own; its
 * SQLite does (`fcntl`, on Windows `LockFileEx`), and of two that take one lock at once exactly one gets it. The packages
 * were looked at: `proper-lockfile` goes by the file's time, `fs-ext` compiles when it is installed.
 * @param patienceMs how long to wait for another holder, with this process standing still
 * @returns the way to let go; undefined when another holds it
 * @throws Error when the file cannot be opened or is no lock
 */
export const tryLock = (file: string, patienceMs = 0): (() => void) | undefined => {
  const database = new DatabaseSync(file, { timeout: patienceMs });
  try {
    // Nothing is ever stored, so there is nothing to roll back, and no journal to leave behind.
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined;
    throw error;
  }
  return () => {
    if (database.isOpen) database.close();
  };
};
