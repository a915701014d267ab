import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Numbers that look random and follow from a seed alone. */
export type Chance = {
  /** 0 to 1, without the 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** True in this share of cases. */
  is(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
};

/** SplitMix32 (Steele, Lea and Flood, 2014): small, even, and good enough to choose faults by. */
export const chanceOf = (seed: number): Chance => {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    is: (share) => next() < share,
    pick: (values) => {
      if (values.length === 0) throw new TypeError('there is nothing to pick from');
      return values[whole(0, values.length - 1)] as (typeof values)[number];
    },
  };
};

let current = chanceOf(0);

/** From here on the process draws its randomness from this seed. */
export const seedProcess = (seed: number): void => {
  current = chanceOf(seed);
};

/** Puts seeded numbers in the place of `Math.random` and of what product code takes from `node:crypto`. */
export const installChance = (): void => {
  Math.random = () => current.next();
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => current.whole(0, 255)));
  const uuid = () =>
    bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  Object.assign(crypto, { randomBytes: bytes, randomUUID: uuid });
  Object.assign(globalThis.crypto, { randomUUID: uuid });
  syncBuiltinESMExports();
};
