import fc from 'fast-check';
import known from './witnesses.json' with { type: 'json' };

/** What the proofs of the two waits have in common: where a kill can fall, how functions interleave, and the work of one process. */

/** A case of a proof, which gives the same run each time. */
export type Replayable = { choices: readonly number[] };

/** What is seen of a run: its crashes, its ordering, and between how many functions each choice was. */
type Seen = { kills: number; order: string; alternatives: readonly number[] };

/** One share of a proof, for one process. */
export type Job<Case> =
  | { kind: 'grid' | 'races'; part: number; of: number; every: number }
  | { kind: 'random'; seed: number; runs: number }
  | { kind: 'bite'; without: string; seed: number; runs: number }
  | { kind: 'case'; case: Case; without?: string };

export type Done<Case> = {
  runs: number;
  crashes: number;
  orders: string[];
  failures: { case: Case; broken: string[] }[];
  trace?: string[];
};

/** For each guard a case that breaks a promise without it, found by a search: so what a sample shows does not hang on its seed. */
const witnesses: Partial<Record<string, unknown>> = known;

/** Each effect of these functions, so many in order, and how a kill falls on it. */
export const killPointsOf = (effects: Readonly<Record<string, number>>) =>
  Object.entries(effects).flatMap(([who, count]) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) =>
      (['before', 'after', 'refused'] as const).map((when) => ({ who, nth, when })),
    ),
  );

/** The jobs of this process, and the guard that all of them are without. */
export const jobsOf = <One extends { without?: string } | object>(): { jobs: One[]; without: string | undefined } => {
  const jobs: One[] = JSON.parse(process.argv[2] ?? '[]');
  const [without, ...others] = new Set(jobs.map((job) => ('without' in job ? job.without : undefined)));
  if (others.length > 0) throw new TypeError('the jobs of one process have the same guard');
  return { jobs, without };
};

/** All interleavings of the functions that meet: each choice the driver has is taken each way, run after run. */
const interleavings = async <Case extends Replayable>(
  given: Case,
  check: (given: Case) => Promise<{ seen: Seen }>,
  isLeft: () => boolean,
): Promise<void> => {
  const open: number[][] = [[]];
  for (let prefix = open.pop(); prefix && isLeft(); prefix = open.pop()) {
    const { seen } = await check({ ...given, choices: prefix });
    for (let at = seen.alternatives.length - 1; at >= prefix.length; at -= 1) {
      const taken = [...prefix, ...Array.from({ length: at - prefix.length }, () => 0)];
      for (let other = 1; other < (seen.alternatives[at] ?? 1); other += 1) open.push([...taken, other]);
    }
  }
};

/** A proof: its runs, its judge, its cases, and how many interleavings of a race are run, whole and in a sample. */
export type Proof<Case, Run> = {
  run: (given: Case) => Promise<Run>;
  judge: (seen: Run) => string[];
  /** The same for two runs that differ only in how often they looked. */
  orderOf: (seen: Run) => string;
  traceOf: (seen: Run) => string[];
  anyCase: fc.Arbitrary<Case>;
  grid: () => Iterable<Case>;
  races: readonly Case[];
  interleavings: { whole: number; sample: number };
};

/** Does jobs one after the other. @returns also the check of one case by another judge, for jobs of a proof's own */
export const workOf = <Case extends Replayable, Run extends Seen>(proof: Proof<Case, Run>) => {
  let done: Done<Case>;
  let orders: Set<string>;

  const check = async (given: Case, judge = proof.judge) => {
    const seen = await proof.run(given);
    done.runs += 1;
    if (seen.kills > 0) done.crashes += 1;
    orders.add(proof.orderOf(seen));
    const broken = judge(seen);
    if (broken.length > 0 && done.failures.length < 5) done.failures.push({ case: given, broken });
    return { seen, broken };
  };

  /** Any cases at all, until one breaks a promise; a failure is shrunk to the smallest that still does, unless a guard is taken away. */
  const search = async ({ seed, runs }: { seed: number; runs: number }, shrinks: boolean) => {
    const property = fc.asyncProperty(proof.anyCase, async (given) => (await check(given)).broken.length === 0);
    const { failed, counterexample } = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks });
    if (!failed || !counterexample) return;
    done.failures = [];
    await check(counterexample[0]);
  };

  const common = async (job: Job<Case>): Promise<void> => {
    switch (job.kind) {
      case 'grid': {
        let index = 0;
        for (const given of proof.grid())
          if (index++ % (job.of * job.every) === job.part * job.every) await check(given);
        break;
      }
      case 'races':
        for (const [index, race] of proof.races.entries()) {
          if (index % job.of !== job.part) continue;
          let left = job.every === 1 ? proof.interleavings.whole : proof.interleavings.sample;
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
      case 'case':
        done.trace = proof.traceOf((await check(job.case)).seen);
    }
  };

  const begin = () => {
    done = { runs: 0, crashes: 0, orders: [], failures: [] };
    orders = new Set();
  };

  return async <One extends Job<Case> | { kind: string }>(
    jobs: readonly One[],
    own?: (job: One, by: typeof check) => Promise<boolean>,
  ): Promise<Done<Case>[]> => {
    const all: Done<Case>[] = [];
    for (const job of jobs) {
      begin();
      if (!(await own?.(job, check))) await common(job as Job<Case>);
      all.push({ ...done, orders: [...orders] });
    }
    return all;
  };
};

/** Writes the results and ends the process. A pipe that is read slowly is full: the process ends once all is written. */
export const end = async (print: typeof process.stdout.write, all: readonly object[]): Promise<never> => {
  await new Promise<void>((written) => print(JSON.stringify(all), () => written()));
  process.exit(0);
};
