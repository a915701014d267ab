import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { resolveIntent } from '../../shared/logic/orphans.ts';
import { attemptOf, NOW, OURS, secondsAgo } from '../support/creation.ts';
import { claimOf, newPerson, newRevalidationId, newValidationId } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

/** The intent of these tests is as old as the longest settle window. */
const OPENED = secondsAgo(300);

let open: OpenTable;

beforeAll(async () => {
  open = await openTable();
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
});

afterEach(() => {
  vi.useRealTimers();
});

const opened = async (openedAt = OPENED, more: Partial<LedgerRecord> = {}) => {
  const claim = claimOf({ claimedAt: OPENED });
  const { revalidationId, accountId } = claim;
  const phase = 'claimed';
  const pk = `RUN#${revalidationId}`;
  await open.putItem({ pk, ...claim, owner: OURS, phase, trail: [{ phase, at: OPENED }], ...more });
  await open.putItem({ pk: `ACC#${accountId}`, revalidationId, openedAt, attempt: 1 });
  return {
    accountId,
    revalidationId,
    pk,
    stored: () => readRecord(open.ledger, revalidationId),
    intent: () => open.item(`ACC#${accountId}`),
  };
};

const bindingOf = async (validationId: string) => (await open.item(`VLD#${validationId}`))?.revalidationId;

describe('an intent that an operator resolves', () => {
  test('does not exist where none is open', async () => {
    expect(await resolveIntent(open.ledger, newPerson().accountId, [])).toBeUndefined();
  });

  test('writes that the call never arrived, and frees the person', async () => {
    const { accountId, revalidationId, stored, intent } = await opened();
    const attempt = attemptOf(1, OPENED, 'not_found');
    expect(await resolveIntent(open.ledger, accountId, [])).toEqual({ ...attempt, revalidationId });
    expect(await stored()).toMatchObject({ attempts: [attempt] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeUndefined();
  });

  test.each([1, 2])('binds and writes %i validations of the call as orphans', async (count) => {
    const { accountId, revalidationId, stored, intent } = await opened();
    const found = Array.from({ length: count }, newValidationId);
    const attempt = attemptOf(1, OPENED, 'orphaned');
    expect(await resolveIntent(open.ledger, accountId, found)).toEqual({ ...attempt, revalidationId });
    expect(await stored()).toMatchObject({ attempts: [attempt], orphans: found });
    for (const id of found) expect(await bindingOf(id)).toBe(revalidationId);
    expect(await intent()).toBeUndefined();
  });

  test('frees a person whose record has expired, and writes none', async () => {
    const { accountId, revalidationId, pk, intent } = await opened();
    await open.remove(pk);
    const attempt = attemptOf(1, OPENED, 'not_found');
    expect(await resolveIntent(open.ledger, accountId, [])).toEqual({ ...attempt, revalidationId });
    expect(await open.item(pk)).toBeUndefined();
    expect(await intent()).toBeUndefined();
  });

  test('binds the validation of an answered call, and leaves its record as it is', async () => {
    const validationId = newValidationId();
    const used = { deadline: '2026-11-23T18:00:00.000Z', threshold: 0.7 };
    const more = { validationId, used, attempts: [attemptOf(1, OPENED, 'created', validationId)] };
    const { accountId, revalidationId, stored, intent } = await opened(OPENED, more);
    const before = await stored();
    await expect(resolveIntent(open.ledger, accountId, [newValidationId()])).rejects.toThrow(TypeError);
    expect(await bindingOf(validationId)).toBeUndefined();
    expect(await intent()).toBeDefined();
    const attempt = attemptOf(1, OPENED, 'created');
    expect(await resolveIntent(open.ledger, accountId, [])).toEqual({ ...attempt, revalidationId });
    expect(await bindingOf(validationId)).toBe(revalidationId);
    expect(await stored()).toEqual(before);
    expect(await intent()).toBeUndefined();
  });

  test('stays open while its call may be in flight, and for a validation of another run', async () => {
    const young = await opened(secondsAgo(299, 999));
    await expect(resolveIntent(open.ledger, young.accountId, [])).rejects.toThrow(TypeError);
    expect(await young.intent()).toBeDefined();
    const old = await opened();
    const foreign = newValidationId();
    await open.putItem({ pk: `VLD#${foreign}`, revalidationId: newRevalidationId() });
    await expect(resolveIntent(open.ledger, old.accountId, [foreign])).rejects.toThrow(TypeError);
    expect(await old.intent()).toBeDefined();
    expect(await old.stored()).not.toHaveProperty('attempts');
  });
});
