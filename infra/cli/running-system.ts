import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LOCK_TIMEOUT_MS } from '../local/folders.ts';
import { tryLock } from '../local/lock.ts';
import type { Bucket } from '../local/put-media.ts';
import { UsageError } from './arguments.ts';

/** Where a world that runs can be found from another terminal, and the lock it holds as long as it lives. Git-ignored. */
const FILE = '.world.json';

const LOCK = '.world.lock';

/** The way into a world that stands before the sandbox; its credentials open nothing else, and end with it. */
export type RunningSystem = Bucket & { sandboxOrigin: string };

/**
 * Tells other terminals of this world.
 * @returns the way to take it back
 * @throws UsageError when another world runs here already
 */
export const announce = (world: RunningSystem): (() => void) => {
  const release = tryLock(LOCK, LOCK_TIMEOUT_MS);
  if (!release) throw new UsageError('a world is running here already, in another terminal');
  // Written again, since the permissions of an existing file would stay.
  rmSync(FILE, { force: true });
  writeFileSync(FILE, JSON.stringify(world), { mode: 0o600 });
  return () => {
    rmSync(FILE, { force: true });
    release();
  };
};

/** @throws UsageError when no world runs */
export const findRunning = (): RunningSystem => {
  const release = tryLock(LOCK, LOCK_TIMEOUT_MS);
  release?.();
  if (!release) return JSON.parse(readFileSync(FILE, 'utf8')) as RunningSystem;
  throw new UsageError('no world is running here; start one with "npm start" in another terminal');
};
