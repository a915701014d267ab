/**
 * The greatest difference between two equal numbers in 0..1 after single precision (float32): one rounded number is off by at
 * most 2^-25, two rounded numbers by 2^-24 (0.7 becomes 0.699999988). A larger difference means another number.
 */
export const SINGLE_PRECISION = 2 ** -24;

/** Whether two numbers in 0..1 are equal within single precision. */
export const isSameNumber = (a: number, b: number): boolean => Math.abs(a - b) <= SINGLE_PRECISION;

/** Whether a number in 0..1 reaches a floor within single precision. NaN never does. */
export const isAtLeast = (value: number, floor: number): boolean => value >= floor - SINGLE_PRECISION;
