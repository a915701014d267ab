import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { notificationResults, truoraCalls, unknownWords } from '../../shared/workflow/metrics.ts';
import { definition } from '../workflow/definition.ts';
import prices from './prices.json' with { type: 'json' };
import units from './units.json' with { type: 'json' };

/** Prices and counted units are data, each with the day it is of. */
const { price, monthly } = prices;

export const pricesOf = prices.of;

export type Region = keyof typeof prices.regions;

export const regions = prices.regions;

/** Seconds until Truora has decided. Assumed: nobody has published it. */
const DECIDED_AFTER = 10;

/** Seconds of a warm function at 512 MB, mostly waiting for Truora. Assumed, to be replaced by what the dashboard shows. */
const seconds = {
  ClaimRequest: 0.15,
  CheckEnrollment: 0.5,
  CreateValidation: 0.8,
  MoveMedia: 1.5,
  AwaitWebhook: 0.05,
  ReadVerdict: 0.5,
  RecordOutcome: 0.05,
  ReceiveWebhook: 0.1,
};

const MEMORY_GB = 0.5;

/** A tenth of the calls meets a cold start of 0.4 s, which is billed as well. Assumed. */
const COLD_SECONDS = 0.1 * 0.4;

type Poll = { IntervalSeconds: number; BackoffRate: number; MaxDelaySeconds: number };

/** How often ReadVerdict looks once more before Truora has decided: the very waits of the machine. */
export const looksUntil = (decidedAfter: number): number => {
  const { Retry } = definition({ callbackTimeoutSeconds: 60 }).States.ReadVerdict as {
    Retry: readonly Partial<Poll>[];
  };
  const pending = Retry.find((retrier): retrier is Poll => retrier.BackoffRate !== undefined);
  if (!pending) throw new TypeError('nothing polls');
  const pause = Object.values(definition({ callbackTimeoutSeconds: 60 }).States).find((state) => state.Type === 'Wait');
  let looks = 0;
  for (let at = pause?.Seconds ?? 0; at < decidedAfter; looks += 1) {
    at += Math.min(pending.MaxDelaySeconds, pending.IntervalSeconds * pending.BackoffRate ** looks);
  }
  return looks;
};

/**
 * What a run that ends in a verdict uses. Transitions, webhooks, reads and writes (with those of indexes) are counted at the
 * emulators by `npm run -s bench -- B9`; logs (ours, Lambda's, the machine's at level ALL), traces and key uses are reckoned.
 */
const base = { events: 1, puts: 1, gets: 2, secretReads: 0.1, keyUses: 2 };

export const runs = {
  callback: {
    ...base,
    ...units.runs.callback,
    looks: 1,
    parked: 1,
    logKilobytes: 26,
    traces: 3,
  },
  poll: {
    ...base,
    ...units.runs.poll,
    transitions: 8 + looksUntil(DECIDED_AFTER),
    looks: 1 + looksUntil(DECIDED_AFTER),
    parked: 0,
    logKilobytes: 34,
    traces: 1,
  },
  'webhook lost': {
    ...base,
    ...units.runs['webhook lost'],
    looks: 1,
    parked: 1,
    logKilobytes: 25,
    traces: 1,
  },
} as const;

export type RunName = keyof typeof runs;

/** Half a unit each five minutes of the day that media lies in the inbox: the sweep asks whether a drop has a record. */
const SWEPT = 0.5 * 288;

const once = ['ClaimRequest', 'CheckEnrollment', 'CreateValidation', 'MoveMedia', 'RecordOutcome'] as const;

/** Seconds that the functions of one run are busy, all together. */
export const busySecondsOf = (name: RunName): number => {
  const run = runs[name];
  return (
    once.reduce((total, step) => total + seconds[step], 0) +
    run.looks * seconds.ReadVerdict +
    run.parked * seconds.AwaitWebhook +
    run.notifications * seconds.ReceiveWebhook
  );
};

/** Dollars per 1,000 re-validations by service, without Truora's own price. */
export const costOf = (name: RunName): Record<string, number> => {
  const run = runs[name];
  const calls = once.length + run.looks + run.parked + run.notifications;
  const busy = busySecondsOf(name);
  const each = {
    'Step Functions': run.transitions * price.transition,
    Lambda: calls * price.request + (busy + calls * COLD_SECONDS) * MEMORY_GB * price.gigabyteSecond,
    DynamoDB: run.writes * price.write + (run.reads + SWEPT) * price.read,
    'S3, EventBridge, HTTP API':
      run.puts * price.put + run.gets * price.get + run.events * price.event + run.notifications * price.apiCall,
    'logs, X-Ray': (run.logKilobytes / 1e6) * price.logGigabyte + run.traces * price.trace,
    'KMS, secrets': run.keyUses * price.keyUse + run.secretReads * price.secretRead,
  };
  return Object.fromEntries(Object.entries(each).map(([service, dollars]) => [service, 1000 * dollars]));
};

/** At most so many of our metrics: one for each value a dimension takes. Of the reasons, about fifteen are ever seen. */
const metricCount =
  stepNames.length +
  outcomeStatuses.length +
  15 +
  3 +
  Object.keys(truoraCalls).length * 2 +
  1 +
  7 +
  notificationResults.length +
  unknownWords.length;

/** What alarms look at, counted over all of them. */
export const ALARMED_METRICS = 18;

/** Alarms that stand on other alarms. */
export const COMPOSITE_ALARMS = 1;

/**
 * Sweeps a month, at one in five minutes, each a look into sixteen shards, a list of the inbox (one call a thousand versions)
 * and a third of a second of two functions. Assumed.
 */
const SWEEPS = 8760;

const woken = price.request + 0.3 * MEMORY_GB * price.gigabyteSecond + price.trace;

const sweep = 2 * woken + 16 * 0.5 * price.read + price.put;

/** Dollars a month that a stage costs without a single re-validation (metrics: only those that were written to). */
export const fixedCosts: [string, number][] = [
  ['2 customer keys', 2 * monthly.key],
  ['2 secrets', 2 * monthly.secret],
  ['2 dashboards', 2 * monthly.dashboard],
  [`alarms on ${ALARMED_METRICS} metrics`, ALARMED_METRICS * monthly.alarmedMetric],
  [`${COMPOSITE_ALARMS} composite alarm`, COMPOSITE_ALARMS * monthly.compositeAlarm],
  ['a sweep every five minutes', SWEEPS * sweep],
  [`up to ${metricCount} custom metrics`, metricCount * monthly.metric],
];

const total = (dollars: number[]) => dollars.reduce((sum, one) => sum + one, 0);

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

/** The two tables of the README. */
export const costTables = (): string => {
  const names = Object.keys(runs) as RunName[];
  const costs = names.map(costOf);
  const services = Object.keys(costs[0] ?? {});
  return [
    row(`per 1,000, USD of ${pricesOf}`, ...names),
    row('---', ...names.map(() => '---:')),
    ...services.map((service) => row(service, ...costs.map((cost) => (cost[service] ?? 0).toFixed(3)))),
    row('**AWS in all**', ...costs.map((cost) => `**${total(Object.values(cost)).toFixed(3)}**`)),
    row('transitions each', ...names.map((name) => String(runs[name].transitions))),
    row("Truora's price of 1,000 validations", ...names.map(() => 'as agreed')),
    '',
    row('fixed, a month and a stage', 'USD'),
    row('---', '---:'),
    ...fixedCosts.map(([what, dollars]) => row(what, dollars.toFixed(2))),
    row('**in all**', `**${total(fixedCosts.map(([, dollars]) => dollars)).toFixed(2)}**`),
  ].join('\n');
};
