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
  test.each(results)('parses %s', (result) => {
    expect(Attempt.parse(attempt(result, 'VLD1'))).toEqual(attempt(result, 'VLD1'));
  });

  test.each([{ n: 0 }, { n: 1.5 }, { at: 'today' }, { result: '' }, { result: 'lost' }, { validationId: 'a/b' }])(
    'does not parse %j',
    (odd) => {
      expect(Attempt.safeParse({ ...attempt('created'), ...odd }).success).toBe(false);
    },
  );
});

test('accepts one of two policies for an unresolved creation', () => {
  expect(['fail-for-human', 'create-again', '', 'again'].map((one) => OnUnresolved.safeParse(one).success)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a validation may still appear after an attempt that is open, was not found, or was on a blind list', () => {
  expect(results.filter((result) => isInDoubt(attempt(result)))).toEqual(['not_found', 'blind', 'unconfirmed']);
  expect(results.filter((result) => isNotFound(attempt(result)))).toEqual(['not_found', 'blind']);
});

describe('what a list was believed not to show', () => {
  const created = attempt('created', 'VLD2');

  test('needs the attempt that Truora answered as its proof', () => {
    const lost = attempt('not_found');
    const all = [lost, attempt('created', 'VLD1'), attempt('adopted', 'VLD2'), created, attempt('blind')];
    expect(inNeedOfProof(all, 'VLD2')).toEqual({ own: created, unproved: [lost] });
    expect(inNeedOfProof([attempt('adopted', 'VLD2')], 'VLD2')).toEqual({ own: undefined, unproved: [] });
  });

  test('stays empty where there was no attempt', () => {
    expect(inNeedOfProof(undefined, 'VLD2')).toEqual({ own: undefined, unproved: [] });
  });
});

test('an attempt is blind on a list that shows nothing of ours, and keeps its result on any other', () => {
  expect(asBlind(attempt('not_found', 'VLD1'))).toEqual(attempt('blind', 'VLD1'));
});

test('the reason is list_blind where any attempt is blind, and otherwise an open charge', () => {
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

  test.each(['webhook', 'sweep'] as const)('comes from a %s, and has the time when it was learnt', (from) => {
    expect(Amendment.parse({ ...amendment, from })).toEqual({ ...amendment, from });
  });

  test.each([{ from: '' }, { from: 'call' }, { at: undefined }, { at: 'today' }, { status: 'refused' }])(
    'does not parse with %j',
    (odd) => {
      expect(Amendment.safeParse({ ...amendment, ...odd }).success).toBe(false);
    },
  );

  test('takes its decision time from its verdict alone', () => {
    expect(Amendment.parse({ ...amendment, decidedAt: at })).not.toHaveProperty('decidedAt');
  });

  test('goes behind all earlier ones', () => {
    const [first, second, third] = (['failed', 'expired', 'declined'] as const).map((status) => ({
      ...amendment,
      status,
    })) as [Amendment, Amendment, Amendment];
    expect(currentOutcomeOf({ status: 'canceled' }, [first, second, third])).toBe(third);
  });
});
