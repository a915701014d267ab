import { DEFAULT_PURPOSE } from '../../../shared/domain/policy.ts';
import { enrollmentOf, person } from '../simulation.ts';
import { quietStory } from '../truora/story.ts';
import { type Chance, chanceOf } from '../virtual/chance.ts';
import { blow } from './fault.ts';
import { type Arrival, faults, type Plan } from './faults.ts';
import { addLive } from './live.ts';
import { momentOf } from './moments.ts';
import { addPolicies, plainPolicies } from './policies.ts';

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
    consent: undefined,
    otherWayAt: undefined,
    erasedAt: [],
    policies: plainPolicies,
    live: undefined,
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
  addConsent(plan, chance);
  addErasures(plan, chance);
  addPolicies(plan, chance);
  addLive(plan, chance);
  addMeeting(plan, chance);
  return plan;
};

const killOf = (chance: Chance) => chance.pick(['kill before', 'kill after'] as const);

/** In one of four systems the person is erased, and in some of them another person is not. */
const addErasures = (plan: Plan, chance: Chance): void => {
  if (!chance.is(0.25)) return;
  for (let calls = chance.is(0.3) ? 2 : 1; calls > 0; calls -= 1) plan.erasedAt.push(momentOf(chance));
  for (let kills = chance.pick([0, 1, 1, 2]); kills > 0; kills -= 1) {
    const during = chance.pick(['EraseAccount', 'SweepErasures'] as const);
    plan.blows.push({ during, nth: chance.whole(1, chance.pick([12, MOST_ERASURE_EFFECTS])), how: killOf(chance) });
  }
  if (chance.is(0.3)) plan.arrivals.push(dropOf('someone-else', 'd', chance.pick([0.01, 0.3, 5])));
};

/** An erasure of one case has some fifty effects, in the call or in the sweep. */
const MOST_ERASURE_EFFECTS = 60;

/**
 * In a third of the systems with a revocation, it comes between a function's check of the receipt and its write, and is done before the
 * write: of an outcome, or of what Truora decides about a run that was stopped from outside.
 */
const addMeeting = (plan: Plan, chance: Chance): void => {
  const { consent } = plan;
  if (!consent || consent.revokedAt.length === 0 || !chance.is(1 / 3)) return;
  consent.meets = chance.is(0.5)
    ? { who: 'RecordOutcome', nth: 1 }
    : { who: 'SweepLedger', nth: chance.whole(1, MOST_AMENDING) };
  consent.revokedAt = [];
  if (consent.meets.who === 'RecordOutcome') return;
  plan.story.decidesAfter = chance.pick([30, 100]);
  plan.interruption = { by: 'operator', at: chance.pick([2, 4, 20]) };
};

/** Writes of records by the sweeps until a late verdict is written. */
const MOST_AMENDING = 4;

/** Later than any first run of the person ends. */
const MUCH_LATER = 100_000;

/** Receipts are required in two of five systems, and revoked in most of those; in one of eight the person takes another way. */
const addConsent = (plan: Plan, chance: Chance): void => {
  if (chance.is(0.125)) plan.otherWayAt = momentOf(chance);
  if (!chance.is(0.4)) return;
  plan.consent = {
    validFor: chance.is(0.1) ? chance.pick([0.5, 1, 5, 60]) : undefined,
    purpose: DEFAULT_PURPOSE,
    revokedAt: [],
  };
  if (!chance.is(0.75)) return;
  for (let calls = chance.is(0.3) ? 2 : 1; calls > 0; calls -= 1) plan.consent.revokedAt.push(momentOf(chance));
  // A kill that falls into the revocation, or into what it meets.
  if (chance.is(0.5)) blow(plan, chance, chance.pick(['kill before', 'kill after']), 1, 60);
  if (chance.is(0.3)) plan.blows.push({ during: 'RevokeConsent', nth: chance.whole(1, 12), how: killOf(chance) });
  if (chance.is(0.3))
    plan.arrivals.push({ ...dropOf(person, 'c', MUCH_LATER + 0.01), putAt: MUCH_LATER, underSecond: true });
};
