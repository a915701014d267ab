import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAtLeast, isSameNumber } from '../../shared/domain/tolerance.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('treats a number in 0..1 in single precision as the same, and as high enough', () => {
  fc.assert(
    fc.property(share, (value) => isSameNumber(value, Math.fround(value)) && isAtLeast(Math.fround(value), value)),
  );
});

test('treats a larger difference as another number', () => {
  expect(isSameNumber(0.7, 0.7000001)).toBe(false);
  expect(isAtLeast(0.6999999, 0.7)).toBe(false);
  expect(isAtLeast(0.699999988, 0.7)).toBe(true);
  expect(isAtLeast(0.71, 0.7)).toBe(true);
});

test('treats a value that is no number like an absent one, which is never high enough', () => {
  expect([isSameNumber(Number.NaN, 0.7), isSameNumber(Number.NaN, Number.NaN)]).toEqual([false, false]);
  expect([isAtLeast(Number.NaN, 0), isAtLeast(0.5, Number.NaN)]).toEqual([false, false]);
});

test('treats a difference of exactly single precision as the same, and as high enough', () => {
  expect([isSameNumber(2 ** -24, 0), isSameNumber(0.5, 0.5 + 2 ** -24)]).toEqual([true, true]);
  expect([isAtLeast(0.5 - 2 ** -24, 0.5), isAtLeast(0.5 - 2 ** -23, 0.5)]).toEqual([true, false]);
});
