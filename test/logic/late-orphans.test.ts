import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { AttemptResult } from '../../shared/ledger/claims.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { findLateOrphans } from '../../shared/logic/orphans.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { attemptOf, NOW, OURS, secondsAgo } from '../support/creation.ts';
import { claimOf, newRevalidationId, newValidationId, sha256 } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const OPENED = secondsAgo(7200);

const receipt = { bytes: 4, sha256: sha256('face'), movedAt: NOW };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let emitted: number[];

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  emitted = [];
});

afterEach(() => {
  vi.useRealTimers();
});

/** An ended record, and its last check with what the person's list shows. */
const end = async (more: Partial<LedgerRecord> = {}) => {
  const claim = claimOf({ claimedAt: OPENED });
  const { revalidationId, accountId } = claim;
  const pk = `RUN#${revalidationId}`;
  const phase = 'expired';
  await open.putItem({ pk, ...claim, owner: OURS, phase, trail: [{ phase, at: OPENED }], ...more });
  const stored = async () => (await readRecord(open.ledger, revalidationId)) as LedgerRecord;
  const record = await stored();
  const asked: LedgerRecord[] = [];
  commands.clear();
  return {
    record,
    revalidationId,
    accountId,
    pk,
    stored,
    /** The records that the list was asked about. */
    asked,
    intend: (of: object = {}) =>
      open.putItem({ pk: `ACC#${accountId}`, revalidationId, openedAt: OPENED, attempt: 1, ...of }),
    intent: () => open.item(`ACC#${accountId}`),
    check: (results: () => Promise<AttemptResult[]> = async () => [], seen: LedgerRecord = record) =>
      findLateOrphans(open.ledger, seen, {
        lateResultsOf: (record) => {
          asked.push(record);
          return results();
        },
        emitOrphans: (count) => emitted.push(count),
      }),
  };
};

const bindingOf = (validationId: string) => open.item(`VLD#${validationId}`);

const notFound = attemptOf(1, OPENED, 'not_found');

const unconfirmed = attemptOf(1, OPENED, 'unconfirmed');

const result = (attempt: Attempt, ...orphans: string[]): AttemptResult => ({ attempt, orphans });

describe('the last check has nothing to do', () => {
  test('for a record without a person', async () => {
    const { check, record } = await end({ attempts: [notFound] });
    const { accountId: _, ...anonymous } = record;
    expect(await check(undefined, anonymous)).toBe(true);
    expect(commands.sent).toEqual([]);
  });

  test('for a record whose media was moved and whose calls are all known', async () => {
    const { check } = await end({ receipt, attempts: [attemptOf(1, OPENED, 'created')] });
    expect(await check()).toBe(true);
    expect(commands.sent).toEqual([]);
  });

  test('for a record without a call in doubt and without an intent of its own', async () => {
    const { check, intend, asked } = await end();
    expect(await check()).toBe(true);
    await intend({ revalidationId: newRevalidationId() });
    expect(await check()).toBe(true);
    expect(commands.sent).toEqual(['GetItem', 'GetItem']);
    expect(asked).toEqual([]);
  });
});

describe('the last check of an intent that a killed run left open', () => {
  test('writes the call as in doubt and closes the intent', async () => {
    const { check, intend, intent, stored, asked, record } = await end();
    await intend();
    expect(await check()).toBe(true);
    expect(asked).toEqual([{ ...record, attempts: [unconfirmed] }]);
    expect(await stored()).toMatchObject({ attempts: [unconfirmed] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(emitted).toEqual([]);
    expect(await intent()).toBeUndefined();
  });

  test('binds the validation and the orphans of the record, and asks no list when every call is known', async () => {
    const [validationId, orphan] = [newValidationId(), newValidationId()];
    const used = { deadline: '2026-11-23T18:00:00.000Z', threshold: 0.7 };
    const attempts = [attemptOf(1, OPENED, 'created', validationId)];
    const { check, intend, intent, asked, revalidationId } = await end({
      validationId,
      used,
      attempts,
      orphans: [orphan],
    });
    await intend();
    expect(await check()).toBe(true);
    expect(await bindingOf(validationId)).toMatchObject({ revalidationId, deadline: used.deadline });
    expect(await bindingOf(orphan)).toMatchObject({ revalidationId });
    expect(asked).toEqual([]);
    expect(commands.sent).toEqual(['GetItem', 'GetItem', 'PutItem', 'PutItem', 'DeleteItem']);
    expect(await intent()).toBeUndefined();
  });

  test('leaves it open when the list cannot be read', async () => {
    const { check, intend, intent, stored } = await end();
    await intend();
    await expect(check(() => Promise.reject(new Error('no list')))).rejects.toThrow('no list');
    expect(await intent()).toBeDefined();
    expect(await stored()).not.toHaveProperty('attempts');
  });

  test('closes it when the record has expired', async () => {
    const { check, intend, intent, pk, asked } = await end();
    await intend();
    await open.remove(pk);
    expect(await check()).toBe(true);
    expect(await intent()).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('the last check of a call in doubt', () => {
  test('holds the intent of the person while the list is read', async () => {
    const second = attemptOf(2, secondsAgo(3600), 'not_found');
    const { check, intent, asked, record, revalidationId } = await end({ receipt, attempts: [notFound, second] });
    let during: unknown;
    const results = async () => {
      during = await intent();
      return [];
    };
    expect(await check(results)).toBe(true);
    expect(during).toMatchObject({ revalidationId, attempt: 1, openedAt: OPENED });
    expect(asked).toEqual([record]);
    expect(await intent()).toBeUndefined();
  });

  test('writes nothing while another run of the person holds the intent', async () => {
    const { check, intend, intent, asked } = await end({ attempts: [notFound] });
    const other = newRevalidationId();
    await intend({ revalidationId: other });
    expect(await check()).toBe(false);
    expect(asked).toEqual([]);
    expect(await intent()).toMatchObject({ revalidationId: other });
  });

  test('frees the person when the list cannot be read', async () => {
    const { check, intent, stored, record } = await end({ attempts: [notFound] });
    await expect(check(() => Promise.reject(new Error('no list')))).rejects.toThrow('no list');
    expect(await intent()).toBeUndefined();
    expect(await stored()).toEqual(record);
  });

  test('writes nothing when another run has resolved the intent meanwhile', async () => {
    const { check, accountId, stored, record } = await end({ attempts: [notFound] });
    const found = newValidationId();
    const results = async () => {
      await open.remove(`ACC#${accountId}`);
      return [result(notFound, found)];
    };
    expect(await check(results)).toBe(false);
    expect(await stored()).toEqual(record);
    expect(await bindingOf(found)).toBeUndefined();
    expect(emitted).toEqual([]);
  });

  test('binds, counts and writes the orphans of each call, but none that belongs to another record', async () => {
    const second = attemptOf(2, secondsAgo(3600), 'unconfirmed');
    const { check, stored, revalidationId } = await end({ attempts: [notFound, second] });
    const [one, other, again, foreign] = [newValidationId(), newValidationId(), newValidationId(), newValidationId()];
    const deadline = '2026-11-23T18:00:00.000Z';
    await open.putItem({ pk: `VLD#${foreign}`, revalidationId: newRevalidationId(), deadline });
    await open.putItem({ pk: `VLD#${again}`, revalidationId, deadline });
    const secondFound = { ...second, result: 'not_found' as const };
    const results = async () => [result(notFound, one, other), result(secondFound, foreign, again)];
    expect(await check(results)).toBe(true);
    expect(await stored()).toMatchObject({
      attempts: [
        { ...notFound, result: 'orphaned' },
        { ...second, result: 'orphaned' },
      ],
      orphans: [one, other, again],
    });
    expect(emitted).toEqual([2, 1]);
    // As long as a validation of that call may live.
    const until = new Date(Date.parse(OPENED) + 21_600_000).toISOString();
    expect(await bindingOf(one)).toMatchObject({ revalidationId, deadline: until });
  });

  test('writes what the list says about a call without a validation, and counts a call that may have been charged once', async () => {
    const second = attemptOf(2, secondsAgo(3600), 'blind');
    const { check, stored } = await end({ attempts: [unconfirmed, second] });
    const results = async () => [result(notFound), result(second)];
    expect(await check(results)).toBe(true);
    expect(await stored()).toMatchObject({ attempts: [notFound, second] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(emitted).toEqual([]);
    expect(await check(async () => [result({ ...notFound, result: 'blind' }), result(second)])).toBe(true);
    expect(await stored()).toMatchObject({ attempts: [{ ...notFound, result: 'blind' }, second] });
    expect(emitted).toEqual([1]);
  });
});
