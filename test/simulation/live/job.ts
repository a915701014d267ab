import { end, type Job as JobOf, jobsOf, workOf } from '../proof.ts';
import { installHooks } from '../virtual/hooks.ts';
import { liveGuards } from './guards.ts';
import type { Case } from './run.ts';

export type Job = JobOf<Case>;

const { jobs, without } = jobsOf<Job>();

const guards = liveGuards.filter(({ guard }) => guard === without);

if (without && guards.length === 0) throw new TypeError(`there is no guard: ${without}`);

installHooks({ mutations: guards, files: {} });

const { boot } = await import('../boot.ts');

const { run } = await import('./run.ts');

const { judge } = await import('./judge.ts');

const cases = await import('./cases.ts');

const print = process.stdout.write.bind(process.stdout);

await boot();

const work = workOf({
  ...cases,
  run,
  judge,
  // For any number of looks the ordering is the same. It is another one than the same letters of a wait for a verdict.
  orderOf: ({ order }) => `live ${order.replace(/T+/g, 'T')}`,
  traceOf: ({ system, order }) => [...system.trace.lines, `order ${order}`],
  interleavings: { whole: 4000, sample: 10 },
});

await end(print, await work(jobs));
