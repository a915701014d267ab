/**
 * How far apart two numbers in 0..1 may be and still be the same: an echo in single precision (float32) of such a number is
 * off by 2^-25 at most, and where both sides were rounded by 2^-24 (0.7 comes back as 0.699999988). No more than that:
 * a threshold or a score that differs by more is another one.
 */
export const SINGLE_PRECISION = 2 ** -24;

/** Whether two numbers in 0..1 are the same but for single precision. */
export const isSameNumber = (a: number, b: number): boolean => Math.abs(a - b) <= SINGLE_PRECISION;

/** Whether a number in 0..1 reaches a floor but for single precision. Not a number never does. */
export const isAtLeast = (value: number, floor: number): boolean => value >= floor - SINGLE_PRECISION;
