import fc from 'fast-check';
import { installHooks } from '../virtual/hooks.ts';
import known from '../witnesses.json' with { type: 'json' };
import { liveGuards } from './guards.ts';
import type { Case } from './run.ts';

/** For each guard a case that breaks a promise without it, found by a search: so what a sample shows does not hang on its seed. */
const witnesses: Partial<Record<string, unknown>> = known;

/** One share of the proof, for one process. */
export type Job =
  | { kind: 'grid' | 'races'; part: number; of: number; every: number }
  | { kind: 'random'; seed: number; runs: number }
  | { kind: 'bite'; without: string; seed: number; runs: number }
  | { kind: 'case'; case: Case; without?: string };

export type Done = {
  runs: number;
  crashes: number;
  orders: string[];
  failures: { case: Case; broken: string[] }[];
  trace?: string[];
};

/** All of them with the same guard, or all without one. */
const jobs: Job[] = JSON.parse(process.argv[2] ?? '[]');

const [without, ...others] = new Set(jobs.map((job) => ('without' in job ? job.without : undefined)));

if (others.length > 0) throw new TypeError('the jobs of one process have the same guard');

const guards = liveGuards.filter(({ guard }) => guard === without);

if (without && guards.length === 0) throw new TypeError(`there is no guard: ${without}`);

installHooks({ mutations: guards, files: {} });

const { boot } = await import('../boot.ts');

const { run } = await import('./run.ts');

const { judge } = await import('./judge.ts');

const { anyCase, grid, interleavings, races } = await import('./cases.ts');

const print = process.stdout.write.bind(process.stdout);

await boot();

let done: Done;

let orders: Set<string>;

const check = async (given: Case) => {
  const seen = await run(given);
  done.runs += 1;
  if (seen.kills > 0) done.crashes += 1;
  // For any number of looks the ordering is the same. It is another one than the same letters of a wait for a verdict.
  orders.add(`live ${seen.order.replace(/T+/g, 'T')}`);
  const broken = judge(seen);
  if (broken.length > 0 && done.failures.length < 5) done.failures.push({ case: given, broken });
  return { seen, broken };
};

/** Any cases at all, until one breaks a promise; a failure is shrunk to the smallest that still does, unless it is a guard that is taken away. */
const search = async ({ seed, runs }: { seed: number; runs: number }, shrinks: boolean) => {
  const property = fc.asyncProperty(anyCase, async (given) => (await check(given)).broken.length === 0);
  const { failed, counterexample } = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks });
  if (!failed || !counterexample) return;
  done.failures = [];
  await check(counterexample[0]);
};

const work = async (job: Job): Promise<Done> => {
  done = { runs: 0, crashes: 0, orders: [], failures: [] };
  orders = new Set();
  switch (job.kind) {
    case 'grid': {
      let index = 0;
      for (const given of grid()) if (index++ % (job.of * job.every) === job.part * job.every) await check(given);
      break;
    }
    case 'races':
      for (const [index, race] of races.entries()) {
        if (index % job.of !== job.part) continue;
        let left = job.every === 1 ? 4000 : 10;
        await interleavings(race, check, () => left-- > 0);
      }
      break;
    case 'random':
      await search(job, true);
      break;
    case 'bite': {
      const witness = witnesses[job.without] as Case | undefined;
      const isShown = witness && (await check(witness)).broken.length > 0;
      if (!isShown) await search(job, false);
      break;
    }
    case 'case': {
      const { seen } = await check(job.case);
      done.trace = [...seen.system.trace.lines, `order ${seen.order}`];
      break;
    }
  }
  return { ...done, orders: [...orders] };
};

const all: Done[] = [];

for (const job of jobs) all.push(await work(job));

// A pipe that is read slowly is full: the process ends once all is written.
await new Promise((written) => print(JSON.stringify(all), written));

process.exit(0);
