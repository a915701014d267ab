import { defined } from '../../shared/domain/defined.ts';
import { costOf, fixedCosts, pricesOf, type Region, type RunName, regions } from '../cost/cost.ts';
import { readWords, UsageError } from './parse-arguments.ts';

export { UsageError } from './parse-arguments.ts';

const help = `npm run -s cost -- --per-month N [--region R] [--webhooks S] [--poll S] [--vendor-price D] [--json]
Dollars a month by line, from counted units (infra/cost/units.json) and the price list of ${pricesOf} (infra/cost/prices.json).
  --per-month N      re-validations a month, a whole number from 1
  --region R         ${Object.keys(regions).join(', ')}; us-east-1 when left out
  --webhooks S       the share of those waiting for a webhook that get it, 0 to 1; 0.98 when left out
  --poll S           the share that only polls, 0 to 1; 0 when left out
  --vendor-price D   dollars of one validation at Truora; without it, AWS alone
  --json             the same as JSON
Exit code: 0; 2 for invalid arguments.`;

type RequestDetails = {
  perMonth: number;
  region: Region;
  webhooks: number;
  poll: number;
  vendorPrice: number | undefined;
};

/** Reads the command's words. @throws UsageError that names the flag and its rule */
export const readCostOptions = (words: readonly string[]): RequestDetails & { json: boolean; help: boolean } => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = readWords({
    args: [...words],
    options: {
      'per-month': text,
      region: text,
      webhooks: text,
      poll: text,
      'vendor-price': text,
      json: flag,
      help: flag,
    },
  });
  const number = (
    name: 'per-month' | 'webhooks' | 'poll' | 'vendor-price',
    rule: string,
    isGood: (n: number) => boolean,
  ) => {
    const said = values[name];
    if (said === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(said) ? Number(said) : Number.NaN;
    if (!isGood(value)) throw new UsageError(`--${name}: must be ${rule}`);
    return value;
  };
  const share = (value: number) => value >= 0 && value <= 1;
  const perMonth = number('per-month', 'a whole number from 1', (value) => Number.isInteger(value) && value >= 1);
  const webhooks = number('webhooks', 'a share from 0 to 1', share) ?? 0.98;
  const poll = number('poll', 'a share from 0 to 1', share) ?? 0;
  const vendorPrice = number('vendor-price', 'dollars, 0 or more', (value) => value >= 0);
  const { region = 'us-east-1', json, help: asksHelp } = values;
  if (!(region in regions)) throw new UsageError(`--region: must be one of ${Object.keys(regions).join(', ')}`);
  if (!asksHelp && perMonth === undefined) throw new UsageError('--per-month: is needed');
  return { perMonth: perMonth ?? 0, region: region as Region, webhooks, poll, vendorPrice, json, help: asksHelp };
};

/** Dollars a month, line by line: what each run costs by service, what is charged without any run, and Truora. */
export const billOf = ({ perMonth, region, webhooks, poll, vendorPrice }: RequestDetails) => {
  const shares: Record<RunName, number> = {
    callback: (1 - poll) * webhooks,
    poll,
    'webhook lost': (1 - poll) * (1 - webhooks),
  };
  const { factor, source } = regions[region];
  const names = Object.keys(shares) as RunName[];
  const services = Object.keys(costOf('callback'));
  const variable = services.map((service): [string, number] => [
    service,
    names.reduce((all, name) => all + ((costOf(name)[service] ?? 0) / 1000) * shares[name] * perMonth * factor, 0),
  ]);
  const fixed = fixedCosts.map(([what, dollars]): [string, number] => [what, dollars * factor]);
  const sum = (lines: [string, number][]) => lines.reduce((all, [, dollars]) => all + dollars, 0);
  const vendor = vendorPrice === undefined ? undefined : vendorPrice * perMonth;
  return {
    pricesOf,
    region,
    regionPrices: source,
    perMonth,
    shares,
    variable: Object.fromEntries(variable),
    variableInAll: sum(variable),
    fixed: Object.fromEntries(fixed),
    fixedInAll: sum(fixed),
    ...defined({ vendor }),
    inAll: sum(variable) + sum(fixed) + (vendor ?? 0),
  };
};

const shown = (bill: ReturnType<typeof billOf>): string => {
  const line = (what: string, dollars: number) => `${what.padEnd(44)}${dollars.toFixed(2).padStart(14)}`;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const { shares } = bill;
  return [
    `${bill.perMonth} re-validations a month in ${bill.region}; prices of ${bill.pricesOf} (${bill.regionPrices})`,
    `${percent(shares.callback)} webhook, ${percent(shares['webhook lost'])} webhook lost, ${percent(shares.poll)} poll`,
    '',
    ...Object.entries(bill.variable).map(([what, dollars]) => line(what, dollars)),
    line('AWS, by the run', bill.variableInAll),
    '',
    ...Object.entries(bill.fixed).map(([what, dollars]) => line(what, dollars)),
    line('AWS, fixed', bill.fixedInAll),
    '',
    ...(bill.vendor === undefined ? [] : [line("Truora's validations", bill.vendor)]),
    line('in all, USD a month', bill.inAll),
  ].join('\n');
};

/** @returns what to print, and the exit code */
export const answerCost = (words: readonly string[]): { text: string; exitCode: number; isError?: true } => {
  try {
    const { json, help: asksHelp, ...details } = readCostOptions(words);
    if (asksHelp) return { text: help, exitCode: 0 };
    const bill = billOf(details);
    return { text: json ? JSON.stringify(bill, null, 2) : shown(bill), exitCode: 0 };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { text: `${error.message}\n\n${help}`, exitCode: 2, isError: true };
  }
};

if (import.meta.main) {
  const { text, exitCode, isError } = answerCost(process.argv.slice(2));
  (isError ? process.stderr : process.stdout).write(`${text}\n`);
  process.exitCode = exitCode;
}
