import type { Chance } from '../virtual/chance.ts';
import { arrivalOf, type Fault, type Plan, trouble } from './fault.ts';

/** The media of a second run of the same person; the last events of the system do not wait for it. */
const again = (plan: Plan, at: number): void => {
  const one = arrivalOf(plan);
  const metadata = { 'user-authorized': 'true' };
  plan.arrivals.push({ ...one, key: one.key.replace(/[^/]+$/, 'again.jpg'), metadata, events: [at] });
};

const lose = (plan: Plan, chance: Chance, nth: number): void =>
  trouble(plan, 'create', nth, { kind: chance.pick(['hang', 'reset']), executed: chance.is(0.5) });

/** What can go wrong beside the table and the forms: at what the steps ask before and around the charged call. */
export const besideTheTable: readonly Fault[] = [
  {
    row: 74,
    what: "the create answer of a person's second run is lost while the first is undecided",
    inject: (plan, chance) => {
      plan.story.decidesAfter = chance.pick([200, 1000, undefined]);
      again(plan, chance.pick([0.3, 5, 20]));
      lose(plan, chance, 2);
    },
  },
  {
    row: 75,
    what: 'S3 refuses its calls for a while',
    inject: (plan, chance) => {
      const operation = chance.pick(['GetObject', 'HeadObject', 'DeleteObject', 'ListObjectVersions']);
      plan.refuses.push({ operation, first: chance.whole(1, 3) });
    },
  },
  {
    row: 76,
    what: 'the person has other enrollments, or the list of them is no list, or never answered',
    inject: (plan, chance) => {
      plan.story.others = chance.pick(['finished', 'nonsense', 'no answer']);
    },
  },
  {
    row: 77,
    what: 'less similarity is asked for than the deployment allows',
    inject: (plan, chance) => {
      arrivalOf(plan).metadata.options = JSON.stringify({ threshold: chance.pick([0, 0.3, 0.5, 0.6499999]) });
    },
  },
  {
    row: 78,
    what: 'the machine is started for the same media too, more than once, under one idempotency key',
    inject: (plan, chance) => {
      for (let calls = chance.whole(1, 3); calls > 0; calls -= 1) {
        plan.calls.push(chance.pick([0.005, 0.01, 0.3, 0.7, 2, 30, 400, 7 * 3600]));
      }
      // What is the newest version by then is no matter of the key's.
      if (chance.is(0.5)) plan.tamper = { kind: 'overwrite', at: chance.pick([0.02, 0.5, 10]) };
    },
  },
];
