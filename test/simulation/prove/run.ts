import { isEnd } from '../../../shared/domain/lifecycle.ts';
import { enrollmentOf, person, photo, type SimulatedSystem, settings, simulate } from '../simulation.ts';
import { quietStory, type Sending } from '../truora/story.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect, Handling } from '../virtual/effects.ts';

/** Moments of a run at which, or some seconds after which, a notification can come. */
export const anchors = ['bound', 'uploaded', 'waiting', 'token', 'timeout', 'deadline', 'ended'] as const;

export type Anchor = (typeof anchors)[number];

/** One ordering of what can happen at the meeting point. All of it is plain, so that it can be printed and run again. */
export type Case = {
  seed: number;
  /** Seconds from the upload to Truora's decision; null: never. */
  decides: number | null;
  notifications: readonly { at: Anchor; after: number }[];
  /** Truora itself rings too, half a second after its decision. */
  rings: boolean;
  /**
   * The nth effect of all runs of a function (`*`: of all functions) dies with it, before it happens or before its answer
   * comes; or the service refuses it.
   */
  kills: readonly { who: string; nth: number; when: 'before' | 'after' | 'refused' }[];
  /** The nth effect of a function is late by so many seconds. */
  holds: readonly { who: string; nth: number; seconds: number }[];
  /** Which of several waiting functions goes first, choice by choice; the first one when left out. */
  choices: readonly number[];
};

/** What was seen of one run; times are seconds of the system. */
export type Seen = {
  system: SimulatedSystem;
  case: Case;
  order: string;
  /** In the order of their writes, which `nth` counts through both. */
  tokens: { at: number; nth: number; isAlive: boolean; sent: number | undefined }[];
  notifications: { at: number; nth: number; isAlive: boolean; sent: number | undefined }[];
  waitBegan: number | undefined;
  looked: number | undefined;
  decided: number | undefined;
  deadline: number;
  ended: number;
  kills: number;
  /** Refusals of the call that resumes: the notification is stored by then, so that nothing is lost. */
  unsent: number;
  /** How many alternatives each choice had. */
  alternatives: number[];
};

const FINAL: Sending = { event: 'final', from: 'decided', after: 0 };

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

const secondsNow = () => (clock.now() - EPOCH) / 1000;

/** Runs one case as a whole run of the real machine, and writes down what happened in which order. */
export const run = async (given: Case): Promise<Seen> => {
  const happened: string[] = [];
  const counts = new Map<string, number>();
  const alternatives: number[] = [];
  const seen: Omit<Seen, 'order' | 'system'> = {
    case: given,
    tokens: [],
    notifications: [],
    waitBegan: undefined,
    looked: undefined,
    decided: undefined,
    deadline: Number.POSITIVE_INFINITY,
    ended: Number.POSITIVE_INFINITY,
    kills: 0,
    unsent: 0,
    alternatives,
  };
  const byInvocation = new Map<number, { isAlive: boolean; sent?: number | undefined }[]>();
  const met = new Set<Anchor>();
  let heard = 0;

  const meet = (anchor: Anchor) => {
    if (met.has(anchor)) return;
    met.add(anchor);
    for (const { at, after } of given.notifications) {
      if (at !== anchor) continue;
      const ring = () => {
        const [validation] = system.truora.charged;
        if (validation) system.truora.call(FINAL, validation);
      };
      // At the same moment: the call and other work can race.
      if (after === 0) ring();
      else clock.after(after * 1000, ring);
    }
  };

  const untilDeadline = () => {
    const [validation] = system.truora.charged;
    if (!validation || Number.isFinite(seen.deadline)) return;
    seen.deadline = (validation.expiresAt - EPOCH) / 1000;
    clock.at(validation.expiresAt, () => {
      happened.push('D');
      meet('deadline');
    });
  };

  const handlingOf = ({ invocation }: Effect): Handling => {
    const who = invocation.name;
    const nth = (counts.get(who) ?? 0) + 1;
    const held = given.holds.find((hold) => hold.who === who && hold.nth === nth);
    const mark = `${who} ${nth} held`;
    if (held && !counts.has(mark)) {
      counts.set(mark, 1);
      return { kind: 'hold', ms: held.seconds * 1000 };
    }
    counts.set(who, nth);
    const all = (counts.get('*') ?? 0) + 1;
    counts.set('*', all);
    const kill = given.kills.find((one) => (one.who === who ? one.nth === nth : one.who === '*' && one.nth === all));
    if (!kill) return { kind: 'through' };
    return kill.when === 'refused' ? { kind: 'refuse', error: throttled() } : { kind: `kill ${kill.when}` };
  };

  const onEffect = ({ invocation, name }: Effect, { kind }: Handling) => {
    const at = secondsNow();
    const isKill = kind.startsWith('kill') || kind === 'refuse';
    if (isKill) {
      seen.kills += 1;
      for (const one of byInvocation.get(invocation.serial) ?? []) one.isAlive = false;
    }
    if (kind === 'refuse' && name === 'SendTaskSuccess') seen.unsent += 1;
    if (kind === 'kill before' || kind === 'refuse') return;
    const effect = `${invocation.name} ${name}`;
    const note = <Note extends { isAlive: boolean }>(list: Note[], one: Note, letter: string) => {
      list.push(one);
      byInvocation.set(invocation.serial, [...(byInvocation.get(invocation.serial) ?? []), one]);
      happened.push(letter);
    };
    if (effect === 'CreateValidation POST create') untilDeadline();
    if (effect === 'CreateValidation PutItem VLD') meet('bound');
    if (name === 'PUT upload') meet('uploaded');
    if (effect === 'AwaitWebhook UpdateItem WAIT') {
      note(seen.tokens, { at, nth: happened.length, isAlive: !isKill, sent: undefined }, 'T');
      meet('token');
    }
    if (effect === 'ReceiveWebhook UpdateItem WAIT') {
      note(
        seen.notifications,
        { at, nth: happened.length, isAlive: !isKill, sent: undefined },
        seen.ended < at ? 'L' : 'B',
      );
    }
    if (name === 'SendTaskSuccess') {
      for (const one of byInvocation.get(invocation.serial) ?? []) one.sent = at;
    }
    if (effect === 'ReadVerdict GET read') happened.push(system.truora.charged[0]?.decidedAt === undefined ? 'p' : 'A');
  };

  const system = simulate({
    seed: given.seed,
    story: {
      ...quietStory,
      decidesAfter: given.decides ?? undefined,
      webhooks: quietStory.webhooks.slice(0, given.rings ? 2 : 1),
    },
    handlingOf,
    onEffect,
    onHeard: ({ event }, status) => {
      if (event !== 'final' || status !== 200) return;
      heard += 1;
      // Answered, so it counts as sent from here on, stored or not.
      if (seen.notifications.length >= heard) return;
      seen.notifications.push({ at: secondsNow(), nth: happened.length, isAlive: true, sent: undefined });
      happened.push('b');
    },
    choose: (of) => {
      const chosen = given.choices[alternatives.length] ?? 0;
      alternatives.push(of);
      return chosen % of;
    },
    onBegin: (name) => {
      if (name === 'AwaitWebhook') {
        seen.waitBegan = secondsNow();
        meet('waiting');
        clock.after(settings.callbackTimeout * 1000, () => meet('timeout'));
      }
      if (name === 'ReadVerdict' && seen.looked === undefined) {
        seen.looked = secondsNow();
        if (system.counts.resumed === 0) happened.push('P');
      }
    },
  });
  const version = system.bucket.put(`inbox/${person}/${enrollmentOf(person)}/a.jpg`, photo('a'), {
    'user-authorized': 'true',
  });
  const execution = system.start(system.dropOf(version));
  void execution.ended.then(() => {
    seen.ended = secondsNow();
    meet('ended');
  });
  await system.run();
  const decidedAt = system.truora.charged[0]?.decidedAt;
  seen.decided = decidedAt === undefined ? undefined : (decidedAt - EPOCH) / 1000;
  return { ...seen, system, order: happened.join('') };
};

/** The phases of a record's trail that are ends. */
export const endsOf = (trail: readonly { phase: string }[]): string[] =>
  trail.map(({ phase }) => phase).filter((phase) => isEnd(phase as never));
