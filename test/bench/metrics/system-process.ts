import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atOnce, bothSides } from './flow.ts';

/** What a side of B2's growth is told: to make so many runs, or to say what it holds. */
export type Order = number | 'heap';

/** Processor time, not time: what else the machine does is not the run's. Milliseconds a run. */
const costOf = async (runs: number, work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await atOnce(16, runs, work);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / runs;
};

/** In MB. Throws optimized code away, some 600 functions of it, so it is not asked for just before time is taken. */
const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

// One process holds one system, so each side of B2's growth is a process that does as it is told and answers with a number.
const folder = mkdtempSync(join(tmpdir(), 'bench-'));

const { ours, close } = await bothSides(0, folder);

process.on('message', async (order: Order) => process.send?.(order === 'heap' ? heap() : await costOf(order, ours)));

process.once('disconnect', async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
