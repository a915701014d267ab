import { describe, expect, test } from 'vitest';
import { Amendment, currentOutcomeOf } from '../../shared/domain/amendments.ts';
import {
  Attempt,
  asBlind,
  creationGivenUp,
  creationUnsettled,
  inNeedOfProof,
  isInDoubt,
  isNotFound,
  OnUnresolved,
} from '../../shared/domain/attempts.ts';

const at = '2026-11-25T12:00:00.000Z';

const results = ['created', 'adopted', 'orphaned', 'not_found', 'blind', 'unconfirmed'] as const;

const attempt = (result: Attempt['result'], validationId?: string): Attempt => ({
  n: 1,
  at,
  result,
  ...(validationId ? { validationId } : {}),
});

describe('an attempt on a record', () => {
  test.each(results)('may be %s', (result) => {
    expect(Attempt.parse(attempt(result, 'VLD1'))).toEqual(attempt(result, 'VLD1'));
  });

  test.each([{ n: 0 }, { n: 1.5 }, { at: 'today' }, { result: '' }, { result: 'lost' }, { validationId: 'a/b' }])(
    'cannot be read with %j',
    (odd) => {
      expect(Attempt.safeParse({ ...attempt('created'), ...odd }).success).toBe(false);
    },
  );
});

test('what to do about a creation that is not resolved is one of two', () => {
  expect(['fail-for-human', 'create-again', '', 'again'].map((one) => OnUnresolved.safeParse(one).success)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a validation may yet turn up of what is not known, was not found, or not on a list that shows nothing', () => {
  expect(results.filter((result) => isInDoubt(attempt(result)))).toEqual(['not_found', 'blind', 'unconfirmed']);
  expect(results.filter((result) => isNotFound(attempt(result)))).toEqual(['not_found', 'blind']);
});

describe('what a list was believed not to show', () => {
  const created = attempt('created', 'VLD2');

  test('is proved by the attempt that Truora answered, and by no other', () => {
    const lost = attempt('not_found');
    const all = [lost, attempt('created', 'VLD1'), attempt('adopted', 'VLD2'), created, attempt('blind')];
    expect(inNeedOfProof(all, 'VLD2')).toEqual({ own: created, unproved: [lost] });
    expect(inNeedOfProof([attempt('adopted', 'VLD2')], 'VLD2')).toEqual({ own: undefined, unproved: [] });
  });

  test('is nothing where there was no attempt', () => {
    expect(inNeedOfProof(undefined, 'VLD2')).toEqual({ own: undefined, unproved: [] });
  });
});

test('an attempt on a list that shows nothing of ours is blind, and else what it was', () => {
  expect(asBlind(attempt('not_found', 'VLD1'))).toEqual(attempt('blind', 'VLD1'));
});

test('no more is asked because the list shows nothing where any attempt is blind, else because a charge is open', () => {
  const seen = [attempt('unconfirmed'), attempt('not_found')];
  expect(creationGivenUp(seen)).toMatchObject({ name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' });
  expect(creationGivenUp([])).toMatchObject({ reason: 'creation_unconfirmed' });
  expect(creationGivenUp([attempt('blind'), ...seen])).toMatchObject({
    name: 'CreationUnconfirmedError',
    reason: 'list_blind',
  });
  expect(creationUnsettled()).toMatchObject({ name: 'CreationUnsettledError', reason: 'creation_unsettled' });
});

describe('an amendment', () => {
  const amendment = { at, from: 'webhook', status: 'approved' } as const;

  test.each(['webhook', 'sweep'] as const)('comes from a %s, and says when it was learnt of', (from) => {
    expect(Amendment.parse({ ...amendment, from })).toEqual({ ...amendment, from });
  });

  test.each([{ from: '' }, { from: 'call' }, { at: undefined }, { at: 'today' }, { status: 'refused' }])(
    'cannot be read with %j',
    (odd) => {
      expect(Amendment.safeParse({ ...amendment, ...odd }).success).toBe(false);
    },
  );

  test('has no time of a decision beside its own', () => {
    expect(Amendment.parse({ ...amendment, decidedAt: at })).not.toHaveProperty('decidedAt');
  });

  test('stands behind all before it', () => {
    const [first, second, third] = (['failed', 'expired', 'declined'] as const).map((status) => ({
      ...amendment,
      status,
    })) as [Amendment, Amendment, Amendment];
    expect(currentOutcomeOf({ status: 'canceled' }, [first, second, third])).toBe(third);
  });
});
