import { enrollmentOf, person } from '../simulation.ts';
import { quietStory } from '../truora/story.ts';
import { chanceOf } from '../virtual/chance.ts';
import { type Arrival, faults, type Plan } from './faults.ts';

/** So many faults a system: with more, what is seen is mostly the first of them. */
const [LEAST_FAULTS, MOST_FAULTS] = [2, 4];

const dropOf = (accountId: string, name: string, at: number): Arrival => ({
  accountId,
  key: `inbox/${accountId}/${enrollmentOf(accountId)}/${name}.jpg`,
  body: 'photo',
  metadata: { 'user-authorized': 'true' },
  putAt: 0,
  events: [at],
});

/** What goes wrong in the system of a seed: two to four draws from the table, in some systems with a second run beside the first. */
export const planOf = (seed: number): Plan => {
  const chance = chanceOf(seed);
  const plan: Plan = {
    seed,
    rows: new Set(),
    story: {
      ...quietStory,
      troubles: {},
      decidesAfter: chance.pick([1, 4, 9, 30]),
      repeatsLink: chance.is(0.5),
      listLag: chance.whole(0, 12),
    },
    arrivals: [dropOf(person, 'a', 0.01)],
    blows: [],
    lambda: [],
    refuses: [],
    tamper: undefined,
    strangers: [],
    interruption: undefined,
    calls: [],
    poison: [],
    onUnresolved: chance.is(0.7) ? 'fail-for-human' : 'create-again',
  };
  for (let left = chance.whole(LEAST_FAULTS, MOST_FAULTS); left > 0; left -= 1) {
    const { row, inject } = chance.pick(faults);
    plan.rows.add(row);
    inject(plan, chance);
  }
  // One system in five has a second run: of the same person with other media, at about the same time.
  if (chance.is(0.2)) plan.arrivals.push(dropOf(person, 'b', chance.pick([0.01, 0.3, 5])));
  // And one of eight is canceled before the end.
  if (chance.is(0.125)) {
    plan.interruption = {
      by: chance.pick(['caller', 'operator']),
      at: chance.pick([0.05, 0.2, 0.4, 0.8, 1.5, 4, 20, 70]),
    };
  }
  return plan;
};
