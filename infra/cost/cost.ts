import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { notificationResults, truoraCalls, unknownWords } from '../../shared/workflow/metrics.ts';
import { definition } from '../workflow/definition.ts';
import { LOOK_SECONDS } from '../workflow/retriers.ts';
import prices from './prices.json' with { type: 'json' };
import units from './units.json' with { type: 'json' };

/** Prices and counted units are data, each with its date. */
const { price, monthly } = prices;

export const pricesOf = prices.of;

export type Prices = typeof prices;

export type Region = keyof typeof prices.regions;

export const regions = prices.regions;

/** Seconds until Truora has decided. Assumed: Truora publishes no number. */
const DECIDED_AFTER = 10;

/** Seconds of a warm function at 512 MB, mostly waiting for Truora. Assumed, to be replaced by the dashboard's values. */
const seconds = {
  ClaimRequest: 0.15,
  CheckEnrollment: 0.5,
  CreateValidation: 0.8,
  MoveMedia: 1.5,
  AwaitMedia: 0.1,
  AwaitWebhook: 0.05,
  ReadVerdict: 0.5,
  RecordOutcome: 0.05,
  ReceiveWebhook: 0.1,
};

/** A read, a signature at KMS and a write. Assumed. */
const EVIDENCE_SECONDS = 0.2;

/** Three lines of ours and Lambda's. Calculated. */
const EVIDENCE_LOG_KILOBYTES = 2;

const MEMORY_GB = 0.5;

/** A tenth of the calls has a cold start of 0.4 s, which is billed too. Assumed. */
const COLD_SECONDS = 0.1 * 0.4;

type Poll = { IntervalSeconds: number; BackoffRate: number; MaxDelaySeconds: number };

/** The number of repeated polls of ReadVerdict before Truora has decided, by the intervals of the state machine. */
export const pollsUntil = (decidedAfter: number): number => {
  const { Retry } = definition({ callbackTimeoutSeconds: 60 }).States.ReadVerdict as {
    Retry: readonly Partial<Poll>[];
  };
  const pending = Retry.find((retrier): retrier is Poll => retrier.BackoffRate !== undefined);
  if (!pending) throw new TypeError('ReadVerdict has no polling retrier');
  const pause = Object.values(definition({ callbackTimeoutSeconds: 60 }).States).find((state) => state.Type === 'Wait');
  let polls = 0;
  for (let at = pause?.Seconds ?? 0; at < decidedAfter; polls += 1) {
    at += Math.min(pending.MaxDelaySeconds, pending.IntervalSeconds * pending.BackoffRate ** polls);
  }
  return polls;
};

/**
 * The units of a run that ends in a verdict. Transitions, webhooks, reads and writes (with those of indexes) are counted at the
 * emulators by `npm run -s bench -- B9`. Logs (ours, Lambda's, the machine's at level ALL), traces and key uses are calculated.
 */
const base = { events: 1, puts: 1, gets: 2, secretReads: 0.1, keyUses: 2 };

export const runs = {
  callback: {
    ...base,
    ...units.runs.callback,
    polls: 1,
    waits: 1,
    logKilobytes: 30,
    traces: 3,
  },
  poll: {
    ...base,
    ...units.runs.poll,
    transitions: 8 + pollsUntil(DECIDED_AFTER),
    polls: 1 + pollsUntil(DECIDED_AFTER),
    waits: 0,
    logKilobytes: 40,
    traces: 1,
  },
  'webhook lost': {
    ...base,
    ...units.runs['webhook lost'],
    polls: 1,
    waits: 1,
    logKilobytes: 29,
    traces: 1,
  },
} as const;

export type RunName = keyof typeof runs;

/**
 * Half a unit for each lookup whether a drop has a record: each five minutes of its first hour, then once an hour of the day that media
 * stays in the inbox.
 */
const SWEEP_READS = 0.5 * (12 + 23);

const once = ['ClaimRequest', 'CheckEnrollment', 'CreateValidation', 'MoveMedia', 'RecordOutcome'] as const;

/** Seconds that all functions of one run are busy. */
export const busySecondsOf = (name: RunName): number => {
  const run = runs[name];
  return (
    once.reduce((total, step) => total + seconds[step], 0) +
    run.polls * seconds.ReadVerdict +
    run.waits * seconds.AwaitWebhook +
    run.notifications * seconds.ReceiveWebhook
  );
};

/** Dollars per 1,000 re-validations by service, without Truora's own price. */
export const costOf = (name: RunName): Record<string, number> => {
  const run = runs[name];
  const calls = once.length + run.polls + run.waits + run.notifications;
  const busy = busySecondsOf(name);
  const each = {
    'Step Functions': run.transitions * price.transition,
    Lambda: calls * price.request + (busy + calls * COLD_SECONDS) * MEMORY_GB * price.gigabyteSecond,
    DynamoDB: run.writes * price.write + (run.reads + SWEEP_READS) * price.read,
    'S3, EventBridge, HTTP API':
      run.puts * price.put + run.gets * price.get + run.events * price.event + run.notifications * price.apiCall,
    'logs, X-Ray': (run.logKilobytes / 1e6) * price.logGigabyte + run.traces * price.trace,
    'KMS, secrets': run.keyUses * price.keyUse + run.secretReads * price.secretRead,
    // One function beside the machine: its signature, its object, its log and its trace. Its read is among those that are counted.
    evidence:
      price.sign +
      price.put +
      price.get +
      price.request +
      (EVIDENCE_SECONDS + COLD_SECONDS) * MEMORY_GB * price.gigabyteSecond +
      (EVIDENCE_LOG_KILOBYTES / 1e6) * price.logGigabyte +
      price.trace,
  };
  return Object.fromEntries(Object.entries(each).map(([service, dollars]) => [service, 1000 * dollars]));
};

/** The most custom metrics: one for each value of a dimension. About fifteen reasons occur in practice (assumed). */
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

/** Metrics of all alarms together. */
export const ALARMED_METRICS = 20;

/** Alarms on other alarms. */
export const COMPOSITE_ALARMS = 1;

/**
 * Sweeps a month, one in five minutes. Each reads seventeen shards and two positions, lists the inbox and the names of erased persons (one
 * call for a thousand each) and runs three functions for a third of a second. Assumed.
 */
const SWEEPS = 8760;

const scheduledRun = price.request + 0.3 * MEMORY_GB * price.gigabyteSecond + price.trace;

const sweep = 3 * scheduledRun + (17 * 0.5 + 2) * price.read + 2 * price.put;

/** Dollars a month of a stage without a re-validation (metrics: only those that were written). */
export const fixedCosts: [string, number][] = [
  ['3 customer keys, one of them for evidence', 3 * monthly.key],
  ['2 secrets', 2 * monthly.secret],
  ['2 dashboards', 2 * monthly.dashboard],
  [`alarms on ${ALARMED_METRICS} metrics`, ALARMED_METRICS * monthly.alarmedMetric],
  [`${COMPOSITE_ALARMS} composite alarm`, COMPOSITE_ALARMS * monthly.compositeAlarm],
  ['a sweep every five minutes', SWEEPS * sweep],
  [`up to ${metricCount} custom metrics`, metricCount * monthly.metric],
];

/**
 * Dollars a month of one page of the console that is open eight hours a day. It reads fifty cases every five seconds: a query and a
 * batch, which read half a unit each case, in a tenth of a second. The pages themselves are within CloudFront's free amount (documented).
 */
const consoleMonth =
  30 *
  8 *
  720 *
  (price.apiCall + price.request + 0.1 * MEMORY_GB * price.gigabyteSecond + price.trace + 51 * 0.5 * price.read);

/** What a look writes to the machine's log at level ALL and to the function's own. Calculated. */
const LOOK_LOG_KILOBYTES = 4;

/**
 * Dollars of a look for the recording of a live capture. The entry of AwaitMedia is one too. It stores the token, reads the ticket, and asks
 * S3 for the newest version under its key.
 */
const look =
  price.transition +
  price.request +
  (seconds.AwaitMedia + COLD_SECONDS) * MEMORY_GB * price.gigabyteSecond +
  price.write +
  price.read +
  price.get +
  (LOOK_LOG_KILOBYTES / 1e6) * price.logGigabyte;

const total = (dollars: number[]) => dollars.reduce((sum, one) => sum + one, 0);

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

/** The two cost tables of infra/cost/README.md. */
export const costTables = (): string => {
  const names = Object.keys(runs) as RunName[];
  const costs = names.map(costOf);
  const services = Object.keys(costs[0] ?? {});
  return [
    row(`per 1,000, USD of ${pricesOf}`, ...names),
    row('---', ...names.map(() => '---:')),
    ...services.map((service) => row(service, ...costs.map((cost) => (cost[service] ?? 0).toFixed(3)))),
    row('**AWS in all**', ...costs.map((cost) => `**${total(Object.values(cost)).toFixed(3)}**`)),
    row('with `console`: one more write each', ...names.map(() => (1000 * price.write).toFixed(3))),
    row(
      `live capture: each look for its recording, one in ${LOOK_SECONDS + 1} s`,
      ...names.map(() => (1000 * look).toFixed(3)),
    ),
    row('transitions each', ...names.map((name) => String(runs[name].transitions))),
    row("Truora's price of 1,000 validations", ...names.map(() => 'as agreed')),
    '',
    row('fixed, a month and a stage', 'USD'),
    row('---', '---:'),
    ...fixedCosts.map(([what, dollars]) => row(what, dollars.toFixed(2))),
    row('**in all**', `**${total(fixedCosts.map(([, dollars]) => dollars)).toFixed(2)}**`),
    row('with `console`: one page that is open 8 hours a day', consoleMonth.toFixed(2)),
  ].join('\n');
};
