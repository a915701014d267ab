import { defined } from '../../shared/domain/defined.ts';
import { campaignRowCost } from '../cost/campaign-cost.ts';
import { costOf, fixedCosts, pricesOf, type Region, type RunName, regions } from '../cost/cost.ts';
import type { Define } from './program/define.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { UsageError } from './program/usage.ts';

type Details = {
  perMonth: number;
  /** How many of them are rows of campaigns. */
  campaignRows?: number;
  region: Region;
  webhooks: number;
  poll: number;
  vendorPrice: number | undefined;
};

type Options = {
  perMonth?: string;
  region: string;
  webhooks: string;
  poll: string;
  campaignRows: string;
  vendorPrice?: string;
  json?: boolean;
};

export const define: Define = (command, does, { print }) => {
  command
    .description(`Prints the dollars of a month by line, from counted units and the price list of ${pricesOf}.`)
    .option('--per-month <number>', 're-validations a month, a whole number from 1 (required)')
    .option('--region <region>', `one of ${Object.keys(regions).join(', ')}`, 'us-east-1')
    .option('--webhooks <share>', 'the share of those waiting for a webhook that get it, 0 to 1', '0.98')
    .option('--poll <share>', 'the share that only polls, 0 to 1', '0')
    .option('--campaign-rows <number>', 'how many of them are rows of campaigns', '0')
    .option('--vendor-price <dollars>', 'dollars of one validation at Truora; without it, AWS alone')
    .option('--json', 'print the same as JSON')
    .addHelpText('after', exitCodeHelp('never'));
  does(command, (options: Options) => {
    const bill = billOf(detailsOf(options));
    print(options.json ? JSON.stringify(bill, null, 2) : shown(bill));
    return exitCodes.ok;
  });
};

/** @throws UsageError that names the option and its rule */
const detailsOf = ({ perMonth, region, webhooks, poll, campaignRows, vendorPrice }: Options): Details => {
  const number = (flag: string, text: string, rule: string, isGood: (n: number) => boolean): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!isGood(value)) throw new UsageError(`${flag}: must be ${rule}`);
    return value;
  };
  const share = (flag: string, text: string) =>
    number(flag, text, 'a share from 0 to 1', (value) => value >= 0 && value <= 1);
  if (perMonth === undefined) throw new UsageError('--per-month is required');
  if (!(region in regions)) throw new UsageError(`--region: must be one of ${Object.keys(regions).join(', ')}`);
  return {
    perMonth: number('--per-month', perMonth, 'a whole number from 1', (n) => Number.isInteger(n) && n >= 1),
    region: region as Region,
    webhooks: share('--webhooks', webhooks),
    poll: share('--poll', poll),
    campaignRows: number(
      '--campaign-rows',
      campaignRows,
      'a whole number up to --per-month',
      (n) => Number.isInteger(n) && n <= Number(perMonth),
    ),
    vendorPrice:
      vendorPrice === undefined
        ? undefined
        : number('--vendor-price', vendorPrice, 'dollars, 0 or more', (value) => value >= 0),
  };
};

/** Dollars a month, line by line: what each run costs by service, what is charged without any run, and Truora. */
export const billOf = ({ perMonth, campaignRows = 0, region, webhooks, poll, vendorPrice }: Details) => {
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
  if (campaignRows > 0) variable.push(['campaigns', campaignRows * campaignRowCost() * factor]);
  const fixed = fixedCosts.map(([what, dollars]): [string, number] => [what, dollars * factor]);
  const sum = (lines: [string, number][]) => lines.reduce((all, [, dollars]) => all + dollars, 0);
  const vendor = vendorPrice === undefined ? undefined : vendorPrice * perMonth;
  return defined({
    pricesOf,
    region,
    regionPrices: source,
    perMonth,
    shares,
    variable: Object.fromEntries(variable),
    variableInAll: sum(variable),
    fixed: Object.fromEntries(fixed),
    fixedInAll: sum(fixed),
    vendor,
    inAll: sum(variable) + sum(fixed) + (vendor ?? 0),
  });
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
