/**
 * How far a number in 0..1 may be from itself once it has passed through single precision. Below 1 the nearest such number is at
 * most 2^-25 away; both sides of a comparison may have passed, so the bound is twice that. 0.8 becomes 0.800000011920929
 * (1.2e-8 away). Two thresholds that a caller can tell apart differ by far more.
 */
export const SINGLE_PRECISION = 2 ** -24;

/** Whether two numbers in 0..1 are the same but for single precision. */
export const isSameNumber = (a: number, b: number): boolean => Math.abs(a - b) <= SINGLE_PRECISION;

/** Whether a number in 0..1 reaches a floor, which it may miss by what single precision loses. */
export const isAtLeast = (value: number, floor: number): boolean => value >= floor - SINGLE_PRECISION;
