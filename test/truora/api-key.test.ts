import { describe, expect, test } from 'vitest';
import { daysLeft } from '../../shared/truora/api-key.ts';

const now = new Date('2026-11-23T12:00:00.000Z');

const inDays = (days: number) => now.getTime() / 1000 + days * 86_400;

/** A key as Truora makes them, as far as it is read: put together here, so that no file holds one. */
const keyWith = (payload: unknown): string =>
  [{ alg: 'HS256' }, payload, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

describe('the days that are left to a key', () => {
  test.each([
    [30, 30],
    [29.99, 29],
    [0.5, 0],
    [0, 0],
    [-0.1, -1],
    [18_262, 18_262],
  ])('count as whole days: %d until its end is %d', (days, left) => {
    expect(daysLeft(keyWith({ exp: inDays(days) }), now)).toBe(left);
  });

  test('come from a key with white space around it and any other claims', () => {
    expect(daysLeft(` ${keyWith({ exp: inDays(7), grant: '', additional_data: '{}' })}\n`, now)).toBe(7);
  });

  test.each([
    ['that says no end', keyWith({ iat: 1 })],
    ['whose end is a text', keyWith({ exp: '1795428300' })],
    ['whose end is null', keyWith({ exp: null })],
    ['that ended before time began', keyWith({ exp: -1 })],
    ['whose end no calendar holds', keyWith({ exp: 8.64e12 + 1 })],
    ['whose payload is a list', keyWith([1])],
    ['that is no token', 'truora-key'],
    ['that is empty', ''],
    [
      'of two parts',
      keyWith({ exp: inDays(7) })
        .split('.')
        .slice(0, 2)
        .join('.'),
    ],
    ['of four parts', `${keyWith({ exp: inDays(7) })}.more`],
    ['whose payload is no JSON', 'a.b.c'],
    ['longer than any', `${keyWith({ exp: inDays(7) })}${'x'.repeat(8192)}`],
  ])('stay unknown for one %s', (_, key) => {
    expect(daysLeft(key, now)).toBeUndefined();
  });
});
