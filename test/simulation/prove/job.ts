import { designs } from '../designs/published.ts';
import { type Done as DoneOf, end, type Job as JobOf, jobsOf, workOf } from '../proof.ts';
import { installHooks } from '../virtual/hooks.ts';
import { meetingGuards } from './guards.ts';
import type { Case } from './run.ts';

/** Runs without any fault, and without any webhook, by their seeds. */
type BySeed = { kind: 'plain' | 'lost'; part: number; of: number; every: number };

export type Job = JobOf<Case> | BySeed;

export type Done = DoneOf<Case>;

const { jobs, without } = jobsOf<Job>();

const guards = meetingGuards.filter(({ guard }) => guard === without);

const files = without ? (designs[without] ?? {}) : {};

if (without && guards.length === 0 && !designs[without]) throw new TypeError(`there is no guard or design: ${without}`);

installHooks({ mutations: guards, files });

const { boot } = await import('../boot.ts');

const { run } = await import('./run.ts');

const { judge, judgeLost } = await import('./judge.ts');

const { lost, plain, ...cases } = await import('./cases.ts');

const print = process.stdout.write.bind(process.stdout);

await boot();

const work = workOf({
  ...cases,
  run,
  judge,
  // For any number of pending answers the ordering is the same.
  orderOf: ({ order }) => order.replace(/p+/g, 'p'),
  traceOf: ({ system, order }) => [...system.trace.lines, `hash ${system.trace.hash()}`, `order ${order}`],
  interleavings: { whole: Number.POSITIVE_INFINITY, sample: 40 },
});

const all = await work(jobs, async (job, check) => {
  if (job.kind !== 'plain' && job.kind !== 'lost') return false;
  for (let seed = job.part; seed < job.every; seed += job.of) {
    await (job.kind === 'plain' ? check(plain(seed)) : check(lost(seed), judgeLost));
  }
  return true;
});

await end(print, all);
