import { parseArgs } from 'node:util';
import { enterVirtualTime, type Plan, simulate } from './simulation.ts';
import { tryEach } from './try-each.ts';

const help = `node test/campaigns/simulate.ts [options]
A campaign in virtual time: the real machine, turns and sums against a limit that no part of it knows. One line of JSON on stdout.

  --rows N         rows (default: 100000)
  --pace N         rows a second that are asked for (default: 80)
  --limit N        create calls a second that Truora takes (default: 20)
  --kills A,B,C    seconds after the start at which its execution is killed (default: three, over the whole time)
  --plan JSON      a plan as a whole, in the place of the others
  --seed N         (default: 1)
  --each           small campaigns instead, with a fault, a pause or a cancellation at each effect, and a kill soon after it
  --every N        of these, one of N (default: 1)

Progress and what does not hold are on stderr as they come.
Exit code: 0 simulated, 2 invalid arguments.`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    pace: { type: 'string', default: '80' },
    limit: { type: 'string', default: '20' },
    kills: { type: 'string' },
    plan: { type: 'string' },
    seed: { type: 'string', default: '1' },
    each: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`${help}\n`);
  process.exit(0);
}

const [rows, pace, limit, seed] = [values.rows, values.pace, values.limit, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];

const lasts = rows / Math.min(pace, limit);

const kills = values.kills?.split(',').map(Number) ?? [0.2, 0.5, 0.8].map((part) => Math.round(part * lasts));

const plan: Plan = values.plan ? JSON.parse(values.plan) : { seed, rows, pace, limit, kills };

const startedAt = performance.now();

enterVirtualTime();

// Refused turns and the engine's paths are errors by the hundred thousand; their traces take a tenth of the time.
Error.stackTraceLimit = 0;

if (values.each) {
  const every = Number(values.every);
  const tried = await tryEach(seed, every, (run, of, broken) => {
    for (const one of broken) process.stderr.write(`${one}\n`);
    if (run % 50 === 0) process.stderr.write(`${run} of ${of}\n`);
  });
  process.stdout.write(`${JSON.stringify(tried)}\n`);
  process.exit(0);
}

let printed = 0;

const simulated = await simulate(plan, (ended, pace, seconds) => {
  if (ended - printed < rows / 50) return;
  printed = ended;
  process.stderr.write(`${ended} of ${rows} rows after ${seconds} s, ${pace.toFixed(2)} a second\n`);
});

const realSeconds = Math.round((performance.now() - startedAt) / 100) / 10;

process.stdout.write(
  `${JSON.stringify({ ...simulated, realSeconds, peakMb: Math.round(process.memoryUsage().rss / 1e6) })}\n`,
);

process.exit(0);
