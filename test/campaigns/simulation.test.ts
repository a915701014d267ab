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
  test('that is killed three times uses a limit that it does not know, charges each row once, and ends when it says', async () => {
    const rows = 5000;
    const { view, charges, mostCharges, results, announced, forecast, seconds, used } = await simulated({
      seed: 7,
      rows,
      pace: 15,
      limit: 10,
      kills: [120, 260, 400],
      resumeAfter: 5,
    });
    expect(view).toMatchObject({ status: 'ended', counts: { ended: rows } });
    expect([charges, mostCharges, results, announced.length]).toEqual([rows, 1, rows, 1]);
    // In the middle: of a campaign of minutes, the first results and the last rows take a large part.
    expect(used.midway).toBeGreaterThan(0.85);
    expect(Math.abs(forecast / seconds - 1)).toBeLessThan(0.15);
  });

  test('of one seed gives the same again', async () => {
    const plan = { seed: 3, rows: 300, pace: 15, limit: 5, kills: [20], resumeAfter: 5 };
    const [one, other] = await Promise.all(
      [1, 2].map(async () => {
        const { effects, throttled, seconds, used } = await simulated(plan);
        return { effects, throttled, seconds, used };
      }),
    );
    expect(one?.throttled).toBeGreaterThan(0);
    expect(other).toEqual(one);
  });

  test('holds its promises with a fault, a pause or a cancellation at each effect, and a kill soon after it', async () => {
    const { effects, runs, broken } = await run('--each', '--every', '4');
    expect(broken).toEqual([]);
    expect(effects).toBeGreaterThan(15);
    expect(runs).toBeGreaterThan(15);
  });
});
