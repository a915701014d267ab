import prices from './prices.json' with { type: 'json' };

const { price } = prices;

const GIGABYTES = 0.5;

/** How often a row asks for its turn: 3 to 5 times in virtual time (test/campaigns/simulate.ts), the more the slower Truora is. */
const ASKS = 5;

/**
 * What a row of a campaign uses beside its run. States: WaitForTurn for each time that it asks, Turn, Revalidate, RecordRow. Writes: the
 * turn, the result, its count. Reads: throttle and campaign for each time that it asks, and the result in each of two sums. Calls: the
 * functions of these states, of 50 ms, and at the plan the checks of 0.2 s. Counted on the local system; the seconds are assumed.
 */
const row = {
  transitions: ASKS + 3,
  writes: 3,
  reads: 1.5 * ASKS + 2,
  calls: ASKS + 2,
  seconds: 0.05 * (ASKS + 1) + 0.2,
  objects: 1,
  logKilobytes: 6,
  traces: 1,
};

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
