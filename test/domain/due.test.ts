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

test('a fresh record is looked at after five minutes', () => {
  expect(firstFollowUp(at('12:00:00'))).toBe(at('12:05:00'));
});

describe('an open run', () => {
  test.each([
    [1, at('12:05:00')],
    [5, at('12:05:00')],
    [20, at('12:20:00')],
    [59, at('12:59:00')],
    [300, at('13:00:00')],
  ])('of %i minutes is looked at after as long again, but every hour', (age, next) => {
    expect(look(age)).toBe(next);
  });

  test.each([
    ['soon', at('12:10:00'), at('12:15:30')],
    ['at once', at('12:00:00'), at('12:05:30')],
    ['long after', at('15:00:00'), at('13:00:00')],
  ])('whose deadline is %s is looked at right after it at the latest', (_, deadline, next) => {
    expect(look(120, deadline)).toBe(next);
  });

  test('that is long past its deadline is looked at as any other, never at once', () => {
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
  ])('%i minutes ago is looked at next at %s', (age, next) => {
    const now = new Date(at('12:00:00'));
    expect(nextLateFollowUp(new Date(now.getTime() - age * 60_000).toISOString(), now)).toBe(next);
  });
});

test('an ended case is looked at when its media has had its time, and four days more if Truora is away', () => {
  expect(lastCheckAt(at('12:00:00'), 24)).toBe('2026-11-26T12:00:00.000Z');
  expect(lastCheckUntil(at('12:00:00'), 24)).toBe('2026-11-30T12:00:00.000Z');
});

test('every id has its shard, and there are sixteen', () => {
  const seen = new Set(Array.from({ length: 2000 }, () => shardOf(newRevalidationId())));
  expect([...seen].toSorted()).toEqual([...shards].toSorted());
  expect(shards).toHaveLength(16);
});
