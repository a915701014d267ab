import { DatabaseSync } from 'node:sqlite';

/** SQLite's code for a lock of another holder. */
const SQLITE_BUSY = 5;

/**
 * Takes a lock that the operating system frees when its holder ends in any way. The file's contents are never read, so a reused
 * process id or a half-written file cannot mislead. Node has no file locks; its SQLite has (`fcntl`, on Windows `LockFileEx`), and
 * exactly one of two processes gets a lock. Why no package: `proper-lockfile` depends on the file's time, `fs-ext` compiles at its
 * installation.
 * @param timeoutMs how long to wait for another holder; it blocks this process. Milliseconds
 * @returns unlocks it; undefined when another process holds the lock
 * @throws Error when the file cannot be opened or is no lock
 */
export const tryLock = (file: string, timeoutMs = 0): (() => void) | undefined => {
  const database = new DatabaseSync(file, { timeout: timeoutMs });
  try {
    // No data is stored, so there is no rollback and no journal file.
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
