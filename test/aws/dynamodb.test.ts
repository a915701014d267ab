import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect } from 'vitest';
import { deleteItem, getItem, getItems, putNew, queryKeys, updateItem } from '../../shared/aws/dynamodb.ts';
import type { Condition } from '../../shared/aws/update-expression.ts';
import { BY_PERSON } from '../../shared/domain/record.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

let made = 0;

let pk: string;

beforeEach(() => {
  made += 1;
  pk = `TEST#${made}`;
});

describe('putNew', () => {
  test('writes an item once and does not change it afterwards', async ({ aws }) => {
    expect(await putNew(aws.table, { pk, a: 1 })).toBe(true);
    expect(await putNew(aws.table, { pk, a: 2 })).toBe(false);
    expect(await aws.item(pk)).toEqual({ pk, a: 1 });
  });

  test('lets exactly one of many concurrent writes through', async ({ aws }) => {
    const writers = Array.from({ length: 20 }, (_, writer) => putNew(aws.table, { pk, writer }));
    const won = (await Promise.all(writers)).flatMap((fresh, writer) => (fresh ? [writer] : []));
    expect(won).toHaveLength(1);
    expect(await aws.item(pk)).toEqual({ pk, writer: won[0] });
  });

  test('leaves out undefined values at any depth', async ({ aws }) => {
    await putNew(aws.table, { pk, a: undefined, b: { c: undefined, d: [1, { e: undefined }] } });
    expect(await aws.item(pk)).toEqual({ pk, b: { d: [1, {}] } });
  });

  test('returns false only for a failed condition, and throws any other error', async () => {
    await expect(putNew('no-such-table', { pk })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('updateItem', () => {
  test('returns the whole item as it is after the change', async ({ aws }) => {
    await putNew(aws.table, { pk, a: 1, b: 2 });
    expect(await updateItem(aws.table, pk, { set: { b: 3, c: { d: [4] } } })).toEqual({
      pk,
      a: 1,
      b: 3,
      c: { d: [4] },
    });
  });

  test('creates the item when there is none and no condition is set', async ({ aws }) => {
    expect(await updateItem(aws.table, pk, { set: { a: 1 } })).toEqual({ pk, a: 1 });
  });

  test('does not change an attribute whose value is undefined', async ({ aws }) => {
    await putNew(aws.table, { pk, a: 1 });
    expect(await updateItem(aws.table, pk, { set: { a: undefined, b: 2 } })).toEqual({ pk, a: 1, b: 2 });
  });

  test.for<[string, Condition, boolean]>([
    ['the one allowed value', { color: ['red'] }, true],
    ['one of several', { color: ['blue', 'red'] }, true],
    ['another value', { color: ['blue'] }, false],
    ['both attributes as demanded', { color: ['red'], size: ['big'] }, true],
    ['one of two attributes otherwise', { color: ['red'], size: ['small'] }, false],
    ['an attribute that is not there', { weight: ['light'] }, false],
  ])('checks its condition: %s', async ([_, when, holds], { aws }) => {
    const before = { pk, color: 'red', size: 'big' };
    await putNew(aws.table, before);
    const after = holds ? { ...before, seen: true } : undefined;
    expect(await updateItem(aws.table, pk, { set: { seen: true }, when })).toEqual(after);
    expect(await aws.item(pk)).toEqual(after ?? before);
  });

  test('creates no item when the condition does not hold', async ({ aws }) => {
    expect(await updateItem(aws.table, pk, { set: { a: 1 }, when: { color: ['red'] } })).toBeUndefined();
    expect(await aws.item(pk)).toBeUndefined();
  });

  test('continues without an item when allowed to, but not with an item that fails the condition', async ({ aws }) => {
    const change = { set: { a: 1 }, when: { color: ['red'] }, orAbsent: true };
    expect(await updateItem(aws.table, pk, change)).toEqual({ pk, a: 1 });
    expect(await updateItem(aws.table, pk, change)).toBeUndefined();
    await updateItem(aws.table, pk, { set: { color: 'red' } });
    expect(await updateItem(aws.table, pk, { ...change, set: { a: 2 } })).toEqual({ pk, a: 2, color: 'red' });
  });

  test('sets an absent attribute and keeps an existing one', async ({ aws }) => {
    await putNew(aws.table, { pk, first: 'mine' });
    const change = { set: { x: 1 }, setIfAbsent: { first: 'yours', second: { deep: true } } };
    expect(await updateItem(aws.table, pk, change)).toEqual({ pk, x: 1, first: 'mine', second: { deep: true } });
  });

  test('removes attributes, and accepts that they are absent', async ({ aws }) => {
    await putNew(aws.table, { pk, a: 1, b: 2 });
    expect(await updateItem(aws.table, pk, { set: { c: 3 }, remove: ['a', 'never'] })).toEqual({ pk, b: 2, c: 3 });
  });

  test('creates a list and appends to it in order', async ({ aws }) => {
    await updateItem(aws.table, pk, { set: { x: 1 }, append: { trail: ['a'] } });
    const after = await updateItem(aws.table, pk, { set: { x: 2 }, append: { trail: ['b', { c: 1 }] } });
    expect(after?.trail).toEqual(['a', 'b', { c: 1 }]);
  });

  test('keeps all of many entries that are appended concurrently', async ({ aws }) => {
    const entries = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(entries.map((n) => updateItem(aws.table, pk, { set: {}, append: { trail: [n] } })));
    const { trail = [] } = (await aws.item(pk)) ?? {};
    expect((trail as number[]).toSorted((a, b) => a - b)).toEqual(entries);
  });

  test('returns undefined only for a failed condition, and throws any other error', async () => {
    await expect(updateItem('no-such-table', pk, { set: { a: 1 } })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('deleteItem', () => {
  test('deletes an item that meets the condition', async ({ aws }) => {
    await putNew(aws.table, { pk, color: 'red' });
    expect(await deleteItem(aws.table, pk, { color: ['red'] })).toBe(true);
    expect(await aws.item(pk)).toBeUndefined();
  });

  test('returns false and keeps an item that does not meet the condition', async ({ aws }) => {
    await putNew(aws.table, { pk, color: 'red' });
    expect(await deleteItem(aws.table, pk, { color: ['blue'] })).toBe(false);
    expect(await aws.item(pk)).toEqual({ pk, color: 'red' });
  });

  test('returns false when there is no item', async ({ aws }) => {
    expect(await deleteItem(aws.table, pk, { color: ['red'] })).toBe(false);
  });
});

describe('getItem and getItems', () => {
  test('finds an item, or returns undefined', async ({ aws }) => {
    expect(await getItem(aws.table, pk)).toBeUndefined();
    await putNew(aws.table, { pk, n: 1.5, list: [true, null, 'ü'] });
    expect(await getItem(aws.table, pk)).toEqual({ pk, n: 1.5, list: [true, null, 'ü'] });
  });

  test('reads the last write, not the state of a replica', async ({ aws }) => {
    aws.calls.length = 0;
    await getItem(aws.table, pk);
    expect(aws.calls).toMatchObject([{ operation: 'GetItem', input: { ConsistentRead: true } }]);
  });

  test('keeps the requested order and leaves out absent items', async ({ aws }) => {
    const keys = ['c', 'a', 'd', 'b'].map((part) => `${pk}${part}`);
    for (const key of keys) await putNew(aws.table, { pk: key });
    const asked = [keys[2], `${pk}absent`, keys[0], keys[3], keys[1]] as string[];
    expect((await getItems(aws.table, asked)).map((item) => item.pk)).toEqual([keys[2], keys[0], keys[3], keys[1]]);
  });

  test('makes no call when no key is given', async ({ aws }) => {
    aws.calls.length = 0;
    expect(await getItems(aws.table, [])).toEqual([]);
    expect(aws.calls).toEqual([]);
  });

  test('requests the keys again that DynamoDB did not process', async () => {
    const key = (name: string) => ({ pk: { S: name } });
    const mock = mockClient(DynamoDBClient);
    mock
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: { t: [marshall({ pk: 'b' })] }, UnprocessedKeys: { t: { Keys: [key('a')] } } })
      .resolvesOnce({ Responses: { t: [marshall({ pk: 'a' })] }, UnprocessedKeys: {} });
    try {
      expect(await getItems('t', ['a', 'b'])).toEqual([{ pk: 'a' }, { pk: 'b' }]);
      const asked = mock.commandCalls(BatchGetItemCommand).map(({ args: [{ input }] }) => input.RequestItems?.t?.Keys);
      expect(asked).toEqual([[key('a'), key('b')], [key('a')]]);
    } finally {
      mock.restore();
    }
  });
});

describe('queryKeys', () => {
  test('pages through one value of the index, newest first', async ({ aws }) => {
    const at = (minute: number) => `2026-11-23T10:0${minute}:00.000Z`;
    for (const minute of [3, 1, 5, 2, 4]) {
      await putNew(aws.table, {
        pk: `${pk}-${minute}`,
        accountId: pk,
        claimedAt: at(minute),
        more: 'is not in the index',
      });
    }
    await putNew(aws.table, { pk: `${pk}-other`, accountId: `${pk}0`, claimedAt: at(9) });
    const pages: string[][] = [];
    let after: Awaited<ReturnType<typeof queryKeys>>['next'];
    do {
      const page = await queryKeys(aws.table, BY_PERSON, pk, { limit: 2, after });
      pages.push(page.keys.map((key) => key.pk));
      after = page.next;
    } while (after);
    expect(pages.flat()).toEqual([5, 4, 3, 2, 1].map((minute) => `${pk}-${minute}`));
    expect(Math.max(...pages.map((page) => page.length))).toBe(2);
  });

  test('returns nothing for a value that no item has', async ({ aws }) => {
    expect(await queryKeys(aws.table, BY_PERSON, pk, { limit: 5 })).toEqual({ keys: [], next: undefined });
  });
});

test('accepts reserved words of DynamoDB as attribute names', async ({ aws }) => {
  const reserved = ['owner', 'phase', 'exec', 'token', 'status', 'name', 'data', 'ttl', 'at', 'condition', 'set'];
  const item = Object.fromEntries(reserved.map((word) => [word, 'first']));
  expect(await putNew(aws.table, { pk, ...item })).toBe(true);
  const when = Object.fromEntries(reserved.map((word) => [word, ['first', 'other']]));
  const set = Object.fromEntries(reserved.map((word) => [word, 'second']));
  expect(await updateItem(aws.table, pk, { set, when })).toEqual({ pk, ...set });
  const absent = await updateItem(aws.table, `${pk}-new`, { set: {}, setIfAbsent: set, append: { list: ['x'] } });
  expect(absent).toEqual({ pk: `${pk}-new`, ...set, list: ['x'] });
  const gone = Object.fromEntries(reserved.map((word) => [word, ['second']]));
  expect(await deleteItem(aws.table, pk, gone)).toBe(true);
});

test('never writes more than one item in one call', () => {
  const folder = join(import.meta.dirname, '../../shared/aws');
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) expect(source).not.toMatch(/TransactWrite|BatchWrite|ExecuteStatement|TransactGet/);
});
