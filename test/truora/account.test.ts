import { expect, test } from 'vitest';
import { isSameAccount } from '../../shared/truora/account.ts';
import { verdictOf } from '../../shared/truora/verdict.ts';

test('an account equals itself in other capitals, in another Unicode form and with blanks, and no other', () => {
  expect(['ana', 'ANA', ' ana\t', 'ａna'].map((one) => isSameAccount(one, 'Ana'))).toEqual([true, true, true, true]);
  expect(['', 'ben', 'ACCana', 'ına'].map((one) => isSameAccount(one, 'Ana'))).toEqual([false, false, false, false]);
});

test('letters that are the same only in capitals make two accounts', () => {
  expect([isSameAccount('ıd', 'id'), isSameAccount('straße', 'strasse')]).toEqual([false, false]);
});

test.each([
  ['declined', 'declined'],
  ['expired', 'expired'],
  ['system_error', 'failed'],
])('a validation that ends as %s needs no account, and may write it differently', (failure_status, status) => {
  const about = {
    claim: { accountId: 'ana', enrollmentId: 'ENR1', requested: {} },
    validation: { validationId: 'VLD1', deadline: '2026-11-23T10:05:00.000Z' },
    floor: 0.65,
    at: new Date('2026-11-23T10:00:10Z'),
  };
  for (const account_id of [undefined, 'ANA', ' ana']) {
    const answer = { validation_id: 'VLD1', account_id, validation_status: 'failure', failure_status };
    const verdict = verdictOf(answer, about);
    expect(verdict).toMatchObject({ status });
    expect(verdict).not.toHaveProperty('mismatch');
  }
});
