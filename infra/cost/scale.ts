import { Config } from '../aws/config.ts';
import { busySecondsOf, runs } from './cost.ts';
import limitsOf from './limits.json' with { type: 'json' };

type Size = 'large' | 'small';

const rates = [10, 100, 1000];

/** Seconds from the upload to the webhook. Assumed, as in the cost: Truora publishes no number. */
const WAITING_SECONDS = 10;

/** The API's throttle, from the configuration's default. It also counts webhooks. */
const apiThrottle = {
  what: 'calls at our API, webhooks among them',
  unit: 'a second',
  large: Config.parse({}).callsPerSecond,
  small: Config.parse({}).callsPerSecond,
  raise: '`--calls-per-second`, and `--calls-at-once` with it',
};

/** What one start a second uses of each limit, by the counted units of a run with a webhook. */
const run = runs.callback;

const uses: Record<string, number> = {
  StartExecution: 1,
  StateTransition: run.transitions,
  SendTaskSuccess: 1,
  'open executions': busySecondsOf('callback') + WAITING_SECONDS,
  'Lambda at once': busySecondsOf('callback'),
  'DynamoDB writes of a new table': run.writes,
  'DynamoDB reads of a new table': run.reads,
  [apiThrottle.what]: run.notifications,
};

export const limits = [...limitsOf.limits, apiThrottle];

/** The part of each limit that a rate uses, the largest first: 1 is the whole limit. */
export const loadAt = (rate: number, size: Size) =>
  limits
    .map((limit) => {
      const asked = (uses[limit.what] ?? Number.NaN) * rate;
      return { ...limit, asked, part: asked / limit[size] };
    })
    .toSorted((a, b) => b.part - a.part);

/** Webhooks that wait after an outage. */
const BURST = 100_000;

/**
 * The time of a burst of webhooks. Each resumes one execution, which then reads, records and announces. The slowest of resuming,
 * transitions and the API's throttle limits it.
 */
export const burst = (size: Size) => {
  const limit = (what: string) => limits.find((one) => one.what === what)?.[size] ?? Number.NaN;
  // After a notification, ReadVerdict and RecordOutcome are entered.
  const rates: [string, number][] = [
    [apiThrottle.what, apiThrottle[size]],
    ['SendTaskSuccess', limit('SendTaskSuccess')],
    ['StateTransition', limit('StateTransition') / 2],
  ];
  const [slowest = ['', Number.NaN]] = rates.toSorted(([, a], [, b]) => a - b);
  return { by: slowest[0], perSecond: slowest[1], seconds: BURST / slowest[1], rates };
};

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

const percent = (part: number) => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

/** The scale tables of infra/cost/README.md. */
export const scaleTables = (): string => {
  const sizes: Size[] = ['large', 'small'];
  const parts = row(
    'limit',
    'one start a second uses',
    ...sizes.flatMap((size) => rates.map((rate) => `${rate}/s, ${size}`)),
  );
  const bound = limits.map(({ what, unit }) =>
    row(
      what,
      `${Number((uses[what] ?? Number.NaN).toFixed(2))} ${unit}`,
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
        .rates.filter(([what]) => what !== apiThrottle.what)
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
    row('starts', 'region', 'binds first', 'to raise, in this order, with 30 % reserve'),
    row('---', '---', '---', '---'),
    ...order,
    '',
    row('region', 'a burst is limited by', 'a second', `${BURST} take`, 'with a higher API throttle', 'they take'),
    row('---', '---', '---:', '---:', '---:', '---:'),
    ...bursts,
  ].join('\n');
};
