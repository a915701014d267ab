import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from '../process.ts';
import { UsageError } from './arguments.ts';

/** Where a world that runs can be found from another terminal. Git-ignored; it holds no secret. */
const FILE = '.world.json';

export type RunningWorld = { pid: number; s3Origin: string; bucket: string; sandboxOrigin: string };

/** @throws UsageError when another world runs already */
export const announce = (world: RunningWorld): void => {
  const standing = readWorld();
  if (standing) throw new UsageError(`a world is running here already, as process ${standing.pid}`);
  writeFileSync(FILE, JSON.stringify(world));
};

export const withdraw = (): void => rmSync(FILE, { force: true });

const readWorld = (): RunningWorld | undefined => {
  const world = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as RunningWorld) : undefined;
  return world && isAlive(world.pid) ? world : undefined;
};

/** @throws UsageError when no world runs */
export const findWorld = (): RunningWorld => {
  const world = readWorld();
  if (world) return world;
  throw new UsageError('no world is running here; start one with "npm start" in another terminal');
};
