import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bothSides } from './flow.ts';
import { costOf } from './throughput.ts';

// The younger side of B2: as many runs as it is told to make, each time answered with what one of them cost.
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const { ours, close } = await bothSides(0, folder);
process.on('message', async (count: number) => process.send?.(await costOf(count, ours)));
process.once('disconnect', async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
