import { AsyncLocalStorage } from 'node:async_hooks';
import { clock, type Owner } from './clock.ts';

/** One run of one function, from its event to its answer; once dead, nothing of it has an effect any more. */
export type Invocation = Owner & {
  serial: number;
  name: string;
  /** The variables of the function. */
  variables: Readonly<Record<string, string>>;
  isDone: boolean;
  /** Effects that stand before the checkpoint, those under way in virtual time, and those under way on a real socket. */
  queued: number;
  flying: number;
  away: number;
  effects: number;
  /** Ends it from outside. */
  die: (errorType: string, message: string) => void;
};

/** What becomes of an effect: it may be killed with its invocation, refused, or have its answer lost. */
export type Handling =
  | { kind: 'through' }
  | { kind: 'kill before' | 'kill after' }
  | { kind: 'refuse'; error: Error }
  /** It is done, its answer is lost, and the client itself does it once more. */
  | { kind: 'twice' }
  /** It is late by so many milliseconds, and then asked about again. */
  | { kind: 'hold'; ms: number };

export type Effect = { invocation: Invocation; name: string; nth: number };

/** What the checkpoint asks of the system it stands in. */
export type EffectHost = {
  /** Which of several functions whose effects wait goes first: one of so many. */
  choose(of: number): number;
  handlingOf(effect: Effect): Handling;
  /** Hears each effect and what came of it. */
  saw(effect: Effect, handling: Handling, error: unknown): void;
};

type Queued = Effect & { release: (handling: Handling) => void };

const running = new AsyncLocalStorage<Invocation>();

export const invocationNow = (): Invocation | undefined => running.getStore();

const realImmediate = setImmediate;

let host: EffectHost;

let queue: Queued[] = [];

let alive = new Set<Invocation>();

let serial = 0;

let effects = 0;

/** A new system begins: everything of the last one is dropped. */
export const resetCheckpoint = (of: EffectHost): void => {
  for (const invocation of alive) invocation.isDead = true;
  host = of;
  queue = [];
  alive = new Set();
  serial = 0;
  effects = 0;
};

const forever = new Promise<never>(() => {});

/**
 * The one checkpoint that every effect of a function passes. It waits here until the driver lets it through, and may be killed
 * before it has happened, or after it has happened and before its caller learns of it.
 * @param isReal it goes over a real socket, so that time must not pass meanwhile
 */
export const checkpoint = <Result>(
  name: string,
  run: () => Promise<Result> | Result,
  isReal = false,
): Promise<Result> => {
  const invocation = running.getStore();
  // What the system itself does is no effect of a function.
  if (!invocation) return Promise.resolve().then(run);
  if (invocation.isDead) return forever;
  return new Promise<Result>((resolve, reject) => {
    invocation.queued += 1;
    invocation.effects += 1;
    const effect: Effect = { invocation, name, nth: 0 };
    const release = (handling: Handling) => {
      if (invocation.isDead) return;
      if (handling.kind === 'hold') {
        running.exit(() => clock.after(handling.ms, () => queue.push(waiting)));
        return;
      }
      invocation.queued -= 1;
      const told = { ...effect, nth: ++effects };
      if (handling.kind === 'kill before' || handling.kind === 'refuse') {
        host.saw(told, handling, undefined);
        if (handling.kind === 'refuse') reject(handling.error);
        else invocation.die('Lambda.Unknown', 'the function ended before it answered');
        return;
      }
      const flying = isReal ? 'away' : 'flying';
      invocation[flying] += 1;
      const landed = (error: unknown, hand: () => void) => {
        invocation[flying] -= 1;
        host.saw(told, handling, error);
        if (invocation.isDead) return;
        if (handling.kind === 'kill after') invocation.die('Lambda.Unknown', 'the function ended before it answered');
        else hand();
      };
      // What the system does on an effect's behalf outlives the function, and so do its timers.
      running
        .exit(async () => {
          if (handling.kind === 'twice') await run();
          return run();
        })
        .then(
          (result) => landed(undefined, () => resolve(result)),
          (error) => landed(error, () => reject(error)),
        );
    };
    const waiting = { ...effect, release };
    queue.push(waiting);
  });
};

/** Runs a function behind the checkpoint. Settles with what it answers, or with the way it died. */
export const invoke = <Result>(
  name: string,
  { variables, seconds }: { variables: Readonly<Record<string, string>>; seconds: number },
  run: () => Promise<Result>,
): Promise<Result> => {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const end = () => {
    invocation.isDone = true;
    alive.delete(invocation);
    clock.clear(limit);
  };
  const invocation: Invocation = {
    serial: ++serial,
    name,
    variables,
    timers: 0,
    isDead: false,
    isDone: false,
    queued: 0,
    flying: 0,
    away: 0,
    effects: 0,
    die: (errorType, message) => {
      if (invocation.isDone) return;
      invocation.isDead = true;
      end();
      reject(Object.assign(new Error(message), { name: errorType, stack: '' }));
    },
  };
  alive.add(invocation);
  const limit = clock.after(seconds * 1000, () =>
    invocation.die('Sandbox.Timedout', `Task timed out after ${seconds}.00 seconds`),
  );
  const settle = (hand: () => void) => {
    if (invocation.isDead) return;
    end();
    hand();
  };
  running.run(invocation, run).then(
    (result) => settle(() => resolve(result)),
    (error) => settle(() => reject(error)),
  );
  return promise;
};

/** Neither at the checkpoint, nor under way, nor waiting for a timer: it computes, maybe on another thread. */
const isBusy = ({ queued, flying, away, timers }: Invocation) =>
  away > 0 || (queued === 0 && flying === 0 && timers === 0);

const anyBusy = () => {
  for (const invocation of alive) if (isBusy(invocation)) return true;
  return false;
};

/** Waits until every function that runs stands at the checkpoint, or waits for something that only time brings. */
const idle = async (): Promise<void> => {
  do await new Promise<void>((resolve) => realImmediate(resolve));
  while (anyBusy());
};

/** The earliest queued effect of each invocation: within one, effects pass in their order. */
const firsts = (): Queued[] => {
  const seen = new Set<Invocation>();
  return queue
    .filter(({ invocation }) => !seen.has(invocation) && seen.add(invocation))
    .sort((a, b) => a.invocation.serial - b.invocation.serial);
};

/**
 * Drives the system: lets one effect after the other through the checkpoint, chosen by the seed where several wait, and lets time
 * jump only when nothing waits or computes. Ends when nothing is left to happen.
 * @param most how many steps a system may take before it is taken for one that never ends
 */
export const drive = async (most: number): Promise<void> => {
  for (let steps = 0; steps < most; steps += 1) {
    await idle();
    queue = queue.filter(({ invocation }) => !invocation.isDead);
    const [only, ...others] = firsts();
    if (only) {
      const next = (others.length > 0 && [only, ...others][host.choose(others.length + 1)]) || only;
      queue.splice(
        queue.findIndex(({ release }) => release === next.release),
        1,
      );
      next.release(host.handlingOf({ ...next, nth: effects + 1 }));
    } else if (!clock.jump()) return;
  }
  throw new Error(`the system goes on after ${most} steps`);
};
