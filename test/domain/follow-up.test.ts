import { describe, expect, test } from 'vitest';
import {
  firstFollowUp,
  lastCheckAt,
  lastCheckUntil,
  nextFollowUp,
  nextLateFollowUp,
  shardOf,
  shards,
} from '../../shared/domain/follow-up.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';

const at = (time: string) => `2026-11-25T${time}.000Z`;

const look = (age: number, deadline?: string) => {
  const now = new Date(at('12:00:00'));
  const claimedAt = new Date(now.getTime() - age * 60_000).toISOString();
  return nextFollowUp({ claimedAt, ...(deadline ? { used: { deadline } } : {}) }, now, 30);
};

test('checks a fresh record after five minutes', () => {
  expect(firstFollowUp(at('12:00:00'))).toBe(at('12:05:00'));
});

describe('an open run', () => {
  test.each([
    [1, at('12:05:00')],
    [5, at('12:05:00')],
    [20, at('12:20:00')],
    [59, at('12:59:00')],
    [300, at('13:00:00')],
  ])('checks a run of %i minutes after the same time again, at most an hour later', (age, next) => {
    expect(look(age)).toBe(next);
  });

  test.each([
    ['soon', at('12:10:00'), at('12:15:30')],
    ['at once', at('12:00:00'), at('12:05:30')],
    ['long after', at('15:00:00'), at('13:00:00')],
  ])('checks a run whose deadline is %s directly after the deadline at the latest', (_, deadline, next) => {
    expect(look(120, deadline)).toBe(next);
  });

  test('checks a run long past its deadline like any other, never at once', () => {
    expect(look(120, at('09:00:00'))).toBe(at('13:00:00'));
  });
});

describe('a case that Truora has called about late and not decided yet', () => {
  test.each([
    [0, at('12:05:00')],
    [5, at('12:05:00')],
    [20, at('12:20:00')],
    [359, at('13:00:00')],
    [361, undefined],
  ])('checks a case of %i minutes ago next at %s', (age, next) => {
    const now = new Date(at('12:00:00'));
    expect(nextLateFollowUp(new Date(now.getTime() - age * 60_000).toISOString(), now)).toBe(next);
  });
});

test('checks an ended case when its media expires, and for four more days if Truora is unavailable', () => {
  expect(lastCheckAt(at('12:00:00'), 24)).toBe('2026-11-26T12:00:00.000Z');
  expect(lastCheckUntil(at('12:00:00'), 24)).toBe('2026-11-30T12:00:00.000Z');
});

test('puts every id into one of sixteen shards', () => {
  const seen = new Set(Array.from({ length: 2000 }, () => shardOf(newRevalidationId())));
  expect([...seen].toSorted()).toEqual([...shards].toSorted());
  expect(shards).toHaveLength(16);
});
