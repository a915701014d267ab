import type { Policies } from '../../../shared/domain/policy.ts';
import type { Ending, Operation, Story, Trouble } from '../truora/story.ts';
import type { Chance } from '../virtual/chance.ts';
import type { FunctionName } from '../virtual/functions.ts';
import type { LivePlan } from './live.ts';
import type { Moment } from './moments.ts';

/** How one drop of a system comes to us. Seconds are from the system's beginning. */
export type Arrival = {
  accountId: string;
  key: string;
  body: 'photo' | 'empty' | 'text' | 'large';
  metadata: Record<string, string>;
  putAt: number;
  /** When its events come; none: they are all lost. */
  events: number[];
  /** It names the receipt that was given after the first one was revoked. */
  underSecond?: true;
};

/** A deployment that requires receipts. Seconds are from the system's beginning. */
export type ConsentPlan = {
  /** How long the first receipt is valid; a year when left out. */
  validFor: number | undefined;
  /** What the person agreed to. */
  purpose: string;
  /** When the first receipt is revoked, each time by a call of its own. */
  revokedAt: Moment[];
  /** The write of a record before which it is revoked, once all that this write depends on was read. */
  meets?: { who: 'RecordOutcome' | 'SweepLedger'; nth: number };
};

/** What an effect meets: a kill of its function, a refusal, or a lost answer. */
export type Blow = {
  /** Of all effects, or of those of one function. */
  nth: number;
  during?: FunctionName;
  how: 'kill before' | 'kill after' | 'twice';
};

/** All that will go wrong in one system; plain, so that it can be printed. */
export type Plan = {
  seed: number;
  /** The rows of the table of faults that this system injects. */
  rows: Set<number>;
  story: Story;
  arrivals: Arrival[];
  blows: Blow[];
  /** Errors of the Lambda service, by step: the first so many of its starts. */
  lambda: { step: string; error: string; first: number }[];
  /** The service that refuses its calls for the first so many times. */
  refuses: { operation: string; first: number }[];
  /** Done to the object after so many seconds. */
  tamper: { kind: 'overwrite' | 'delete'; at: number } | undefined;
  /** A caller that is not Truora, or that repeats it, calls so long after the system began. */
  strangers: { dress: 'wrong key' | 'unsigned' | 'unknown validation' | 'replay'; at: number }[];
  /** The first run is canceled through the API, or its execution is stopped by hand, so many seconds after the system began. */
  interruption: { by: 'caller' | 'operator'; at: number } | undefined;
  /** When the machine is started by a call about the media of the first drop, all under one idempotency key. */
  calls: number[];
  /** Inputs that start the machine beside the drops. */
  poison: unknown[];
  onUnresolved: 'fail-for-human' | 'create-again';
  /** Undefined where the flag is enough. */
  consent: ConsentPlan | undefined;
  /** When the person of the first run chooses another way. */
  otherWayAt: Moment | undefined;
  /** When the person of the first run is erased, each time by a call of its own. */
  erasedAt: Moment[];
  /** How strict the checks are, by purpose. */
  policies: Policies;
  /** A live capture beside the drops, where there is one. */
  live: LivePlan | undefined;
};

export type Fault = { row: number; what: string; inject: (plan: Plan, chance: Chance) => void };

export const trouble = (plan: Plan, on: Operation, nth: number, what: Trouble): void => {
  plan.story.troubles[on] = { ...plan.story.troubles[on], [nth]: what };
};

export const first = (plan: Plan, on: Operation, count: number, what: Trouble): void => {
  for (let nth = 1; nth <= count; nth += 1) trouble(plan, on, nth, what);
};

export const arrivalOf = (plan: Plan): Arrival => plan.arrivals[0] as Arrival;

export const webhooks = (plan: Plan, change: (story: Story) => Story['webhooks']): void => {
  plan.story.webhooks = change(plan.story);
};

export const final = (after: number) => ({ event: 'final', from: 'decided', after }) as const;

/** A fault that strikes one effect of the system, wherever it falls. */
export const blow = (plan: Plan, chance: Chance, how: Blow['how'], from = 1, to = 40): void => {
  plan.blows.push({ nth: chance.whole(from, to), how });
};

export const ending = (plan: Plan, more: Ending): void => {
  plan.story.ending = more;
};

export const declined = (declined_reason: string): Ending => ({
  validation_status: 'failure',
  failure_status: 'declined',
  declined_reason,
});
