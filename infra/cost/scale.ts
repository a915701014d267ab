import { Config } from '../aws/config.ts';
import { busySecondsOf, runs } from './cost.ts';
import limitsOf from './limits.json' with { type: 'json' };

type Size = 'large' | 'small';

const rates = [10, 100, 1000];

/** Seconds from the upload to the webhook. Assumed, as in the cost: nobody has published it. */
const PARKED_SECONDS = 10;

/** Our own gate at the door, from the configuration's default. Webhooks go through it as well. */
const gate = {
  what: 'calls at our API, webhooks among them',
  unit: 'a second',
  large: Config.parse({}).callsPerSecond,
  small: Config.parse({}).callsPerSecond,
  raise: '`--calls-per-second`, and `--calls-at-once` with it',
};

/** What one start a second asks of each limit, by the counted units of a run whose webhook comes. */
const run = runs.callback;

const asks: Record<string, number> = {
  StartExecution: 1,
  StateTransition: run.transitions,
  SendTaskSuccess: 1,
  'open executions': busySecondsOf('callback') + PARKED_SECONDS,
  'Lambda at once': busySecondsOf('callback'),
  'DynamoDB writes of a new table': run.writes,
  'DynamoDB reads of a new table': run.reads,
  [gate.what]: run.notifications,
};

export const limits = [...limitsOf.limits, gate];

/** How much of each limit a rate takes, the tightest first: 1 is all of it. */
export const loadAt = (rate: number, size: Size) =>
  limits
    .map((limit) => {
      const asked = (asks[limit.what] ?? Number.NaN) * rate;
      return { ...limit, asked, part: asked / limit[size] };
    })
    .toSorted((a, b) => b.part - a.part);

/** Webhooks that wait outside after an outage, and how many a second may be taken in. */
const BURST = 100_000;

/**
 * What a burst of webhooks asks: each wakes one execution, and each of those goes on to read, record and announce. What
 * clears it is the slowest of resuming, of transitions, and of our own gate.
 */
export const burst = (size: Size) => {
  const limit = (what: string) => limits.find((one) => one.what === what)?.[size] ?? Number.NaN;
  // After a bell: ReadVerdict and RecordOutcome are entered.
  const rates: [string, number][] = [
    [gate.what, gate[size]],
    ['SendTaskSuccess', limit('SendTaskSuccess')],
    ['StateTransition', limit('StateTransition') / 2],
  ];
  const [slowest = ['', Number.NaN]] = rates.toSorted(([, a], [, b]) => a - b);
  return { by: slowest[0], perSecond: slowest[1], seconds: BURST / slowest[1], rates };
};

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

const percent = (part: number) => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

/** The tables of SCALE.md. */
export const scaleTables = (): string => {
  const sizes: Size[] = ['large', 'small'];
  const parts = row(
    'limit',
    'one start a second asks',
    ...sizes.flatMap((size) => rates.map((rate) => `${rate}/s, ${size}`)),
  );
  const bound = limits.map(({ what, unit }) =>
    row(
      what,
      `${Number((asks[what] ?? Number.NaN).toFixed(2))} ${unit}`,
      ...sizes.flatMap((size) =>
        rates.map((rate) => {
          const part = loadAt(rate, size).find((one) => one.what === what)?.part ?? Number.NaN;
          return part > 1 ? `**${percent(part)}**` : percent(part);
        }),
      ),
    ),
  );
  const order = sizes.flatMap((size) =>
    rates.map((rate) => {
      const over = loadAt(rate, size).filter(({ part }) => part > 1);
      const [first] = loadAt(rate, size);
      return row(
        `${rate}/s`,
        size,
        first ? `${first.what} (${percent(first.part)})` : '',
        over.length === 0
          ? 'nothing'
          : over
              .map(({ what, raise, asked }, nth) => `${nth + 1}. ${what} to ${Math.ceil(asked * 1.3)}: ${raise}`)
              .join('; '),
      );
    }),
  );
  const bursts = sizes.map((size) => {
    const { by, perSecond, seconds } = burst(size);
    const raised = Math.min(
      ...burst(size)
        .rates.filter(([what]) => what !== gate.what)
        .map(([, rate]) => rate),
    );
    return row(
      size,
      by,
      String(perSecond),
      `${(seconds / 60).toFixed(0)} min`,
      `${raised}/s`,
      `${(BURST / raised / 60).toFixed(1)} min`,
    );
  });
  return [
    parts,
    row('---', '---', ...sizes.flatMap(() => rates.map(() => '---:'))),
    ...bound,
    '',
    row('starts', 'region', 'binds first', 'to raise, in this order, with three tenths to spare'),
    row('---', '---', '---', '---'),
    ...order,
    '',
    row('region', 'a burst is held back by', 'a second', `${BURST} take`, 'with our gate raised above it', 'they take'),
    row('---', '---', '---:', '---:', '---:', '---:'),
    ...bursts,
  ].join('\n');
};
