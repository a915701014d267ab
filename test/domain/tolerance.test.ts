import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAtLeast, isSameNumber } from '../../shared/domain/tolerance.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a number in 0..1 that came back in single precision is the same, and reaches itself', () => {
  fc.assert(
    fc.property(share, (value) => isSameNumber(value, Math.fround(value)) && isAtLeast(Math.fround(value), value)),
  );
});

test('what differs by more than single precision is another number', () => {
  expect(isSameNumber(0.7, 0.7000001)).toBe(false);
  expect(isAtLeast(0.6999999, 0.7)).toBe(false);
  expect(isAtLeast(0.699999988, 0.7)).toBe(true);
  expect(isAtLeast(0.71, 0.7)).toBe(true);
});

test('what is no number is the same as none and reaches nothing', () => {
  expect([isSameNumber(Number.NaN, 0.7), isSameNumber(Number.NaN, Number.NaN)]).toEqual([false, false]);
  expect([isAtLeast(Number.NaN, 0), isAtLeast(0.5, Number.NaN)]).toEqual([false, false]);
});

test('what differs by single precision exactly is the same number, and reaches the other', () => {
  expect([isSameNumber(2 ** -24, 0), isSameNumber(0.5, 0.5 + 2 ** -24)]).toEqual([true, true]);
  expect([isAtLeast(0.5 - 2 ** -24, 0.5), isAtLeast(0.5 - 2 ** -23, 0.5)]).toEqual([true, false]);
});
