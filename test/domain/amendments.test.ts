import { describe, expect, test } from 'vitest';
import { type Amendment, amendmentOf, changes, currentOutcomeOf, mayChange } from '../../shared/domain/amendments.ts';
import { type OutcomeStatus, outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import type { Verdict } from '../../shared/domain/revalidation.ts';

const at = '2026-11-25T12:00:00.000Z';

const verdict = (status: Verdict['status'], reason?: Verdict['reason']): Verdict => ({
  status,
  ...(reason ? { reason } : {}),
  decidedAt: at,
});

test('the current outcome is the last amendment, or else the outcome', () => {
  const amendment: Amendment = { at, from: 'sweep', status: 'declined', reason: 'no_face_detected' };
  expect(currentOutcomeOf({ status: 'expired' })).toEqual({ status: 'expired' });
  expect(currentOutcomeOf({ status: 'expired' }, [{ ...amendment, status: 'failed' }, amendment])).toBe(amendment);
});

test('only an outcome that closed without a result about the face may change', () => {
  const open = outcomeStatuses.filter((status) => mayChange({ status }));
  expect(open).toEqual(['expired', 'failed', 'canceled', 'alternative_required']);
});

describe('a verdict', () => {
  test.each<[OutcomeStatus, Verdict, boolean]>([
    ['expired', verdict('approved'), true],
    ['failed', verdict('declined', 'no_face_detected'), true],
    ['canceled', verdict('approved'), true],
    ['canceled', verdict('failed', 'system_error'), true],
    ['canceled', verdict('expired', 'input_file_not_uploaded'), false],
    ['failed', verdict('expired', 'input_file_not_uploaded'), false],
    ['alternative_required', verdict('approved'), true],
    ['alternative_required', verdict('expired', 'input_file_not_uploaded'), false],
    ['approved', verdict('declined', 'no_face_detected'), false],
    ['declined', verdict('approved'), false],
    ['refused', verdict('approved'), false],
  ])('after %s: %j changes it: %s', (status, late, does) => {
    expect(changes({ status }, late)).toBe(does);
  });

  test('changes nothing when it repeats the current outcome, but does when it brings another reason', () => {
    const existing = { status: 'failed', reason: 'system_error' } as const;
    expect(changes(existing, verdict('failed', 'system_error'))).toBe(false);
    expect(changes(existing, verdict('failed', 'verdict_mismatch'))).toBe(true);
  });
});

describe('a verdict about a face that may not be used any more', () => {
  const approved = { ...verdict('approved'), similarity: 0.97, threshold: 0.7 };

  test('amends the case with what Truora decided, and neither approves it nor keeps a score', () => {
    expect(amendmentOf(approved, 'webhook', false)).toEqual({
      status: 'alternative_required',
      verdict: 'approved',
      at: approved.decidedAt,
      from: 'webhook',
    });
    const { decidedAt, ...rest } = approved;
    expect(amendmentOf(approved, 'sweep', true)).toEqual({ ...rest, at: decidedAt, from: 'sweep' });
  });

  test('is asked for once', () => {
    const amended = currentOutcomeOf({ status: 'alternative_required' }, [amendmentOf(approved, 'sweep', false)]);
    expect(mayChange(amended)).toBe(false);
    expect(changes(amended, approved)).toBe(false);
  });
});
