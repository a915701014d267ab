import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from '../process.ts';
import { UsageError } from './arguments.ts';

/** Where a world that runs can be found from another terminal. Git-ignored; it holds no secret. */
const FILE = '.world.json';

export type RunningWorld = { pid: number; s3Origin: string; bucket: string; sandboxOrigin: string };

export const announce = (world: RunningWorld): void => writeFileSync(FILE, JSON.stringify(world));

export const withdraw = (): void => rmSync(FILE, { force: true });

/** @throws UsageError when no world runs */
export const findWorld = (): RunningWorld => {
  const world = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as RunningWorld) : undefined;
  if (world && isAlive(world.pid)) return world;
  throw new UsageError('no world is running here; start one with "npm start" in another terminal');
};
