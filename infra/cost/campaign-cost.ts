import prices from './prices.json' with { type: 'json' };

const { price } = prices;

const GIGABYTES = 0.5;

/**
 * What a row of a campaign uses beside its run. States: WaitForTurn, Turn, Revalidate, RecordRow. Writes: the turn, the result, its count.
 * Reads: the throttle, and the result in each of two sums. Calls: two functions of 50 ms, and at the plan the checks of 0.2 s. Counted on
 * the local system; the seconds are assumed.
 */
const row = { transitions: 4, writes: 3, reads: 2.5, calls: 3, seconds: 0.3, objects: 1, logKilobytes: 6, traces: 1 };

/** Dollars per 1,000 rows of a campaign, beside those of their runs, by service. */
export const campaignCosts = (): Record<string, number> => {
  const each = {
    'Step Functions': row.transitions * price.transition,
    Lambda: row.calls * price.request + row.seconds * GIGABYTES * price.gigabyteSecond,
    DynamoDB: row.writes * price.write + row.reads * price.read,
    S3: row.objects * price.get,
    'logs, X-Ray': (row.logKilobytes / 1e6) * price.logGigabyte + row.traces * price.trace,
  };
  return Object.fromEntries(Object.entries(each).map(([service, dollars]) => [service, 1000 * dollars]));
};

export const campaignRowCost = (): number =>
  Object.values(campaignCosts()).reduce((sum, dollars) => sum + dollars, 0) / 1000;
