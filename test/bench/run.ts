import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Figure, Metric } from './figures.ts';
import { picture } from './picture.ts';
import { table } from './table.ts';

const help = `npm run -s bench [-- METRIC ...] [--keep]
Measures, on this machine and loopback only: B1 whole flow, B2 throughput and memory, B3 cold starts (with C1, those of a run),
B5 memory of the move, B6 processor time of the move, B7 poll schedules, B8 webhook to resumed (with C2, to announced), B9 units a run,
B10 forged webhooks, C3 calls to the API, C4 a campaign, C5 memory of a manifest, C6 a fresh clone with its tests (C7), C8 sizes of
the pages. All of them when none is named; BENCH_RUNS=1000 shortens B2, which takes 10,000 runs. Every figure is printed with its target
and reference; nothing is judged.
The table, the raw values and a picture are written to .bench/; --keep also writes test/bench/RESULTS.md: its table and
picture when all were measured, the part below them when some were named.
Exit code: 0 measured, with any result; 2 invalid arguments; 3 a metric could not be measured.`;

const root = join(import.meta.dirname, '../..');

const folder = join(root, '.bench');

/** Where each metric is measured. Each runs in a process of its own, so that none inherits another's heap. */
const metrics: Record<string, (part: string | undefined) => Promise<Metric>> = {
  B1: async () => (await import('./metrics/flow.ts')).wholeFlow,
  B2: async (part) =>
    part
      ? (await import('./metrics/functions-heap.ts')).functionsHeap
      : (await import('./metrics/throughput.ts')).throughput,
  B3: async () => (await import('./metrics/cold-start.ts')).coldStarts,
  B5: async () => (await import('./metrics/move.ts')).memory,
  B6: async () => (await import('./metrics/move.ts')).processor,
  B7: async () => (await import('./metrics/polls.ts')).polls,
  B8: async () => (await import('./metrics/webhooks.ts')).resumes,
  B9: async () => (await import('./metrics/units.ts')).units,
  B10: async () => (await import('./metrics/webhooks.ts')).forgeries,
  C3: async () => (await import('./metrics/api.ts')).calls,
  C4: async () => (await import('./metrics/campaigns.ts')).campaign,
  C5: async () => (await import('./metrics/campaigns.ts')).manifest,
  C6: async () => (await import('./metrics/install.ts')).freshClone,
  C8: async () => (await import('./metrics/pages.ts')).pages,
};

/** B1's two latencies and B2's two parts need a system each, and one process holds one system. */
const passes = (metric: string): Record<string, string>[] => {
  if (metric === 'B1') return [{ BENCH_LATENCY: '0' }, { BENCH_LATENCY: '2000' }];
  return metric === 'B2' ? [{}, { BENCH_PART: 'functions' }] : [{}];
};

const say = (line: string) => process.stderr.write(`${line}\n`);

const measureApart = (metric: string, variables: Record<string, string>): Promise<Figure[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, 'run.ts'), '--only', metric], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let figures: Figure[] | undefined;
    child.on('message', (message) => {
      figures = message as Figure[];
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 && figures ? resolve(figures) : reject(new Error(`ended with ${code}`))));
  });

/** Runs and tells, in the process of one metric. */
const measureHere = async (metric: string): Promise<void> => {
  const measure = await metrics[metric]?.(process.env.BENCH_PART);
  const figures = await measure?.(say);
  process.send?.(figures, () => process.exit(0));
};

const measureAll = async (chosen: string[], keep: boolean): Promise<number> => {
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const metric of chosen) {
    say(`${metric} ...`);
    try {
      for (const variables of passes(metric)) figures.push(...(await measureApart(metric, variables)));
    } catch (error) {
      say(`${metric}: ${error instanceof Error ? error.message : error}`);
      failed.push(metric);
    }
  }
  const at = new Date().toISOString();
  const runs = process.env.BENCH_RUNS;
  const all = chosen.length === Object.keys(metrics).length;
  const words = [...(runs ? [`BENCH_RUNS=${runs}`] : []), 'npm run -s bench', ...(all ? [] : ['--', ...chosen])].join(
    ' ',
  );
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const title = `${at.slice(0, 16).replace('T', ' ')} UTC, ${machine}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'figures.json'), `${JSON.stringify({ at, machine, command: words, figures }, null, 1)}\n`);
  writeFileSync(join(folder, 'figures.svg'), picture(figures, title));
  writeFileSync(join(folder, 'figures.md'), `${table(figures)}\n`);
  process.stdout.write(`${table(figures)}\n`);
  if (keep && failed.length === 0) keepResults({ title, words, figures, all });
  else if (keep) say(`not kept: ${failed.join(', ')} could not be measured`);
  say(`written: ${join(folder, 'figures.json')}, .svg and .md`);
  return failed.length > 0 ? 3 : 0;
};

const between = (page: string, mark: string, text: string): string =>
  page.replace(
    new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- /${mark} -->`),
    () => `<!-- ${mark} -->\n${text}<!-- /${mark} -->`,
  );

type Results = { title: string; words: string; figures: Figure[]; all: boolean };

/**
 * The page of the latest results: what stands between its marks is written here, the rest by hand. A run of some metrics leaves the
 * whole table as it is, and stands below it until the next run of all.
 */
const keepResults = ({ title, words, figures, all }: Results): void => {
  const file = join(import.meta.dirname, 'RESULTS.md');
  const page = readFileSync(file, 'utf8');
  const shown = table(figures);
  if (!all) {
    writeFileSync(file, between(page, 'again', `## Measured again since\n\n${title}, \`${words}\`\n\n${shown}\n`));
    return;
  }
  const latest = `${title}, \`${words}\`\n\n![measured against target](results.svg)\n\n${shown}\n`;
  writeFileSync(file, between(between(page, 'latest', latest), 'again', ''));
  writeFileSync(join(import.meta.dirname, 'results.svg'), picture(figures, title));
};

const words = process.argv.slice(2);

if (words.includes('--help') || words.includes('-h')) process.stdout.write(`${help}\n`);
else if (words[0] === '--only') await measureHere(words[1] ?? '');
else {
  const keep = words.includes('--keep');
  const chosen = words.filter((word) => word !== '--keep');
  const unknown = chosen.filter((word) => !(word in metrics));
  if (unknown.length > 0) {
    say(`there is no metric ${unknown.join(', ')}; there are ${Object.keys(metrics).join(', ')}\n\n${help}`);
    process.exitCode = 2;
  } else process.exitCode = await measureAll(chosen.length > 0 ? chosen : Object.keys(metrics), keep);
}
