import fc from 'fast-check';
import { killPointsOf } from '../proof.ts';
import { type Anchor, anchors, type Case, type Drop } from './run.ts';

const base: Case = { seed: 1, drops: [], cancel: null, kills: [], holds: [], choices: [] };

/** The effect of ClaimRequest that enters a first recording on the record; the three of the claim of the live capture come first. */
const ENTERS = 8;

/** Where a kill can fall: each effect of each function that works at the wait or after it, in order. */
const effects: Record<string, number> = {
  AwaitMedia: 10,
  // Those of the claim of the live capture come first.
  ClaimRequest: 14,
  MoveMedia: 4,
  CancelRevalidation: 6,
  RecordOutcome: 3,
};

const killPoints = killPointsOf(effects);

/** Moments on both sides of everything that happens at the wait. Seconds after. */
const moments: { at: Anchor; after: number }[] = [
  ...anchors.map((at) => ({ at, after: 0 })),
  { at: 'token', after: 5 },
  { at: 'look', after: 0.5 },
  { at: 'look', after: 40 },
  { at: 'token', after: 280 },
  { at: 'token', after: 299 },
  { at: 'ended', after: 3600 },
];

const hows: Drop['how'][] = ['well', 'lost', 'bad'];

const held: Case['holds'][] = [
  [],
  // The token is stored while the recording comes, or only after the wait was given up.
  [{ who: 'AwaitMedia', nth: 1, seconds: 3 }],
  // The recording is entered after the next look has begun; or its wait is resumed only then.
  [{ who: 'ClaimRequest', nth: ENTERS, seconds: 8 }],
  [{ who: 'ClaimRequest', nth: ENTERS + 1, seconds: 8 }],
];

/**
 * The case ends, by a cancellation or by the look behind the expiry, while a recording that came in time is being entered; the longest
 * that ClaimRequest may take is 15 s.
 */
const ended: readonly Case[] = [
  {
    ...base,
    drops: [{ at: 'token', after: 5, how: 'well' }],
    cancel: { at: 'token', after: 7 },
    holds: [{ who: 'ClaimRequest', nth: ENTERS, seconds: 8 }],
  },
  {
    ...base,
    drops: [{ at: 'token', after: 299, how: 'well' }],
    holds: [{ who: 'ClaimRequest', nth: ENTERS, seconds: 14 }],
  },
];

/**
 * Every ordering of {token stored, recording, second recording, lost event, link expiry, cancellation} on the grid above, with no crash;
 * and then with each crash where one recording comes, or a lost one, a bad one, none, or a cancellation.
 */
export function* grid(): Generator<Case> {
  yield* ended;
  for (const first of [undefined, ...moments]) {
    for (const how of first ? hows : hows.slice(0, 1)) {
      const drops: Drop[] = first ? [{ ...first, how }] : [];
      for (const holds of held) yield { ...base, drops, holds };
      for (const cancel of moments) yield { ...base, drops, cancel };
      if (first) {
        for (const second of moments)
          for (const later of hows) yield { ...base, drops: [...drops, { ...second, how: later }] };
      }
    }
  }
  for (const kill of killPoints) {
    for (const at of [undefined, ...moments.slice(1, 5), { at: 'token' as const, after: 5 }]) {
      const drops: Drop[][] = at ? hows.map((how) => [{ ...at, how }]) : [[]];
      for (const some of drops) yield { ...base, drops: some, kills: [kill] };
      if (at)
        yield {
          ...base,
          drops: [
            { ...at, how: 'bad' },
            { at: 'look', after: 0.5, how: 'well' },
          ],
          kills: [kill],
        };
    }
    yield { ...base, cancel: { at: 'token', after: 5 }, kills: [kill] };
  }
}

const well = { how: 'well', after: 0 } as const;

/** Where two and three race: a recording and the token, two recordings, a recording and a cancellation, a recording and the expiry. */
export const races: readonly Case[] = [
  { ...base, drops: [{ at: 'waiting', ...well }] },
  {
    ...base,
    drops: [
      { at: 'waiting', ...well },
      { at: 'waiting', ...well },
    ],
  },
  {
    ...base,
    drops: [
      { at: 'token', ...well },
      { at: 'token', ...well },
    ],
  },
  { ...base, drops: [{ at: 'look', ...well }] },
  { ...base, drops: [{ at: 'expiry', ...well }] },
  { ...base, drops: [{ at: 'token', ...well }], cancel: { at: 'token', after: 0 } },
];

/** Any case at all: what no grid thinks of. Shrinks towards no recordings, no kills, and a seed of 0. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(1_000_000),
  drops: fc.array(
    fc.record({
      at: fc.constantFrom(...anchors),
      after: fc.constantFrom(0, 0, 0.001, 1, 20, 31, 60, 200, 290),
      how: fc.constantFrom(...hows),
    }),
    { maxLength: 4 },
  ),
  cancel: fc.option(fc.record({ at: fc.constantFrom(...anchors.slice(1)), after: fc.constantFrom(0, 1, 40, 290) }), {
    freq: 4,
  }),
  kills: fc.array(fc.constantFrom(...killPoints), { maxLength: 2 }),
  holds: fc.array(
    fc.record({
      who: fc.constantFrom('AwaitMedia', 'ClaimRequest'),
      nth: fc.integer({ min: 1, max: 12 }),
      seconds: fc.constantFrom(0.001, 1, 9, 14),
    }),
    { maxLength: 1 },
  ),
  choices: fc.array(fc.nat(2), { maxLength: 12 }),
});
