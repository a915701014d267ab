import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from './chaos/faults.ts';
import { chaosGuards } from './chaos/guards.ts';
import type { Done, Job } from './chaos/job.ts';
import { inProcess, inProcesses } from './pool.ts';
import { misfits } from './prove/guards.ts';

const HELP = `npm run -s chaos -- [options]

Runs whole re-validations in virtual time, each with faults drawn from the table of what can go wrong, and checks that every
promise holds: one charge, one outcome, in time, media only where it may go, nothing told that is secret.

  --seed N        the first seed (default: a fresh one, printed)
  --runs M        how many seeds (default: 1000)
  --trace         with --runs 1: prints what happened, line by line
  --without NAME  takes a guard away (see --guards), or puts the naive design in our place (naive)
  --guards        takes each guard away in turn and shows the seed that fails for it
  --rows          the rows of the table that are injected
  --help

Progress goes to stderr. Exit code: 0 all held, 1 a promise was broken or a guard was not needed, 2 wrong usage.`;

const inOne = (job: object): Promise<Done> => inProcess<Done>(join(import.meta.dirname, 'chaos/job.ts'), job);

const say = (line: string) => process.stderr.write(`${line}\n`);

const print = (line: string) => process.stdout.write(`${line}\n`);

const wrong = (message: string): never => {
  say(`${message}\n\n${HELP}`);
  process.exit(2);
};

const readOptions = () => {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    const string = { type: 'string' } as const;
    return parseArgs({
      options: {
        seed: string,
        runs: string,
        without: string,
        trace: boolean,
        guards: boolean,
        rows: boolean,
        help: boolean,
      },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
};

const options = readOptions();

if (options.help) {
  print(HELP);
  process.exit(0);
}

if (options.rows) {
  for (const { row, what } of faults) print(`${String(row).padStart(2)}  ${what}`);
  process.exit(0);
}

const whole = (name: string, text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : wrong(`--${name} must be a whole number`);
};

const seed = whole('seed', options.seed, Math.floor(Math.random() * 2 ** 31));

const runs = whole('runs', options.runs, 1000);

if (runs === 0) wrong('--runs must be at least 1');

const removable = ['naive', ...chaosGuards.map(({ guard }) => guard)];

if (options.without !== undefined && !removable.includes(options.without)) {
  wrong(`--without must be one of: ${removable.join('; ')}`);
}

const without = options.without === undefined ? {} : { without: options.without };

const tell = ({ failures }: Done) => {
  const by = options.without ? ` --without '${options.without}'` : '';
  for (const { seed: failed, rows, broken } of failures) {
    print(
      `broken: ${broken.join('; ')} (rows ${rows.join(', ')})\n  npm run -s chaos -- --seed ${failed} --runs 1 --trace${by}`,
    );
  }
};

for (const { guard, file } of misfits(options.guards ? chaosGuards : [])) {
  wrong(`the text of the guard "${guard}" does not stand once in ${file} any more`);
}

if (options.guards) {
  print(`seed ${seed}`);
  let unneeded = 0;
  const jobs = chaosGuards.map(({ guard }): Job => ({ first: seed, step: 1, runs, untilBroken: true, without: guard }));
  await inProcesses<Job, Done>(inOne, jobs, ({ failures: [failure] }, job) => {
    if (!failure) unneeded += 1;
    print(
      failure ? `without "${job.without}": seed ${failure.seed}: ${failure.broken[0]}` : `NOT NEEDED: ${job.without}`,
    );
  });
  print(`${jobs.length - unneeded} of ${jobs.length} guards proven needed`);
  process.exit(unneeded > 0 ? 1 : 0);
}

if (options.trace) {
  const done = await inOne({ first: seed, step: 1, runs: 1, trace: true, ...without });
  for (const line of done.trace ?? []) print(line);
  tell(done);
  process.exit(done.failures.length > 0 ? 1 : 0);
}

/** Small shares, so that progress is seen and no process waits long for the other. */
const MOST = 250;

/** Fewer take no longer than the start of a process. */
const FEW = 50;

const shares = Math.max(Math.ceil(runs / MOST), Math.min(availableParallelism(), Math.ceil(runs / FEW)));

const SHARE = Math.ceil(runs / shares);

const startedAt = performance.now();

const total = {
  runs: 0,
  held: 0,
  charges: 0,
  orphans: 0,
  repairs: 0,
  rows: new Map<string, number>(),
  ends: new Map<string, number>(),
};

const add = (to: Map<string, number>, more: Record<string, number>) => {
  for (const [name, count] of Object.entries(more)) to.set(name, (to.get(name) ?? 0) + count);
};

const jobs = Array.from(
  { length: Math.ceil(runs / SHARE) },
  (_, index): Job => ({
    first: seed + index * SHARE,
    step: 1,
    runs: Math.min(SHARE, runs - index * SHARE),
    ...without,
  }),
);

print(`seed ${seed}`);

await inProcesses<Job, Done>(
  inOne,
  jobs,
  (done) => {
    total.runs += done.runs;
    total.held += done.held;
    total.charges += done.charges;
    total.orphans += done.orphans;
    total.repairs += done.repairs;
    add(total.rows, done.rows);
    add(total.ends, done.ends);
    say(`${total.runs} of ${runs} runs, ${total.held} held`);
    tell(done);
  },
  availableParallelism(),
);

const list = (counts: Map<string, number>) =>
  [...counts]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');

print(`outcomes: ${list(total.ends)}`);

print(`faults injected by row: ${list(total.rows)}`);

print(
  `${total.runs} runs, ${total.held} held, ${[...total.rows.values()].reduce((sum, count) => sum + count, 0)} faults of ` +
    `${total.rows.size} rows, ${total.charges} charges, ${total.orphans} orphans, ${total.repairs} repairs, ` +
    `${Math.round((performance.now() - startedAt) / 1000)} s`,
);

process.exit(total.held < total.runs ? 1 : 0);
