import { definition } from '../../../infra/workflow/definition.ts';
import { type Figure, type Metric, seeded, sum } from '../figures.ts';

const DRAWS = 20_000;

const SIX_HOURS = 6 * 3600;

/** A latency of Truora's, in seconds: one draw of it, and its density. */
type Latency = { name: string; draw: (random: () => number) => number; density: (t: number) => number };

/** Box and Muller's. */
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

const logNormal = (median: number, sigma: number): Latency => ({
  name: `log-normal, median ${median} s, sigma ${sigma}`,
  draw: (random) => median * Math.exp(sigma * normal(random)),
  density: (t) =>
    t <= 0 ? 0 : Math.exp(-((Math.log(t / median) / sigma) ** 2) / 2) / (t * sigma * Math.sqrt(2 * Math.PI)),
});

const mixed = (fast: Latency, slow: Latency, share: number): Latency => ({
  name: `${100 * share} % ${fast.name}; the rest ${slow.name}`,
  draw: (random) => (random() < share ? fast : slow).draw(random),
  density: (t) => share * fast.density(t) + (1 - share) * slow.density(t),
});

const exponential = (mean: number): Latency => ({
  name: `exponential, mean ${mean} s`,
  draw: (random) => -mean * Math.log(random()),
  density: (t) => Math.exp(-t / mean) / mean,
});

export const latencies: Latency[] = [
  logNormal(3, 0.5),
  logNormal(6, 0.8),
  logNormal(20, 1),
  mixed(logNormal(3, 0.5), logNormal(90, 0.8), 0.85),
  exponential(10),
];

/** The seconds between one look and the next, for ever. */
type Schedule = (nth: number) => number;

/** The same waits of the machine: its pause before the first look, then its own Retry. */
export const ours: Schedule = (() => {
  const { States } = definition({ callbackTimeoutSeconds: 60 });
  const { Retry } = States.ReadVerdict as {
    Retry: readonly Partial<{ IntervalSeconds: number; BackoffRate: number; MaxDelaySeconds: number }>[];
  };
  const pause = Object.values(States).find((state) => state.Type === 'Wait')?.Seconds ?? 0;
  const { IntervalSeconds = 0, BackoffRate = 1, MaxDelaySeconds = 0 } = Retry.find((one) => one.BackoffRate) ?? {};
  return (nth) => (nth === 0 ? pause : Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** (nth - 1)));
})();

const peers: Record<string, Schedule> = {
  'every 5 s': () => 5,
  'doubling from 2 s, at most 30': (nth) => Math.min(30, 2 ** (nth + 1)),
};

/** Waits, looks, and so on until a look comes after `decidedAt`: how often it looked, and how late the last one came. */
export const walk = (schedule: Schedule, decidedAt: number): { looks: number; lag: number } => {
  let at = 0;
  let looks = 0;
  while (at < decidedAt) {
    at += schedule(looks);
    looks += 1;
  }
  return { looks, lag: at - decidedAt };
};

/** No schedule's lag x looks can be less, on the average: half the square of the integral of sqrt(density x survival). */
const boundOf = ({ density }: Latency): number => {
  const STEP = 0.02;
  let survival = 1;
  let integral = 0;
  for (let t = STEP / 2; t < 3000 && survival > 1e-7; t += STEP) {
    const f = density(t);
    integral += Math.sqrt(f * Math.max(0, survival - (f * STEP) / 2)) * STEP;
    survival -= f * STEP;
  }
  return integral ** 2 / 2;
};

export const efficiency = (schedule: Schedule, latency: Latency) => {
  const random = seeded(7);
  const walks = Array.from({ length: DRAWS }, () => walk(schedule, latency.draw(random)));
  const mean = (values: number[]) => sum(values) / DRAWS;
  const looks = mean(walks.map((one) => one.looks));
  const lag = mean(walks.map((one) => one.lag));
  return { looks, lag, share: boundOf(latency) / (looks * lag) };
};

/**
 * B7: lag x looks of the machine's own retry, against the bound, on five latencies with written parameters. Every look of the
 * timed poll is counted.
 */
export const polls: Metric = async (say) => {
  const rows = latencies.map((latency) => {
    say(`polls: ${latency.name}`);
    return { latency, ours: efficiency(ours, latency) };
  });
  const worst = Math.min(...rows.map((row) => row.ours.share));
  const long = walk(ours, SIX_HOURS);
  const shares = (schedule: Schedule) => latencies.map((latency) => efficiency(schedule, latency).share);
  return [
    ...rows.map(
      ({ latency, ours: { share, looks, lag } }): Figure => ({
        metric: 'B7',
        what: `efficiency, ${latency.name} (${looks.toFixed(1)} looks, ${lag.toFixed(1)} s late)`,
        value: share,
        unit: 'x',
      }),
    ),
    {
      metric: 'B7',
      what: 'efficiency, the worst of five',
      value: worst,
      unit: 'x',
      target: { atLeast: 0.6 },
      reference: '0.61',
    },
    ...Object.entries(peers).map(([name, schedule]): Figure => {
      const all = shares(schedule);
      return {
        metric: 'B7',
        what: `the same, ${name}`,
        value: Math.min(...all),
        unit: 'x',
        reference: name.startsWith('doubling') ? '0.25-0.38' : '0.44-0.89',
        raw: all,
      };
    }),
    {
      metric: 'B7',
      what: 'looks of a wait of six hours',
      value: long.looks,
      unit: 'count',
      target: { atMost: 400 },
      reference: '379',
    },
    {
      metric: 'B7',
      // Scheduled, started and failed for a retry of a Lambda task.
      what: 'history events of that wait',
      value: 3 * long.looks,
      unit: 'count',
      target: { atMost: 25_000 },
    },
  ];
};
