import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { designs } from './designs/published.ts';
import { liveGuards } from './live/guards.ts';
import type { Job as LiveJob } from './live/job.ts';
import { inProcess, inProcesses } from './pool.ts';
import { meetingGuards, misfits } from './prove/guards.ts';
import type { Done, Job as MeetingJob } from './prove/job.ts';

const HELP = `npm run prove -- [options]

Proves that no wait can be lost: whole runs of the real machine in virtual time, over the orderings of notifications, tokens,
decisions, callback timeout and deadline, and of the recordings of live captures, their tokens, cancellations and the expiry of the link,
with crashes in between; and that the proof fails for each guard taken away.

  --seed N        seed of the random cases (default: a fresh one, printed)
  --sample        a small share of everything, in well under a minute
  --case JSON     runs one case and prints its trace
  --without NAME  with --case or --seed: takes this guard away, or puts this published design in our place
  --help

Exit code: 0 all held, 1 something broke a promise or a guard was not needed, 2 wrong usage.`;

type Job = MeetingJob | LiveJob;

const liveNames = liveGuards.map(({ guard }) => guard);

/** The jobs of one process: about the wait for a verdict, or about the wait for a recording. */
type Group = { of: 'prove' | 'live'; jobs: Job[] };

const scriptOf = (of: Group['of']): string => join(import.meta.dirname, of, 'job.ts');

const proofOf = (without: string | undefined): Group['of'] => (liveNames.includes(without ?? '') ? 'live' : 'prove');

const say = (line: string) => process.stderr.write(`${line}\n`);

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Ends the process once all that it has printed is written: a pipe that is read slowly is full. */
const end = async (code: number): Promise<never> => {
  await new Promise((written) => process.stdout.write('', written));
  process.exit(code);
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        sample: { type: 'boolean', default: false },
        case: { type: 'string' },
        without: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    say(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
};

const options = readOptions();

if (options.help) {
  print(HELP);
  await end(0);
}

const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);

const wrong = (why: string): never => {
  say(why);
  process.exit(2);
};

if (!Number.isInteger(seed)) wrong('--seed must be a whole number');

const bites = [...Object.keys(designs), ...meetingGuards.map(({ guard }) => guard)];

const allBites = [...bites, ...liveNames];

if (options.without !== undefined && !allBites.includes(options.without)) {
  wrong(`--without must be one of: ${allBites.join('; ')}`);
}

for (const { guard, file } of misfits([...meetingGuards, ...liveGuards])) {
  wrong(`the text of the guard "${guard}" does not stand once in ${file} any more`);
}

const caseOf = (text: string): object => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return wrong('--case must be the JSON that a failure is printed with');
  }
};

const tell = (failures: Done['failures'], without?: string) => {
  for (const { case: failed, broken } of failures) {
    const by = without ? ` --without '${without}'` : '';
    print(`broken: ${broken.join('; ')}\n  npm run prove -- --case '${JSON.stringify(failed)}'${by}`);
  }
};

if (options.case || options.without) {
  const without = options.without ? { without: options.without } : {};
  const given = options.case ? caseOf(options.case) : undefined;
  const job = given ? { kind: 'case', case: given, ...without } : { kind: 'bite', seed, runs: 2000, ...without };
  // Only the cases of a live capture have drops.
  const proof = given && 'drops' in given ? 'live' : proofOf(options.without);
  const [{ trace = [], failures } = { failures: [] }] = await inProcess<Done[]>(scriptOf(proof), [job]);
  for (const line of trace) print(line);
  tell(failures, options.without);
  await end(failures.length > 0 ? 1 : 0);
}

const cores = availableParallelism();

const parts = Array.from({ length: cores }, (_, part) => part);

const share = options.sample ? 60 : 1;

// A sample takes some of the guards away, other ones each day the seed is fresh.
const sampled = options.sample
  ? [
      ...[bites[0], bites[1], ...[1, 2].map((n) => bites[2 + ((seed + n * 5) % (bites.length - 2))])],
      liveNames[seed % liveNames.length],
    ]
  : allBites;

const jobsOf = (part: number): Job[] => [
  { kind: 'grid', part, of: cores, every: share },
  { kind: 'races', part, of: cores, every: share },
  { kind: 'plain', part, of: cores, every: options.sample ? 40 : 1000 },
  { kind: 'lost', part, of: cores, every: options.sample ? 80 : 5000 },
  { kind: 'random', seed: seed + part, runs: options.sample ? 100 : 2500 },
];

const liveJobsOf = (part: number): LiveJob[] => [
  { kind: 'grid', part, of: cores, every: share },
  { kind: 'races', part, of: cores, every: share },
  { kind: 'random', seed: seed + part, runs: options.sample ? 40 : 1000 },
];

// In a sample, the start of a process takes longer than a part of the work.
const groupsOf = (of: Group['of'], jobs: Job[]): Group[] =>
  options.sample ? [{ of, jobs }] : jobs.map((job) => ({ of, jobs: [job] }));

const groups: Group[] = [
  ...parts.flatMap((part) => [...groupsOf('prove', jobsOf(part)), ...groupsOf('live', liveJobsOf(part))]),
  ...sampled.flatMap((without): Group[] =>
    without ? [{ of: proofOf(without), jobs: [{ kind: 'bite', without, seed, runs: 3000 }] }] : [],
  ),
];

const startedAt = performance.now();

const orders = new Set<string>();

const total = { runs: 0, crashes: 0, seeds: 0, needed: 0, broken: 0 };

print(`seed ${seed}`);

const add = (done: Done, job: Job) => {
  if (job.kind === 'bite') {
    const [failure] = done.failures;
    if (failure) total.needed += 1;
    say(
      failure
        ? `without "${job.without}": run ${done.runs} of seed ${seed} fails: ${failure.broken[0]}`
        : `NOT NEEDED: ${job.without}`,
    );
    return;
  }
  total.runs += done.runs;
  total.crashes += done.crashes;
  total.broken += done.failures.length;
  total.seeds += job.kind === 'plain' || job.kind === 'lost' ? done.runs : job.kind === 'random' ? 1 : 0;
  for (const order of done.orders) orders.add(order);
  say(`${job.kind}: ${done.runs} runs, ${done.failures.length > 0 ? 'BROKEN' : 'all held'}`);
  tell(done.failures);
};

await inProcesses<Group, Done[]>(
  ({ of, jobs }) => inProcess(scriptOf(of), jobs),
  groups,
  (all, { jobs }) => {
    for (const [at, job] of jobs.entries()) {
      const done = all[at];
      if (!done) throw new Error(`a process of the harness left out ${JSON.stringify(job)}`);
      add(done, job);
    }
  },
);

const seconds = Math.round((performance.now() - startedAt) / 1000);

print(
  `${total.runs} runs, ${orders.size} orderings, ${total.crashes} crashes, ${total.seeds} seeds, ` +
    `${total.needed} of ${sampled.length} guards and designs proven needed or wanting, ${total.broken} broken, ${seconds} s`,
);

await end(total.broken > 0 || total.needed < sampled.length ? 1 : 0);
