import fc from 'fast-check';
import { designs } from '../designs/published.ts';
import { installHooks } from '../virtual/hooks.ts';
import known from '../witnesses.json' with { type: 'json' };
import { meetingGuards } from './guards.ts';
import type { Case } from './run.ts';

/** For each guard a case that breaks a promise without it, found by a search: so what a sample shows does not hang on its seed. */
const witnesses: Partial<Record<string, unknown>> = known;

/** One share of the proof, for one process. */
export type Job =
  | { kind: 'grid' | 'races' | 'plain' | 'lost'; part: number; of: number; every: number }
  | { kind: 'random'; seed: number; runs: number }
  | { kind: 'bite'; without: string; seed: number; runs: number }
  | { kind: 'case'; case: Case; without?: string };

export type Done = {
  runs: number;
  crashes: number;
  orders: string[];
  failures: { case: Case; broken: string[]; seed?: number }[];
  trace?: string[];
};

/** All of them with the same guard or design, or all without one. */
const jobs: Job[] = JSON.parse(process.argv[2] ?? '[]');

const [without, ...others] = new Set(jobs.map((job) => ('without' in job ? job.without : undefined)));

if (others.length > 0) throw new TypeError('the jobs of one process have the same guard');

const guards = meetingGuards.filter(({ guard }) => guard === without);

const files = without ? (designs[without] ?? {}) : {};

if (without && guards.length === 0 && !designs[without]) throw new TypeError(`there is no guard or design: ${without}`);

installHooks({ mutations: guards, files });

const { boot } = await import('../boot.ts');

const { run } = await import('./run.ts');

const { judge, judgeLost } = await import('./judge.ts');

const { anyCase, grid, interleavings, lost, plain, races } = await import('./cases.ts');

const print = process.stdout.write.bind(process.stdout);

await boot();

let done: Done;

let orders: Set<string>;

const check = async (given: Case, by: typeof judge = judge) => {
  const seen = await run(given);
  done.runs += 1;
  if (seen.kills > 0) done.crashes += 1;
  // For any number of pending answers the ordering is the same.
  orders.add(seen.order.replace(/p+/g, 'p'));
  const broken = by(seen);
  if (broken.length > 0 && done.failures.length < 5) done.failures.push({ case: given, broken });
  return { seen, broken };
};

/** Any cases at all, until one breaks a promise; a failure is shrunk to the smallest that still does. */
const search = async ({ seed, runs }: { seed: number; runs: number }, shrinks: boolean) => {
  const property = fc.asyncProperty(anyCase, async (given) => {
    const { broken } = await check(given);
    return broken.length === 0;
  });
  const { failed, counterexample } = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks });
  if (!failed || !counterexample) return;
  done.failures = [];
  await check(counterexample[0]);
  done.failures = done.failures.map((failure) => ({ ...failure, seed }));
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
        let left = job.every === 1 ? Number.POSITIVE_INFINITY : 40;
        await interleavings(race, check, () => left-- > 0);
      }
      break;
    case 'plain':
    case 'lost':
      for (let seed = job.part; seed < job.every; seed += job.of) {
        await (job.kind === 'plain' ? check(plain(seed)) : check(lost(seed), judgeLost));
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
      done.trace = [...seen.system.trace.lines, `hash ${seen.system.trace.hash()}`, `order ${seen.order}`];
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
