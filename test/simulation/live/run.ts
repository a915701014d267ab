import { isEnd, type Phase } from '../../../shared/domain/lifecycle.ts';
import { mp4 } from '../../support/media.ts';
import { enrollmentOf, person, type SimulatedSystem, simulate } from '../simulation.ts';
import { quietStory } from '../truora/story.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect, Handling } from '../virtual/effects.ts';

/** Moments of a live capture at which, or some seconds after which, a recording or a cancellation can come. */
export const anchors = ['claimed', 'created', 'waiting', 'token', 'look', 'expiry', 'ended'] as const;

export type Anchor = (typeof anchors)[number];

/** How a recording comes: with its event, without one, or as a file that cannot be it. */
export type Drop = { at: Anchor; after: number; how: 'well' | 'lost' | 'bad' };

/** One ordering of what can happen while an execution waits for a recording. All of it is plain, so that it can be printed. */
export type Case = {
  seed: number;
  drops: readonly Drop[];
  cancel: { at: Anchor; after: number } | null;
  /** The nth effect of all runs of a function dies with it, before it happens or before its answer comes; or it is refused. */
  kills: readonly { who: string; nth: number; when: 'before' | 'after' | 'refused' }[];
  /** The nth effect of a function is late by so many seconds. */
  holds: readonly { who: string; nth: number; seconds: number }[];
  /** Which of several waiting functions goes first, choice by choice; the first one when left out. */
  choices: readonly number[];
};

/** A recording that was put: when, and what it holds. */
export type Put = { how: Drop['how']; at: number; versionId: string; bytes: Buffer };

/** What was seen of one run; times are seconds of the system. */
export type Seen = {
  system: SimulatedSystem;
  case: Case;
  order: string;
  puts: Put[];
  /** When the charged call was sent; Infinity where it never was. */
  calledAt: number;
  createdAt: number;
  expiresAt: number;
  /** Whether a recording was entered on a case that had ended. */
  isEnteredLate: boolean;
  moved: number | undefined;
  canceledAt: number | undefined;
  /** Of the execution of the live capture. */
  ended: number;
  kills: number;
  /** The functions that were struck. */
  struck: Set<string>;
  alternatives: number[];
};

export const liveRequest = {
  kind: 'call',
  accountId: person,
  enrollmentId: enrollmentOf(person),
  userAuthorized: true,
  capture: 'live',
  options: { subvalidations: ['speech_match', 'passive_liveness'], minimumPrecision: 'high' },
};

const secondsNow = () => (clock.now() - EPOCH) / 1000;

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

/** Counts effects, and says what becomes of each. */
const handlerOf = (given: Case) => {
  const counts = new Map<string, number>();
  return ({ invocation: { name: who } }: Effect): Handling => {
    const nth = (counts.get(who) ?? 0) + 1;
    const held = given.holds.find((hold) => hold.who === who && hold.nth === nth);
    const mark = `${who} ${nth} held`;
    if (held && !counts.has(mark)) {
      counts.set(mark, 1);
      return { kind: 'hold', ms: held.seconds * 1000 };
    }
    counts.set(who, nth);
    const kill = given.kills.find((one) => one.who === who && one.nth === nth);
    if (!kill) return { kind: 'through' };
    return kill.when === 'refused' ? { kind: 'refuse', error: throttled() } : { kind: `kill ${kill.when}` };
  };
};

/** Runs one case as a whole run of the real machine, and writes down what happened in which order. */
export const run = async (given: Case): Promise<Seen> => {
  const happened: string[] = [];
  const alternatives: number[] = [];
  const met = new Set<Anchor>();
  const seen = {
    case: given,
    puts: [] as Put[],
    calledAt: Number.POSITIVE_INFINITY,
    createdAt: Number.POSITIVE_INFINITY,
    expiresAt: Number.POSITIVE_INFINITY,
    isEnteredLate: false,
    moved: undefined as number | undefined,
    canceledAt: undefined as number | undefined,
    ended: Number.POSITIVE_INFINITY,
    kills: 0,
    struck: new Set<string>(),
    alternatives,
  };

  const live = () => system.itemsOf('RUN').find((one) => one.capture !== undefined);

  const idOfLive = (): string | undefined => live()?.revalidationId?.S;

  /** Whether the case had no recording at the last effect. */
  let isBare = true;
  const followRecording = () => {
    const { media, phase } = live() ?? {};
    if (isBare && media && isEnd(phase?.S as Phase)) seen.isEnteredLate = true;
    isBare = media === undefined;
  };

  const put = ({ how }: Drop) => {
    const id = idOfLive();
    if (!id) return;
    const key = `inbox/${person}/${enrollmentOf(person)}/${id}.mp4`;
    const film = how === 'bad' ? mp4({ handlers: ['vide'] }) : mp4();
    const bytes = Buffer.concat([film, Buffer.from(`take ${seen.puts.length}`)]);
    const version = system.bucket.put(key, bytes, {});
    seen.puts.push({ how, at: secondsNow(), versionId: version.versionId, bytes });
    happened.push({ well: 'R', lost: 'r', bad: 'x' }[how]);
    if (how !== 'lost') system.start(system.dropOf(version));
  };

  const cancel = () => {
    const id = idOfLive();
    if (!id) return;
    happened.push('C');
    const authorizer = { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Caller/s' } };
    void system.call('CancelRevalidation', { headers: {}, pathParameters: { id }, requestContext: { authorizer } });
  };

  const meet = (anchor: Anchor) => {
    if (met.has(anchor)) return;
    met.add(anchor);
    const then = (after: number, what: () => void) => (after === 0 ? what() : clock.after(after * 1000, what));
    for (const drop of given.drops) if (drop.at === anchor) then(drop.after, () => put(drop));
    if (given.cancel?.at === anchor) then(given.cancel.after, cancel);
  };

  const begins = () => {
    const [validation] = system.truora.charged;
    if (!validation || met.has('created')) return;
    seen.createdAt = secondsNow();
    seen.expiresAt = (validation.expiresAt - EPOCH) / 1000;
    clock.at(validation.expiresAt, () => {
      happened.push('E');
      meet('expiry');
    });
    meet('created');
  };

  const handle = handlerOf(given);
  const system = simulate({
    seed: given.seed,
    story: { ...quietStory, decidesAfter: 2 },
    handlingOf: handle,
    onEffect: ({ invocation, name }, { kind }) => {
      if (kind.startsWith('kill') || kind === 'refuse') {
        seen.kills += 1;
        seen.struck.add(invocation.name);
      }
      followRecording();
      if (kind === 'kill before' || kind === 'refuse') return;
      const effect = `${invocation.name} ${name}`;
      // Before there is a ticket no client has the key.
      if (effect === 'ClaimRequest PutItem TICKET') meet('claimed');
      if (effect === 'CreateValidation UpdateItem RUN') begins();
      if (effect === 'AwaitMedia UpdateItem RUN') {
        happened.push('T');
        meet('token');
      }
      if (effect === 'CancelRevalidation UpdateItem RUN') seen.canceledAt ??= secondsNow();
      if (name === 'POST create') seen.calledAt = Math.min(seen.calledAt, secondsNow());
      // Without a recording it reads nothing.
      if (effect === 'MoveMedia GetItem RUN') seen.moved ??= secondsNow();
      if (name === 'SendTaskSuccess') happened.push('S');
      if (name === 'PUT upload') happened.push('U');
    },
    choose: (of) => {
      const chosen = given.choices[alternatives.length] ?? 0;
      alternatives.push(of);
      return chosen % of;
    },
    onBegin: (name) => {
      if (name !== 'AwaitMedia' || met.has('waiting')) return;
      meet('waiting');
      // As the definition has it: the event is waited for so long.
      clock.after(30_000, () => meet('look'));
    },
  });
  const execution = system.start({ request: liveRequest });
  void execution.ended.then(() => {
    seen.ended = secondsNow();
    meet('ended');
  });
  await system.run();
  return { ...seen, system, order: happened.join('') };
};
