import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../local/deployment.ts';
import { LOCK_TIMEOUT_MS } from '../../local/folders.ts';
import { isLocked, tryLock } from '../../local/lock.ts';
import type { Bucket } from '../../local/put-media.ts';
import { wordsFor } from './installation.ts';
import { UsageError } from './usage.ts';

/** The file by which other terminals find the running local system, and the lock that it holds. Both are git-ignored. */
const FILE = '.local-system.json';

const LOCK = '.local-system.lock';

/** Everything that a command needs to work with the running local system. Its credentials open nothing else, and end with it. */
export type RunningSystem = Bucket & {
  sandboxOrigin: string;
  /** Whether the system registers unknown enrollments itself. */
  autoEnroll: boolean;
  deployment: Deployment;
  endpoints: Readonly<Record<string, string>>;
};

/**
 * Takes the lock of the local system in a folder, before anything is started.
 * @returns a function that writes the file for other terminals, and one that removes file and lock
 * @throws UsageError when another local system runs there
 */
export const reserve = (folder: string) => {
  const release = tryLock(join(folder, LOCK), LOCK_TIMEOUT_MS);
  const file = join(folder, FILE);
  if (!release) {
    throw new UsageError(
      `a local system is running already, in another terminal (${apiOf(file)}): Ctrl-C there ends it`,
    );
  }
  return {
    publish: (system: RunningSystem): void => {
      // Written again, since the permissions of an existing file would stay.
      rmSync(file, { force: true });
      writeFileSync(file, JSON.stringify(system), { mode: 0o600 });
    },
    release: (): void => {
      rmSync(file, { force: true });
      release();
    },
  };
};

const apiOf = (file: string): string => {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as RunningSystem).deployment.outputs.ApiUrl ?? 'starting';
  } catch {
    return 'starting';
  }
};

/** @returns undefined when no local system runs in this folder */
export const findRunning = (folder: string): RunningSystem | undefined => {
  if (!isLocked(join(folder, LOCK))) return undefined;
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as RunningSystem;
  } catch {
    throw new UsageError('the local system is still starting: try again when it says that it is ready');
  }
};

/** @throws UsageError when none runs */
export const requireRunning = (folder: string): RunningSystem => {
  const running = findRunning(folder);
  if (running) return running;
  throw new UsageError(
    `no local system is running here: start one in another terminal with "${wordsFor('start')}", or give --stage`,
  );
};
