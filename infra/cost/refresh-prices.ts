import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prices } from './cost.ts';
import { listed, PRICE_LIST, type PriceList, priceOf, STATES, TRANSITION } from './price-list.ts';

type Names = Record<string, readonly [service: string, usageType: string]>;

const FILE = join(import.meta.dirname, 'prices.json');

const HOME = 'us-east-1';

/** A list has up to ten megabytes. Milliseconds. */
const TIMEOUT_MS = 60_000;

/** Reads the list of a service in a region, each once. @throws Error that names the address */
const reader = (origin: string) => {
  const lists = new Map<string, Promise<PriceList>>();
  const read = async (url: string): Promise<PriceList> => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return (await answer.json()) as PriceList;
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string } };
      throw new Error(`${url} cannot be read (${cause?.code ?? message})`);
    }
  };
  return (service: string, region: string): Promise<PriceList> => {
    const url = `${origin}/offers/v1.0/aws/${service}/current/${region}/index.json`;
    const list = lists.get(url) ?? read(url);
    lists.set(url, list);
    return list;
  };
};

/**
 * The prices of today, from AWS's lists. What no list has (dashboards) is kept.
 * @throws Error that names the address that cannot be read, or the price that is not there
 */
export const refreshed = async (old: Prices, today: string, origin = PRICE_LIST): Promise<Prices> => {
  const listOf = reader(origin);
  const read = async (names: Names): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const [key, [service, name]] of Object.entries(names))
      found[key] = priceOf(await listOf(service, HOME), name, HOME);
    return found;
  };
  const price = { ...old.price, ...(await read(listed.price)) };
  const monthly = { ...old.monthly, ...(await read(listed.monthly)) };
  const regions: Record<string, { factor: number; source: string }> = {};
  for (const region of Object.keys(old.regions)) {
    const there = priceOf(await listOf(STATES, region), TRANSITION, region);
    const factor = Number((there / price.transition).toFixed(3));
    const source = region === HOME ? 'the list itself' : 'the price of a state transition; the rest assumed alike';
    regions[region] = { factor, source };
  }
  return { ...old, of: today, price, monthly, regions: regions as Prices['regions'] };
};

/** Each price that differs, on a line. */
export const changesOf = (old: Prices, now: Prices): string[] => {
  const flat = ({ price, monthly, regions }: Prices): Record<string, number> => ({
    ...price,
    ...Object.fromEntries(Object.entries(monthly).map(([name, dollars]) => [`${name} a month`, dollars])),
    ...Object.fromEntries(Object.entries(regions).map(([name, { factor }]) => [`factor of ${name}`, factor])),
  });
  const before = flat(old);
  return Object.entries(flat(now)).flatMap(([name, value]) =>
    value === before[name] ? [] : [`${name}: ${before[name]} -> ${value}`],
  );
};

/** Writes the file again. @returns the exit code; after an error the file is as it was */
export const refreshFile = async (file: string, today: string, origin?: string): Promise<number> => {
  const old = JSON.parse(readFileSync(file, 'utf8')) as Prices;
  try {
    const now = await refreshed(old, today, origin);
    writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
    const changes = changesOf(old, now);
    process.stdout.write(
      [...changes, `${changes.length} prices changed; then: npm run fix && npm run -s readme`, ''].join('\n'),
    );
    return 0;
  } catch (error) {
    process.stderr.write(`the prices of ${old.of} stay: ${(error as Error).message}\n`);
    return 1;
  }
};

if (import.meta.main) process.exitCode = await refreshFile(FILE, new Date().toISOString().slice(0, 10));
