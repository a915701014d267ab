import { naive } from '../designs/naive.ts';
import { installHooks } from '../virtual/hooks.ts';
import { chaosGuards } from './guards.ts';

/** A share of the seeds, for one process. */
export type Job = {
  first: number;
  step: number;
  runs: number;
  /** Stops at the first seed that breaks a promise. */
  untilBroken?: boolean;
  without?: string;
  trace?: boolean;
};

export type Done = {
  runs: number;
  held: number;
  charges: number;
  orphans: number;
  repairs: number;
  rows: Record<number, number>;
  ends: Record<string, number>;
  failures: { seed: number; rows: number[]; broken: string[] }[];
  hash: string;
  trace?: string[];
};

const job: Job = JSON.parse(process.argv[2] ?? '{}');

const { without } = job;

const guards = chaosGuards.filter(({ guard }) => guard === without);

if (without && without !== 'naive' && guards.length === 0) throw new TypeError(`there is no guard: ${without}`);

installHooks({
  mutations: without === 'naive' ? naive.mutations : guards,
  files: without === 'naive' ? naive.files : {},
});

const { boot } = await import('../boot.ts');

const { planOf } = await import('./plan.ts');

const { runPlan } = await import('./run.ts');

const { judge } = await import('./judge.ts');

const { createHash } = await import('node:crypto');

const print = process.stdout.write.bind(process.stdout);

await boot();

const hash = createHash('sha256');

const done: Done = { runs: 0, held: 0, charges: 0, orphans: 0, repairs: 0, rows: {}, ends: {}, failures: [], hash: '' };

for (let index = 0; index < job.runs; index += 1) {
  const seed = job.first + index * job.step;
  const ran = await runPlan(planOf(seed));
  const { plan, system } = ran;
  const broken = judge(ran);
  done.runs += 1;
  done.charges += system.truora.charged.length;
  done.repairs += ran.repairs;
  hash.update(system.trace.hash());
  for (const row of plan.rows) done.rows[row] = (done.rows[row] ?? 0) + 1;
  for (const { phase, orphans } of system.itemsOf('RUN')) {
    const end = phase?.S ?? 'nothing';
    done.ends[end] = (done.ends[end] ?? 0) + 1;
    done.orphans += orphans?.L?.length ?? 0;
  }
  if (broken.length === 0) done.held += 1;
  else if (done.failures.length < 20) done.failures.push({ seed, rows: [...plan.rows], broken });
  if (job.trace) {
    done.trace = [
      `seed ${seed}, rows ${[...plan.rows].join(', ')}`,
      ...system.trace.lines,
      `hash ${system.trace.hash()}`,
    ];
  }
  if (broken.length > 0 && job.untilBroken) break;
}

done.hash = hash.digest('hex').slice(0, 16);

// A pipe that is read slowly is full: the process ends once all is written.
await new Promise((written) => print(JSON.stringify(done), written));

process.exit(0);
