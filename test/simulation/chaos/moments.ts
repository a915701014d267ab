import type { Chance } from '../virtual/chance.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { FunctionName } from '../virtual/functions.ts';

/**
 * When something happens: so many seconds after the system's beginning, or directly after the nth effect of a function, so that it
 * meets what this function does next.
 */
export type Moment = number | { during: FunctionName; effect: number };

/** Before the claim, around the charged call and the upload, while a run waits, and after its end. Seconds. */
const times = [0.001, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 2.5, 4, 8, 20, 65, 400, 30_000, 90_000];

/** The functions that use the face, decide about it, or follow it up, and how many effects each has without troubles. */
const during: readonly (readonly [FunctionName, number])[] = [
  ['ClaimRequest', 8],
  ['CreateValidation', 11],
  ['MoveMedia', 5],
  ['ReadVerdict', 2],
  ['RecordOutcome', 3],
  // Two sweeps: the first one, and the one that asks for the last time.
  ['SweepLedger', 90],
];

export const momentOf = (chance: Chance): Moment => {
  if (chance.is(0.4)) return chance.pick(times);
  const [name, effects] = chance.pick(during);
  return { during: name, effect: chance.whole(1, effects) };
};

/** Brings what happens at moments: `at` notes one, and `saw` hears of each effect. */
export const momentsOf = () => {
  const waiting = new Map<string, (() => void)[]>();
  const counts = new Map<string, number>();
  return {
    at: (moment: Moment, act: () => void): void => {
      if (typeof moment === 'number') {
        clock.at(EPOCH + moment * 1000, act);
        return;
      }
      const key = `${moment.during} ${moment.effect}`;
      waiting.set(key, [...(waiting.get(key) ?? []), act]);
    },
    saw: (name: string): void => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      for (const act of waiting.get(`${name} ${count}`) ?? []) act();
    },
  };
};
