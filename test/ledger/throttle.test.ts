import { describe, expect } from 'vitest';
import { sharesOf, type ThrottleStore } from '../../shared/domain/throttle.ts';
import { accessFromEnv } from '../../shared/lambda/clients.ts';
import { reserveBudget, reserveOne } from '../../shared/ledger/budget.ts';
import { throttleOf } from '../../shared/ledger/throttle.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { atStoppedTime } from '../support/stopped-time.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

test.beforeEach(({ aws }) => aws.putItem({ pk: 'GATE#truora' }));

const secondsUntil = (at = '') => (Date.parse(at) - Date.now()) / 1000;

const store = (aws: LocalAws) => throttleOf(accessFromEnv('DYNAMODB'), aws.table);

describe('the throttle', () => {
  test('lets calls through while its item is empty', async ({ aws }) => {
    expect(await store(aws).read()).toEqual({});
    await aws.putItem({ pk: 'GATE#truora', expiresAt: 7, tokens: 3 });
    expect(await store(aws).read()).toEqual({});
  });

  test.for<[string, number | undefined, number]>([
    ['what Truora asked for', 30, 30],
    ['a breath, when it did not say', undefined, 2],
    ['five minutes at most', 86_400, 300],
    ['a second at least', 0, 1],
  ])('backs off all calls for %s', async ([_, asked, seconds], { aws }) => {
    await atStoppedTime(async () => {
      await store(aws).backOff(asked);
      expect(secondsUntil((await store(aws).read()).notBefore)).toBe(seconds);
    });
  });

  test('moves only forward, and never opens what an operator has closed', async ({ aws }) => {
    await aws.putItem({ pk: 'GATE#truora', closed: 'talks about the price' });
    await store(aws).backOff(60);
    const existing = await store(aws).read();
    await store(aws).backOff(5);
    expect(await store(aws).read()).toEqual(existing);
    expect(await store(aws).read({ consistent: true })).toEqual(existing);
    expect(existing).toMatchObject({ closed: 'talks about the price', notBefore: expect.any(String) });
  });
});

// Fewer than the ten counters, as many, and more, which they cannot share alike.
test.for([1, 3, 10, 17])(
  'lets exactly the budget of %i calls through when many come at once',
  async (budget, { aws }) => {
    const day = new Date(Date.UTC(2027, 0, budget));
    // Six too many: each call that is refused has asked every counter, so more of them cost much and show the same.
    const spent = await Promise.all(
      Array.from({ length: budget + 6 }, (_, n) => reserveOne(aws.table, budget, `RVL${n}#1`, day)),
    );
    expect(spent.filter(Boolean)).toHaveLength(budget);
    expect(await reserveOne(aws.table, budget, 'RVLlast#1', day)).toBe(false);
    expect(await reserveOne(aws.table, budget, 'RVLlast#1', new Date(day.getTime() + 86_400_000))).toBe(true);
  },
);

test('counts on several items, so that none is hot, and expires them', async ({ aws }) => {
  const day = new Date('2027-03-01T12:00:00Z');
  await Promise.all(Array.from({ length: 30 }, (_, n) => reserveOne(aws.table, 1000, `RVL${n}#1`, day)));
  const counters = (await aws.items()).filter(({ pk }) => String(pk).startsWith('GATE#truora#2027-03-01#'));
  expect(counters.length).toBeGreaterThan(3);
  expect(counters.every(({ expiresAt }) => typeof expiresAt === 'number')).toBe(true);
  expect(counters.reduce((sum, { spent }) => sum + Number(spent), 0)).toBe(30);
});

test('divides a budget without a remainder', () => {
  for (const budget of [1, 9, 10, 11, 12_345, 200_001, 10_000_000]) {
    // A counter keeps a mark for each call, and an item holds 400 KB.
    expect(Math.max(...sharesOf(budget))).toBeLessThanOrEqual(20_000);
    expect(sharesOf(budget).reduce((sum, share) => sum + share, 0)).toBe(budget);
  }
});

test('reads the kill switch consistently before a call that is charged', async ({ aws }) => {
  const reads: unknown[] = [];
  const stored = store(aws);
  const throttle: ThrottleStore = {
    ...stored,
    read: (how) => {
      reads.push(how);
      return stored.read(how);
    },
  };
  await reserveBudget({ table: aws.table, throttle }, undefined, 'RVL1#1');
  expect(reads).toEqual([{ consistent: true }]);
});

describe('one attempt', () => {
  const spentOn = async (aws: LocalAws, day: string) =>
    (await aws.items())
      .filter(({ pk }) => String(pk).startsWith(`GATE#truora#${day}#`))
      .reduce((sum, { spent }) => sum + Number(spent), 0);

  test('counts once when the SDK repeats the write or the step runs again', async ({ aws }) => {
    const day = new Date('2027-04-01T12:00:00Z');
    aws.setWriteDelivery(1, 'twice');
    expect(await reserveOne(aws.table, 100, 'RVL1#1', day)).toBe(true);
    aws.setDelivery();
    for (const _ of [1, 2, 3]) expect(await reserveOne(aws.table, 100, 'RVL1#1', day)).toBe(true);
    expect(await spentOn(aws, '2027-04-01')).toBe(1);
    expect(await reserveOne(aws.table, 100, 'RVL1#2', day)).toBe(true);
    expect(await spentOn(aws, '2027-04-01')).toBe(2);
  });

  test('counts once when its first counter was full, and succeeds again when the budget is spent', async ({ aws }) => {
    const day = new Date('2027-04-02T12:00:00Z');
    const attempts = Array.from({ length: 12 }, (_, n) => `RVL${n}#1`);
    for (const attempt of attempts) expect(await reserveOne(aws.table, 12, attempt, day)).toBe(true);
    for (const attempt of attempts) expect(await reserveOne(aws.table, 12, attempt, day)).toBe(true);
    expect(await reserveOne(aws.table, 12, 'RVLother#1', day)).toBe(false);
    expect(await spentOn(aws, '2027-04-02')).toBe(12);
  });
});

describe('the throttle item that an operator writes', () => {
  test.for<[string | number | boolean | string[] | { why: string }, string]>([
    [true, 'true'],
    ['true', 'true'],
    ['YES', 'YES'],
    [1, '1'],
    ['talks', 'talks'],
    [['why'], '[{"S":"why"}]'],
    [{ why: 'talks' }, '{"why":{"S":"talks"}}'],
  ])('closes with %j', async ([closed, why], { aws }) => {
    await aws.putItem({ pk: 'GATE#truora', closed });
    expect(await store(aws).read()).toEqual({ closed: why });
  });

  test.for([false, 'false', 'False', 'no', '', 0, null])('stays open with %j', async (closed, { aws }) => {
    await aws.putItem({ pk: 'GATE#truora', closed });
    expect(await store(aws).read()).toEqual({});
  });

  test.for<[string | number, string]>([
    ['2027-01-02T03:04:05Z', '2027-01-02T03:04:05.000Z'],
    ['2027-01-02T03:04:05.678Z', '2027-01-02T03:04:05.678Z'],
    ['2027-01-02T03:04:05-05:00', '2027-01-02T08:04:05.000Z'],
    [1798859045, '2027-01-02T03:04:05.000Z'],
    ['1798859045', '2027-01-02T03:04:05.000Z'],
    [1798859045678, '2027-01-02T03:04:05.678Z'],
  ])('backs off until %j', async ([notBefore, at], { aws }) => {
    await aws.putItem({ pk: 'GATE#truora', notBefore });
    expect(await store(aws).read()).toEqual({ notBefore: at });
  });

  test('ignores a value that is no time, and takes a later time of Truora over a number', async ({ aws }) => {
    await aws.putItem({ pk: 'GATE#truora', notBefore: 'tomorrow' });
    expect(await store(aws).read()).toEqual({});
    await aws.putItem({ pk: 'GATE#truora', notBefore: 1 });
    await store(aws).backOff(60);
    expect(secondsUntil((await store(aws).read()).notBefore)).toBeCloseTo(60, -0.5);
  });

  test.for(['none', 'tomorrow', '29/11/2026', 'Nov 1 2026'])(
    'takes a time of Truora when it has %j',
    async (notBefore, { aws }) => {
      await aws.putItem({ pk: 'GATE#truora', notBefore });
      await store(aws).backOff(60);
      expect(secondsUntil((await store(aws).read()).notBefore)).toBeCloseTo(60, -0.5);
    },
  );

  test('keeps a later time of an operator, in any form, against a time of Truora', async ({ aws }) => {
    await aws.putItem({ pk: 'GATE#truora', notBefore: 'Jan 2 2999 03:04:05 UTC' });
    await store(aws).backOff(60);
    expect(await store(aws).read()).toEqual({ notBefore: '2999-01-02T03:04:05.000Z' });
  });
});
