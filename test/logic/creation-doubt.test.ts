import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Intent } from '../../shared/ledger/intents.ts';
import { type CreationSettings, reconcile } from '../../shared/logic/creation.ts';
import {
  attemptOf,
  LINK,
  listed,
  NOW,
  type OpenCreation,
  openCreation,
  SETTLE_SECONDS,
  secondsAgo,
} from '../support/creation.ts';
import { newRevalidationId, newValidationId, thrownBy } from '../support/journal.ts';

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

const DEADLINE = '2026-11-23T18:00:00.000Z';

/** The intent of these tests is as old as the settle window. */
const OPENED = secondsAgo(SETTLE_SECONDS);

const unconfirmed = attemptOf(1, OPENED, 'unconfirmed');

/** A first check that is half a settle window old. */
const firstCheck = (...seen: string[]) => ({ firstCheck: { at: secondsAgo(SETTLE_SECONDS / 2), seen } });

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

/** The step at an open intent of its own record. */
const enter = async (
  more: Partial<LedgerRecord> = {},
  intended: Partial<Intent> = {},
  settings: Partial<CreationSettings> = {},
) => {
  const entered = await open.enter(more, settings);
  const intent = await entered.intend(intended);
  return { ...entered, open: intent, reconciled: () => reconcile(entered.entry, intent, entered.record) };
};

/** The step at an open intent of another record of the person, which has ended. */
const enterForOther = async (attempts: Attempt[], intended: Partial<Intent>) => {
  const other = await open.enter({ phase: 'canceled', attempts });
  const own = await open.enter({}, {}, { accountId: other.claim.accountId });
  const intent = await other.intend(intended);
  return { other, own, reconciled: () => reconcile(own.entry, intent, other.record) };
};

describe('an intent whose result is on the record', () => {
  test('closes after its validation and the orphans are bound, without a read of the list', async () => {
    const [validationId, orphan] = [newValidationId(), newValidationId()];
    const used = { deadline: DEADLINE, threshold: 0.7 };
    const attempts = [attemptOf(1, OPENED, 'created', validationId)];
    const more = { phase: 'created' as const, validationId, used, attempts, orphans: [orphan] };
    const { reconciled, intent, stored, record, claim } = await enter(more);
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    for (const id of [validationId, orphan]) expect(await open.bindingOf(id)).toBe(claim.revalidationId);
    expect(await intent()).toBeUndefined();
    expect(await stored()).toEqual(record);
    expect(open.asked('GET')).toBe(0);
  });

  test('closes with one command where nothing was created that could be used', async () => {
    const { reconciled, intent } = await enter({ attempts: [attemptOf(1, OPENED, 'orphaned')] });
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(open.commands.sent).toEqual(['DeleteItem']);
    expect(await intent()).toBeUndefined();
  });
});

describe('an intent without an answer', () => {
  test('becomes an attempt in doubt on the record, and the list is not read within the settle window', async () => {
    const at = secondsAgo(SETTLE_SECONDS - 1, 999);
    const { reconciled, stored, intent } = await enter({}, { openedAt: at });
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ attempts: [attemptOf(1, at, 'unconfirmed')] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeDefined();
    expect(open.asked('GET')).toBe(0);
  });

  test('changes nothing when the attempt is on the record', async () => {
    const at = secondsAgo(1);
    const { reconciled } = await enter({ attempts: [attemptOf(1, at, 'unconfirmed')] }, { openedAt: at });
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(open.commands.sent).toEqual([]);
  });

  test('keeps what the first check finds, once the settle window is over', async () => {
    const { reconciled, intent, row, stored } = await enter({ attempts: [unconfirmed] });
    const found = row();
    open.answers.list = listed(found);
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await intent()).toMatchObject({ firstCheck: { at: NOW, seen: [found.validation_id] } });
    expect(await stored()).toMatchObject({ phase: 'claimed', attempts: [unconfirmed] });
  });

  test('gets the next check only half a settle window later', async () => {
    const at = secondsAgo(SETTLE_SECONDS / 2 - 1, 999);
    const { reconciled, stored } = await enter({ attempts: [unconfirmed] }, { firstCheck: { at, seen: [] } });
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(open.asked('GET')).toBe(0);
    expect(await stored()).toMatchObject({ attempts: [unconfirmed] });
  });

  test('does not read the list while the throttle backs off', async () => {
    const { reconciled } = await enter({ attempts: [unconfirmed] });
    open.answers.throttle = { notBefore: '2026-11-23T12:00:01.000Z' };
    expect(await thrownBy(reconciled())).toMatchObject({ reason: 'truora_rate_limited' });
    expect(open.asked('GET')).toBe(0);
  });

  test('may be resolved by another run meanwhile, and then nothing of this list is written', async () => {
    const { reconciled, row, stored, intent, claim } = await enter({ attempts: [unconfirmed] }, firstCheck());
    const found = row();
    open.answers.list = async () => {
      await open.remove(`ACC#${claim.accountId}`);
      return listed(found)();
    };
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ phase: 'claimed', attempts: [unconfirmed] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await open.bindingOf(found.validation_id)).toBeUndefined();
    expect(await intent()).toBeUndefined();
  });
});

describe('the second check', () => {
  test('adopts the oldest usable validation, and every other one is an orphan', async () => {
    const known = newValidationId();
    const more = { attempts: [unconfirmed], orphans: [known] };
    const gone = newValidationId();
    const { reconciled, row, stored, intent, claim, pk } = await enter(more, firstCheck(gone));
    const [adopted, second, foreign] = [row(), row({ creation_date: '2026-11-23T12:00:01.000Z' }), row()];
    await open.putItem({ pk: `VLD#${foreign.validation_id}`, revalidationId: newRevalidationId(), deadline: DEADLINE });
    open.answers.list = listed(second, adopted, foreign, row({ validation_id: known }));
    const validation = { validationId: adopted.validation_id, deadline: DEADLINE, threshold: 0.7 };
    expect(await reconciled()).toEqual(validation);
    const orphans = [gone, second.validation_id];
    expect(await stored()).toMatchObject({
      phase: 'created',
      validationId: adopted.validation_id,
      attempts: [attemptOf(1, OPENED, 'adopted', adopted.validation_id)],
      orphans: [known, ...orphans],
    });
    expect(await open.item(pk)).toMatchObject({ uploadLink: LINK });
    for (const id of [known, ...orphans]) expect(await open.bindingOf(id)).toBe(claim.revalidationId);
    expect(open.emitted).toEqual([2]);
    expect(await intent()).toBeUndefined();
  });

  test('keeps a validation as an orphan, with the others, when the run was canceled meanwhile', async () => {
    const gone = newValidationId();
    const { reconciled, row, stored, pk } = await enter({ attempts: [unconfirmed] }, firstCheck(gone));
    const found = row();
    open.answers.list = async () => {
      const item = await open.item(pk);
      await open.putItem({ ...item, pk, phase: 'canceled' });
      return listed(found)();
    };
    expect(await thrownBy(reconciled())).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(await stored()).toMatchObject({
      phase: 'canceled',
      attempts: [attemptOf(1, OPENED, 'orphaned', found.validation_id)],
      orphans: [found.validation_id, gone],
    });
    expect(open.emitted).toEqual([2]);
  });

  test('finds nothing, and the run may call again, where the record has no attempt yet', async () => {
    const { reconciled, stored, intent, record } = await enter({}, firstCheck());
    expect(record).not.toHaveProperty('attempts');
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ attempts: [attemptOf(1, OPENED, 'not_found')] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeUndefined();
    expect(open.emitted).toEqual([]);
  });

  test('that finds nothing once more changes nothing of an attempt that was not found', async () => {
    const notFound = attemptOf(1, OPENED, 'not_found');
    const { reconciled, stored } = await enter({ attempts: [notFound] }, firstCheck());
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ attempts: [notFound] });
    expect(open.emitted).toEqual([]);
  });

  const first = attemptOf(1, secondsAgo(600), 'not_found');

  const second = attemptOf(2, OPENED, 'unconfirmed');

  test('that shows neither of two calls counts both as charged unseen, and a person must decide', async () => {
    const { reconciled, stored, intent } = await enter({ attempts: [first, second] }, { ...firstCheck(), attempt: 2 });
    expect(await thrownBy(reconciled())).toMatchObject({ reason: 'list_blind' });
    expect(await stored()).toMatchObject({
      attempts: [
        { ...first, result: 'blind' },
        { ...second, result: 'blind' },
      ],
    });
    expect(open.emitted).toEqual([2]);
    expect(await intent()).toBeUndefined();
  });

  test('that shows nothing leaves a blind attempt blind, and an orphan of an earlier call as it is', async () => {
    const earlier = attemptOf(1, secondsAgo(600), 'orphaned');
    const blind = attemptOf(2, OPENED, 'blind');
    const { reconciled, stored } = await enter({ attempts: [earlier, blind] }, { ...firstCheck(), attempt: 2 });
    expect(await thrownBy(reconciled())).toMatchObject({ reason: 'list_blind' });
    expect(await stored()).toMatchObject({ attempts: [earlier, blind] });
    expect(open.emitted).toEqual([1]);
  });

  test.each([
    [
      'fail-for-human',
      'leaves the case to a person',
      { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' },
    ],
    ['create-again', 'lets the run call again', UNSETTLED],
  ] as const)('finds an unusable validation, which is an orphan, and under %s %s', async (onUnresolved, _, error) => {
    const more = { attempts: [unconfirmed] };
    const { reconciled, row, stored, claim, intent } = await enter(more, firstCheck(), { onUnresolved });
    const found = row({ file_upload_link: undefined });
    open.answers.list = listed(found);
    expect(await thrownBy(reconciled())).toEqual(error);
    expect(await stored()).toMatchObject({
      phase: 'claimed',
      attempts: [attemptOf(1, OPENED, 'orphaned')],
      orphans: [found.validation_id],
    });
    expect(await open.bindingOf(found.validation_id)).toBe(claim.revalidationId);
    expect(open.emitted).toEqual([1]);
    expect(await intent()).toBeUndefined();
  });

  test('that finds an orphan of the second call leaves the first call not found', async () => {
    const { reconciled, row, stored } = await enter({ attempts: [first, second] }, { ...firstCheck(), attempt: 2 });
    open.answers.list = listed(row({ file_upload_link: undefined }));
    expect(await thrownBy(reconciled())).toMatchObject({ reason: 'creation_unconfirmed' });
    expect(await stored()).toMatchObject({ attempts: [first, { ...second, result: 'orphaned' }] });
    expect(open.emitted).toEqual([1]);
  });

  test('for another record keeps even a usable validation as an orphan of that record', async () => {
    const gone = newValidationId();
    const { other, own, reconciled } = await enterForOther([unconfirmed], firstCheck(gone));
    const found = other.row();
    open.answers.list = listed(found);
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect(await other.stored()).toMatchObject({
      phase: 'canceled',
      attempts: [attemptOf(1, OPENED, 'orphaned')],
      orphans: [found.validation_id, gone],
    });
    expect(await own.stored()).toEqual(own.record);
    expect(await open.bindingOf(found.validation_id)).toBe(other.claim.revalidationId);
    expect(await other.intent()).toBeUndefined();
  });

  test('for another record that may call no further leaves this run free to call', async () => {
    const { other, reconciled } = await enterForOther([first, second], { ...firstCheck(), attempt: 2 });
    expect(await thrownBy(reconciled())).toEqual(UNSETTLED);
    expect((await other.stored()).attempts?.map(({ result }) => result)).toEqual(['blind', 'blind']);
  });
});
