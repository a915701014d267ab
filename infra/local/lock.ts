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
  // No data is stored, so there is no rollback and no journal file.
  const database = opened(file, 'PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE', timeoutMs);
  return (
    database &&
    (() => {
      if (database.isOpen) database.close();
    })
  );
};

/**
 * Whether a process holds the lock. It takes a lock that many processes can have at once, so it waits for nothing and no other
 * process that asks is taken for the holder.
 * @throws Error when the file cannot be opened or is no lock
 */
export const isLocked = (file: string): boolean => {
  const database = opened(file, 'BEGIN; SELECT count(*) FROM sqlite_schema', 0);
  database?.close();
  return database === undefined;
};

/** Opens a database and takes a lock on it. @returns undefined when another process holds the lock */
const opened = (file: string, statements: string, timeout: number): DatabaseSync | undefined => {
  const database = new DatabaseSync(file, { timeout });
  try {
    database.exec(statements);
    return database;
  } catch (error) {
    database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined;
    throw error;
  }
};
