import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Plan, Simulated } from './simulation.ts';

/** Runs the script: it lives on a clock of its own, which no test runner can share. */
const run = async (...args: string[]) => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'simulate.ts'), ...args]);
  return JSON.parse(stdout);
};

const simulated = (plan: Plan): Promise<Simulated> => run('--plan', JSON.stringify(plan));

// A minute of work, and more on a machine that is busy.
describe('a campaign in virtual time', { timeout: 600_000 }, () => {
  test('that is killed three times under a limit that it does not know charges each row once', async () => {
    const rows = 1500;
    const { view, charges, mostCharges, results, announced, forecast } = await simulated({
      seed: 7,
      rows,
      pace: 4,
      limit: 3,
      kills: [100, 250, 400],
    });
    expect(view).toMatchObject({ status: 'ended', counts: { ended: rows } });
    expect([charges, mostCharges, results, announced.length]).toEqual([rows, 1, rows, 1]);
    expect(forecast).toBeGreaterThan(0);
  });

  test('holds its promises with a fault, a pause or a cancellation at each effect, and a kill soon after it', async () => {
    const { effects, runs, broken } = await run('--each', '--every', '20');
    expect(broken).toEqual([]);
    expect(effects).toBeGreaterThan(15);
    expect(runs).toBeGreaterThan(15);
  });
});
