import { expect, test } from 'vitest';
import { type Attempt, asFailureAfter, mayCreate, withAttempt } from '../../shared/domain/attempts.ts';
import { CreationUnconfirmedError, MediaGoneError, SpendingRefusedError } from '../../shared/domain/errors.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { spendOf } from '../../shared/domain/spend.ts';

const attempt = (n: number, result: Attempt['result'], at = `2026-11-25T12:0${n}:00.000Z`): Attempt => ({
  n,
  at,
  result,
});

test.each<[Attempt['result'][], boolean, boolean]>([
  [[], true, true],
  [['not_found'], true, true],
  [['orphaned'], false, true],
  [['unconfirmed'], false, false],
  [['created'], false, false],
  [['adopted'], false, false],
  [['not_found', 'not_found'], false, false],
  [['orphaned', 'not_found'], false, false],
  [['blind'], false, false],
])('after %j, Truora may be called: %s, and where paying again is allowed: %s', (results, careful, generous) => {
  const attempts = results.map((result, n) => attempt(n + 1, result));
  expect(mayCreate(attempts, 'fail-for-human')).toBe(careful);
  expect(mayCreate(attempts, 'create-again')).toBe(generous);
});

test('a new result of an attempt replaces the old one, and other attempts stay', () => {
  const first = attempt(1, 'not_found');
  const before = withAttempt([first], attempt(2, 'unconfirmed'));
  expect(withAttempt(before, attempt(2, 'adopted'))).toEqual([first, attempt(2, 'adopted')]);
  expect(withAttempt(undefined, first)).toEqual([first]);
});

test.each<[Attempt['result'], Attempt['result'], Attempt['result']]>([
  ['unconfirmed', 'not_found', 'not_found'],
  ['not_found', 'unconfirmed', 'not_found'],
  ['created', 'unconfirmed', 'created'],
  ['adopted', 'not_found', 'adopted'],
  ['created', 'orphaned', 'created'],
  ['orphaned', 'blind', 'orphaned'],
  ['orphaned', 'unconfirmed', 'orphaned'],
  ['not_found', 'orphaned', 'orphaned'],
  ['not_found', 'blind', 'blind'],
  ['blind', 'not_found', 'not_found'],
])('an attempt that was %s becomes, when %s is recorded, %s in its place', (existing, said, result) => {
  const second = attempt(2, 'unconfirmed');
  expect(withAttempt([attempt(1, existing), second], attempt(1, said))).toEqual([attempt(1, result), second]);
});

const mediaGone = new MediaGoneError('media_gone', 'the media is gone');

const noBudget = new SpendingRefusedError('daily_budget_spent', 'the budget of today is spent');

test.each([
  ['gone media', mediaGone],
  ['a spent budget', noBudget],
])('a refusal for %s is a failure after a call that may have been charged, and says so', (_, refusal) => {
  const unconfirmed = new CreationUnconfirmedError(
    'creation_unconfirmed',
    `an earlier call may have been charged, and another one is refused: ${refusal.message}`,
  );
  expect(() => asFailureAfter([attempt(1, 'not_found')])(refusal)).toThrow(unconfirmed);
  expect(() => asFailureAfter([attempt(1, 'not_found')])(refusal)).toThrow(
    expect.objectContaining({ reason: 'creation_unconfirmed' }),
  );
  expect(() => asFailureAfter([])(refusal)).toThrow(refusal);
});

test('an error that is no refusal stays what it is after a call', () => {
  const other = new Error('connection lost');
  expect(() => asFailureAfter([attempt(1, 'not_found')])(other)).toThrow(other);
});

test('spend is counted in validations, and states what was avoided and why', async () => {
  const record = (more: Partial<LedgerRecord>) => more as LedgerRecord;
  const refused = { outcome: { status: 'refused', reason: 'truora_closed' } } as Partial<LedgerRecord>;
  expect(
    await spendOf([
      record({ validationId: 'VLD1', attempts: [attempt(1, 'created')], askedAgain: 3 }),
      record({ validationId: 'VLD2', orphans: ['VLD3'], attempts: [attempt(1, 'adopted')] }),
      record({ attempts: [attempt(1, 'unconfirmed'), attempt(2, 'blind')] }),
      record(refused),
      // Refused at its second call, after the first had been paid for.
      record({ ...refused, orphans: ['VLD4'], attempts: [attempt(1, 'orphaned')] }),
    ]),
  ).toEqual({
    revalidations: 5,
    charges: 4,
    orphans: 2,
    unconfirmed: 2,
    avoided: { asked_again: 3, adopted: 1, 'refused: truora_closed': 1 },
  });
});
