import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { enterCreation } from '../../shared/logic/creation-entry.ts';
import {
  attemptOf,
  NOW,
  type OpenCreation,
  OURS,
  openCreation,
  SETTLE_SECONDS,
  secondsAgo,
} from '../support/creation.ts';
import { executionOf, newRevalidationId, newValidationId, thrownBy } from '../support/journal.ts';

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

const used = { deadline: '2026-11-23T18:00:00.000Z', threshold: 0.7 };

let open: OpenCreation;

beforeAll(async () => {
  open = await openCreation();
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  open.reset();
});

afterEach(() => {
  vi.useRealTimers();
});

type Entered = Awaited<ReturnType<OpenCreation['enter']>>;

const enter = ({ entry, claim }: Entered, executionId = OURS) => enterCreation(entry.settings, claim, executionId);

/** A record with its validation. */
const created = async () => {
  const validationId = newValidationId();
  const attempts = [attemptOf(1, secondsAgo(SETTLE_SECONDS), 'created', validationId)];
  const entered = await open.enter({ phase: 'created', validationId, used, attempts });
  return { ...entered, validation: { validationId, ...used } };
};

describe('an entry of the creation', () => {
  test('makes the charged call where there is neither a validation nor an intent', async () => {
    const entered = await open.enter();
    const answer = entered.row();
    open.answers.create = async () => ({ status: 200, body: answer });
    expect(await enter(entered)).toMatchObject({ validationId: answer.validation_id });
    expect(open.asked('POST')).toBe(1);
  });

  test('refuses another execution', async () => {
    const entered = await open.enter();
    expect(await thrownBy(enter(entered, executionOf('theirs')))).toMatchObject({ name: 'ClaimedElsewhereError' });
    expect(open.asked('POST')).toBe(0);
  });

  test('binds a validation on the record and closes its own intent', async () => {
    const entered = await created();
    await entered.intend();
    expect(await enter(entered)).toEqual(entered.validation);
    expect(await open.bindingOf(entered.validation.validationId)).toBe(entered.claim.revalidationId);
    expect(await entered.intent()).toBeUndefined();
  });

  test('returns a validation on the record without a write where no intent is open, or the one of another record', async () => {
    const entered = await created();
    expect(await enter(entered)).toEqual(entered.validation);
    const other = await entered.intend({ revalidationId: newRevalidationId() });
    expect(await enter(entered)).toEqual(entered.validation);
    expect(open.commands.sent).toEqual(['GetItem', 'GetItem', 'GetItem', 'GetItem']);
    expect(await entered.intent()).toMatchObject(other);
  });

  test('reconciles its own intent without an answer', async () => {
    const entered = await open.enter({ attempts: [attemptOf(1, secondsAgo(SETTLE_SECONDS), 'unconfirmed')] });
    await entered.intend();
    expect(await thrownBy(enter(entered))).toEqual(UNSETTLED);
    expect(await entered.intent()).toMatchObject({ firstCheck: { at: NOW, seen: [] } });
    expect(open.asked('POST')).toBe(0);
  });

  const firstCheck = { at: secondsAgo(SETTLE_SECONDS / 2), seen: [] };

  test('resolves the intent of a record that has ended, on that record', async () => {
    const other = await open.enter({ phase: 'canceled' });
    await other.intend({ firstCheck });
    const entered = await open.enter({}, {}, { accountId: other.claim.accountId });
    expect(await thrownBy(enter(entered))).toEqual(UNSETTLED);
    expect(await other.stored()).toMatchObject({ attempts: [attemptOf(1, secondsAgo(SETTLE_SECONDS), 'not_found')] });
    expect(await entered.stored()).toEqual(entered.record);
    expect(await entered.intent()).toBeUndefined();
  });

  test('resolves the intent of a record that has expired, and writes no record', async () => {
    const entered = await open.enter();
    const gone = newRevalidationId();
    await entered.intend({ revalidationId: gone, firstCheck });
    expect(await thrownBy(enter(entered))).toEqual(UNSETTLED);
    expect(await open.item(`RUN#${gone}`)).toBeUndefined();
    expect(await entered.intent()).toBeUndefined();
    expect(open.asked('GET')).toBe(1);
  });

  test('leaves the intent of an open record to its own run', async () => {
    const other = await open.enter();
    const intent = await other.intend({ firstCheck });
    const entered = await open.enter({}, {}, { accountId: other.claim.accountId });
    expect(await thrownBy(enter(entered))).toEqual(UNSETTLED);
    expect(await entered.intent()).toMatchObject(intent);
    expect(open.asked('GET')).toBe(0);
  });
});
