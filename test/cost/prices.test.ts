import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listed, type PriceList, priceOf } from '../../infra/cost/price-list.ts';
import prices from '../../infra/cost/prices.json' with { type: 'json' };
import { refreshFile } from '../../infra/cost/refresh-prices.ts';

type Row = [usageType: string, ranges: [begin: string, dollars: string][]];

/** A list in AWS's form: products by SKU, and their terms with one price for each range of units. */
const listOf = (offerCode: string, rows: Row[]) => ({
  formatVersion: 'v1.0',
  offerCode,
  products: Object.fromEntries(
    rows.map(([usagetype], n) => [`SKU${n}`, { sku: `SKU${n}`, attributes: { servicecode: offerCode, usagetype } }]),
  ),
  terms: {
    OnDemand: Object.fromEntries(
      rows.map(([, ranges], n) => [
        `SKU${n}`,
        {
          [`SKU${n}.JRTCKXETXF`]: {
            priceDimensions: Object.fromEntries(
              ranges.map(([beginRange, USD], at) => [`SKU${n}.R${at}`, { beginRange, pricePerUnit: { USD } }]),
            ),
          },
        },
      ]),
    ),
  },
});

const prefixes: Record<string, string> = { 'us-east-1': 'USE1', 'us-west-2': 'USW2', 'sa-east-1': 'SAE1' };

/** The prices that the stand-in lists, by usage type; others are what the file has. */
let changed: Record<string, string>;

let status: number;

let server: Server;

let asked: string[];

const rowsOf = (service: string, region: string): Row[] =>
  Object.entries(listed).flatMap(([part, names]) =>
    Object.entries(names).flatMap(([key, [code, name]]): Row[] => {
      if (code !== service || changed[name] === 'absent') return [];
      const known = (prices[part as 'price'] as Record<string, number>)[key];
      const factor = region === 'sa-east-1' ? 1.5 : 1;
      const dollars = changed[name] ?? (Number(known) * factor).toFixed(12);
      const prefix = code === 'awskms' ? region : prefixes[region];
      // Some usage types of us-east-1 have no prefix.
      const bare = /^(Requests-Tier|\w+RequestUnits|CW:|DataProcessing)/.test(name) && region === 'us-east-1';
      return [
        [
          bare ? name : `${prefix}-${name}`,
          [
            ['300000000', '0.0000000001'],
            ['0', dollars],
          ],
        ],
        [`IA-${name}`, [['0', '9.0']]],
        [`${prefix}-Other${name}`, [['0', '8.0']]],
      ];
    }),
  );

let folder: string;

let file: string;

const printed: string[] = [];

beforeEach(async () => {
  [changed, status, asked] = [{}, 200, []];
  printed.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const [, service = '', region = ''] =
      /^\/offers\/v1\.0\/aws\/(\w+)\/current\/([\w-]+)\/index\.json$/.exec(request.url ?? '') ?? [];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(listOf(service, rowsOf(service, region))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'prices-'));
  file = join(folder, 'prices.json');
  writeFileSync(file, `${JSON.stringify(prices, null, 2)}\n`);
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const originOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const refresh = () => refreshFile(file, '2026-12-01', originOf());

const written = () => JSON.parse(readFileSync(file, 'utf8')) as typeof prices;

test('writes the prices of the lists, with their day, and reads each list once', async () => {
  changed = { StateTransition: '0.00003', 'KMS-Keys': '1.25' };
  expect(await refresh()).toBe(0);
  const { of, price, monthly, regions } = written();
  expect(of).toBe('2026-12-01');
  expect(price).toEqual({ ...prices.price, transition: 0.00003 });
  expect(monthly).toEqual({ ...prices.monthly, key: 1.25 });
  expect(Object.keys(regions)).toEqual(Object.keys(prices.regions));
  expect(printed.join('')).toContain('transition: 0.000025 -> 0.00003\nkey a month: 1 -> 1.25\n');
  expect(new Set(asked).size).toBe(asked.length);
});

test("takes a region's factor from its price of a state transition", async () => {
  expect(await refresh()).toBe(0);
  const { regions } = written();
  expect(regions['sa-east-1']).toEqual({
    factor: 1.5,
    source: 'the price of a state transition; the rest assumed alike',
  });
  expect(regions['us-west-2'].factor).toBe(1);
});

describe('leaves the file as it was, and says why', () => {
  const unchanged = async (why: RegExp) => {
    const before = readFileSync(file, 'utf8');
    expect(await refresh()).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(printed.join('')).toMatch(why);
  };

  test('when the lists cannot be reached', async () => {
    const origin = originOf();
    server.close();
    const before = readFileSync(file, 'utf8');
    expect(await refreshFile(file, '2026-12-01', origin)).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(printed.join('')).toMatch(
      /^the prices of 2026-11-23 stay: http:\/\/127\.0\.0\.1:\d+\/offers\/v1\.0\/aws\/\w+\/current\/us-east-1\/index\.json cannot be read \(ECONNREFUSED\)\n$/,
    );
  });

  test('when AWS answers an error', async () => {
    status = 503;
    await unchanged(/cannot be read \(status 503\)/);
  });

  test('when a price is not there: it is never taken for 0', async () => {
    changed = { 'XRay-TracesStored': 'absent' };
    await unchanged(/stay: no price for XRay-TracesStored in us-east-1$/m);
  });
});

test('refuses two prices for one usage type, which name two products', () => {
  const list: PriceList = listOf('AWSEvents', [
    ['USE1-Event-64K-Chunks', [['0', '0.000001']]],
    ['USE1-Event-64K-Chunks', [['0', '0.000002']]],
  ]);
  expect(() => priceOf(list, 'Event-64K-Chunks', 'us-east-1')).toThrow('2 prices for Event-64K-Chunks in us-east-1');
});

test('takes the first range that is charged, after the free units', () => {
  const list: PriceList = listOf('AmazonCloudWatch', [
    [
      'CW:AlarmMonitorUsage',
      [
        ['10', '0.1'],
        ['0', '0.0'],
        ['1000', '0.05'],
      ],
    ],
  ]);
  expect(priceOf(list, 'CW:AlarmMonitorUsage', 'us-east-1')).toBe(0.1);
});

test('every price has its name in the lists, but for dashboards', () => {
  expect(Object.keys(listed.price).toSorted()).toEqual(Object.keys(prices.price).toSorted());
  expect([...Object.keys(listed.monthly), 'dashboard'].toSorted()).toEqual(Object.keys(prices.monthly).toSorted());
});
