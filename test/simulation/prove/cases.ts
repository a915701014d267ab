import fc from 'fast-check';
import { killPointsOf } from '../proof.ts';
import { type Anchor, anchors, type Case } from './run.ts';

const base: Case = { seed: 1, decides: 4, notifications: [], rings: false, kills: [], holds: [], choices: [] };

/** Where a kill can fall: each effect of each function that works at the meeting point or after it, in order. */
const effects: Record<string, number> = {
  AwaitWebhook: 2,
  ReceiveWebhook: 8,
  ReadVerdict: 3,
  RecordOutcome: 4,
  MoveMedia: 5,
};

const killPoints = killPointsOf(effects);

/** Moments on both sides of everything that happens at the meeting point. */
const moments: { at: Anchor; after: number }[] = [
  ...anchors.map((at) => ({ at, after: 0 })),
  { at: 'token', after: 5 },
  { at: 'token', after: 25 },
  { at: 'token', after: 59.999 },
  { at: 'timeout', after: 7 },
  { at: 'deadline', after: 3 },
  { at: 'ended', after: 86_400 },
];

/** From the upload: at once, before the callback timeout, after it, after the deadline and its grace, never. */
const decisions = [1, 4, 70, 290, 900, null];

const held: Case['holds'][] = [
  [],
  // The token is written while the notification comes, or only after the callback timeout.
  [{ who: 'AwaitWebhook', nth: 1, seconds: 3 }],
  // The token is returned after the callback timeout has ended the wait.
  [{ who: 'ReceiveWebhook', nth: 4, seconds: 5 }],
];

/**
 * Every ordering of notification, second notification, decision, token, callback timeout and deadline on the grid above, with no crash, and then
 * with each crash where a notification, a decision or the lack of one makes it interesting.
 */
export function* grid(): Generator<Case> {
  for (const decides of decisions) {
    for (const [index, first] of [undefined, ...moments].entries()) {
      for (const second of [undefined, ...moments.slice(Math.max(0, index - 1))]) {
        if (second && !first) continue;
        const notifications = [first, second].filter((notification) => notification !== undefined);
        for (const holds of held) yield { ...base, decides, notifications, holds };
      }
    }
  }
  for (const kill of killPoints) {
    for (const decides of [1, 70, null]) {
      for (const notification of [undefined, ...moments]) {
        yield { ...base, decides, notifications: notification ? [notification] : [], kills: [kill] };
        if (notification)
          yield { ...base, decides, notifications: [notification, { at: 'token', after: 0 }], kills: [kill] };
      }
    }
  }
}

/** Where two and three race: a notification and the token, two notifications and the token, and a retried task with a new token. */
export const races: readonly Case[] = [
  { ...base, decides: 1, notifications: [{ at: 'waiting', after: 0 }] },
  {
    ...base,
    decides: 1,
    notifications: [
      { at: 'waiting', after: 0 },
      { at: 'waiting', after: 0 },
    ],
  },
  {
    ...base,
    decides: 1,
    notifications: [
      { at: 'token', after: 0 },
      { at: 'token', after: 0 },
    ],
  },
  ...(['before', 'after'] as const).flatMap((when) =>
    [1, 2].map((nth) => ({
      ...base,
      decides: 1,
      notifications: [{ at: 'waiting' as const, after: 0 }],
      kills: [{ who: 'AwaitWebhook', nth, when }],
    })),
  ),
];

/** Any case at all: what no grid thinks of. Shrinks towards no notifications, no kills, and a seed of 0. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(1_000_000),
  decides: fc.oneof(fc.integer({ min: 1, max: 280 }), fc.constantFrom(null, 900)),
  notifications: fc.array(
    fc.record({
      at: fc.constantFrom(...anchors),
      after: fc.constantFrom(0, 0, 0.001, 1, 20, 20, 59.999, 60, 61, 86_400),
    }),
    { maxLength: 4 },
  ),
  rings: fc.boolean(),
  kills: fc.array(fc.constantFrom(...killPoints), { maxLength: 2 }),
  holds: fc.array(
    fc.record({
      who: fc.constantFrom('AwaitWebhook', 'ReceiveWebhook'),
      nth: fc.integer({ min: 1, max: 5 }),
      seconds: fc.constantFrom(0.001, 1, 9),
    }),
    { maxLength: 1 },
  ),
  choices: fc.array(fc.nat(2), { maxLength: 12 }),
});

/** Plain runs, each with a decision of its own: with working webhooks, or with none and one crash anywhere. */
export const plain = (seed: number): Case => ({ ...base, seed, decides: 1 + (seed % 45), rings: true });

export const lost = (seed: number): Case => ({
  ...base,
  seed,
  decides: [1, 20, 62, 130, 250, 296, null][seed % 7] ?? null,
  kills: [{ who: '*', nth: 1 + (Math.floor(seed / 2) % 34), when: seed % 2 ? 'before' : 'after' }],
});
