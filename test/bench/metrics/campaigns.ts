import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metric } from '../figures.ts';

const run = promisify(execFile);

const root = join(import.meta.dirname, '../../..');

/** As V8 runs in a function of 512 MB (assumed). */
const SMALL_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=256'];

/** Runs a program of the tests of campaigns. @returns the JSON that it prints, and the seconds that it took */
const measure = async (file: string, words: string[], options: string[] = []) => {
  const begun = performance.now();
  const given = [...options, join(root, 'test/campaigns', file), ...words];
  const { stdout } = await run(process.execPath, given, { cwd: root });
  return { ...JSON.parse(stdout), took: (performance.now() - begun) / 1000 };
};

const ROWS = 100_000;

/** C4: a campaign in virtual time against a limit that no part of it knows, and killed three times. */
export const campaign: Metric = async (say) => {
  say(`campaign: ${ROWS} rows in virtual time`);
  const limit = 20;
  const simulated = await measure('simulate.ts', ['--rows', String(ROWS), '--pace', '80', '--limit', String(limit)]);
  const { seconds, forecast, took, charges, mostCharges } = simulated;
  return [
    { metric: 'C4', what: `a campaign of ${ROWS} rows, simulated`, value: took, unit: 's', target: { atMost: 300 } },
    {
      metric: 'C4',
      what: 'share of the hidden limit that it used',
      value: ROWS / seconds / limit,
      unit: 'x',
      target: { atLeast: 0.85 },
    },
    {
      metric: 'C4',
      what: 'error of the forecast after a tenth',
      value: (100 * Math.abs(forecast - seconds)) / seconds,
      unit: '%',
      target: { atMost: 15 },
    },
    { metric: 'C4', what: 'charges of a row', value: charges / ROWS, unit: 'count' },
    { metric: 'C4', what: 'the most charges of one row', value: mostCharges, unit: 'count', target: { atMost: 1 } },
  ];
};

/** C5: the memory of the function that reads a manifest, beyond what its process has before. */
export const manifest: Metric = async (say) => {
  say('manifest: a million rows');
  const { growthMb, peakMb, took } = await measure('read-million.ts', ['1000000'], SMALL_HEAP);
  return [
    {
      metric: 'C5',
      what: 'memory that reading 1,000,000 rows takes at its peak, beyond the process before',
      value: growthMb,
      unit: 'MB',
      target: { atMost: 150 },
    },
    { metric: 'C5', what: 'the same with the process itself and its sources', value: peakMb, unit: 'MB' },
    { metric: 'C5', what: 'time of reading 1,000,000 rows', value: took, unit: 's' },
  ];
};
