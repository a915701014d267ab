import type { Execution } from '../../../infra/local/state-machine.ts';
import { enrollmentOf, photo, type SimulatedSystem, settings, simulate } from '../simulation.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect, Handling } from '../virtual/effects.ts';
import { functionNames } from '../virtual/functions.ts';
import { bringActs, callOn } from './acts.ts';
import { putReceipt, receiptFor, watchConsent } from './consent.ts';
import { watchErasures } from './erasures.ts';
import { arrivalOf } from './fault.ts';
import type { Arrival, Plan } from './faults.ts';
import { bringLive, LIVE_PERSON } from './live.ts';
import { momentsOf } from './moments.ts';

/** One byte more than Truora takes; made once, since making it takes longer than a whole run. */
const tooLarge = Buffer.concat([photo(''), Buffer.alloc(10_000_001)]);

const bytesOf = ({ body, key, putAt }: Arrival): Buffer => {
  if (body === 'empty') return Buffer.alloc(0);
  if (body === 'text') return Buffer.from('this is no photo at all, though its name says so');
  return body === 'large' ? tooLarge : photo(`${key} ${putAt}`);
};

/** A drop as it was made: what was put, and the executions that were started for it by its events. */
export type Dropped = {
  arrival: Arrival;
  version: ReturnType<SimulatedSystem['bucket']['put']>;
  executions: Execution[];
};

export type Ran = {
  plan: Plan;
  system: SimulatedSystem;
  dropped: Dropped[];
  /** The executions that calls have started. */
  called: Execution[];
  /** The executions of the live capture, and of its recordings. */
  live: readonly Execution[];
  repairs: number;
  /** Sweeps of the ledger that died: each leaves its cases to the next one. */
  deadSweeps: number;
  /** Charged calls that were begun though the media was gone. */
  paidInVain: number;
  isOver: boolean;
  /** Follows the receipts, where they are required. */
  consents: ReturnType<typeof watchConsent> | undefined;
  /** Follows the erasures, where there are any. */
  erasures: ReturnType<typeof watchErasures> | undefined;
};

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

/** What starts the machine for the newest version of what was dropped: the same question, in a caller's words. */
const callAbout = ({ key, accountId, metadata }: Arrival, receiptOf: (accountId: string) => object) => ({
  request: {
    kind: 'call',
    accountId,
    enrollmentId: enrollmentOf(accountId),
    userAuthorized: true,
    media: { key },
    options: JSON.parse(metadata.options ?? '{}'),
    ...(metadata.purpose ? { purpose: metadata.purpose } : {}),
    idempotencyKey: 'key-of-the-caller',
    ...receiptOf(accountId),
  },
});

const isWatch = (name: string) => name.startsWith('Sweep') || name.startsWith('Repair');

const has = (name: string) => (functionNames as readonly string[]).includes(name);

/** Longer than a refused call with the repeat under a fresh key takes. Seconds. */
const A_CALL = 1;

/** Longer than a revocation takes. Milliseconds. */
const A_REVOCATION = 5000;

/** How long the inbox is swept in a system: two sweeps after the last put is when nothing can be forgotten any more. Sweeps. */
const INBOX_SWEEPS = 5;

/** Runs the system of a plan until nothing is left to happen. */
export const runPlan = async (plan: Plan): Promise<Ran> => {
  const moments = momentsOf();
  const refused = new Map<string, number>();
  const counted = new Map<string, number>();
  const begun = new Map<string, number>();
  const dropped: Dropped[] = [];
  const called: Execution[] = [];
  let sweeps = 0;
  let isSweeping = false;
  let repairs = 0;
  let deadSweeps = 0;
  let paidInVain = 0;
  /** Writes of records by the function that a revocation meets. */
  let writes = 0;

  /** Whether the only media there can be was deleted before a function could begin that pays for it. */
  const isLongGone = () =>
    plan.arrivals.length === 1 &&
    !plan.live &&
    plan.tamper?.kind === 'delete' &&
    clock.now() > EPOCH + (plan.tamper.at + A_CALL) * 1000;

  const handlingOf = ({ invocation, name, nth }: Effect): Handling => {
    if (name === 'POST create' && isLongGone()) paidInVain += 1;
    const { meets } = plan.consent ?? {};
    if (meets?.who === invocation.name && name === 'UpdateItem RUN') {
      writes += 1;
      if (writes === meets.nth) {
        void system.call('RevokeConsent', callOn({ id: receiptOf(arrivalOf(plan).accountId) ?? '' }));
        return { kind: 'hold', ms: A_REVOCATION };
      }
    }
    const [operation = ''] = name.split(' ');
    const own = (counted.get(invocation.name) ?? 0) + 1;
    counted.set(invocation.name, own);
    const blow = plan.blows.find((one) =>
      one.during ? one.during === invocation.name && one.nth === own : one.nth === nth,
    );
    if (blow && (blow.how !== 'twice' || /^(Put|Update|Delete)Item/.test(name))) {
      if (invocation.name === 'SweepLedger' && blow.how.startsWith('kill')) deadSweeps += 1;
      return { kind: blow.how };
    }
    const refusal = plan.refuses.find((one) => one.operation === operation);
    const times = refused.get(operation) ?? 0;
    if (!refusal || times >= refusal.first) return { kind: 'through' };
    refused.set(operation, times + 1);
    return { kind: 'refuse', error: throttled() };
  };

  const system = simulate({
    seed: plan.seed,
    story: plan.story,
    variables: {
      ON_UNRESOLVED: plan.onUnresolved,
      CONSENT_MODE: plan.consent ? 'receipt' : 'flag',
      POLICIES: JSON.stringify(plan.policies),
    },
    people: [...plan.arrivals.map(({ accountId }) => accountId), ...(plan.live ? [LIVE_PERSON] : [])],
    onEvent: (detailType, detail) => {
      // Evidence is signed where something may have to be taken from it.
      if (plan.erasedAt.length > 0) sign({ source: 'face-revalidation', 'detail-type': detailType, detail });
    },
    handlingOf,
    onEffect: (effect, handling) => {
      const { invocation, name } = effect;
      consents?.saw(effect, handling);
      erasures?.saw(effect, handling);
      live.saw(effect);
      moments.saw(invocation.name);
      if (isWatch(invocation.name) && !/^(Get|Query|List|Batch|Describe)/.test(name)) repairs += 1;
    },
    fault: (name) => {
      const count = (begun.get(name) ?? 0) + 1;
      begun.set(name, count);
      return plan.lambda.find(({ step, first }) => step === name && count <= first)?.error;
    },
  });

  /** Lambda calls it once more after one minute, and after two (documented), where it failed. */
  const sign = (event: object, tries = 0): void => {
    void system.call('SignEvidence', event).then((answer) => {
      if (answer === undefined && tries < 2) clock.after((tries + 1) * 60_000, () => sign(event, tries + 1));
    });
  };
  const erasures = plan.erasedAt.length > 0 ? watchErasures(system) : undefined;
  const { consent } = plan;
  const consents = consent && watchConsent(system);
  for (const accountId of new Set(consent && [...plan.arrivals.map((one) => one.accountId), LIVE_PERSON])) {
    for (const which of ['first', 'second'] as const)
      if (consent) putReceipt(system, receiptFor(accountId, consent, which));
  }
  /** The receipt that a request of a person names. */
  const receiptOf = (accountId: string, which: 'first' | 'second' = 'first'): string | undefined =>
    consent && receiptFor(accountId, consent, which).receiptId;

  /** When a sweep has something to look at: an empty one would only read sixteen empty shards. */
  const items = () => [...system.itemsOf('RUN'), ...system.itemsOf('CNS')];
  const isDue = () => items().some(({ dueAt }) => dueAt?.S && Date.parse(dueAt.S) <= clock.now());
  const isLeft = () => items().some(({ dueAt }) => dueAt !== undefined);
  const lastEvent =
    EPOCH +
    1000 * Math.max(...plan.arrivals.filter(({ underSecond }) => underSecond).flatMap(({ events }) => events), 0);
  const sweep = () => {
    isSweeping = false;
    sweeps += 1;
    if (has('SweepLedger') && isDue()) void system.call('SweepLedger' as never, {});
    if (has('SweepInbox') && sweeps <= INBOX_SWEEPS) void system.call('SweepInbox' as never, {});
    if (erasures?.isDue()) void system.call('SweepErasures' as never, {});
    if (sweeps < INBOX_SWEEPS || isLeft() || erasures?.isLeft() || clock.now() <= lastEvent) wake();
  };
  /** A sweep comes every few minutes; where nothing is left it would only look. */
  function wake() {
    if (isSweeping) return;
    isSweeping = true;
    clock.after(settings.sweepMinutes * 60_000, sweep);
  }

  const start = (input: unknown): Execution => {
    const execution = system.start(input);
    wake();
    void execution.ended.then(() => {
      const { executionArn, status, error, cause } = execution;
      if (!has('RepairExecution') || status === 'SUCCEEDED' || status === 'RUNNING') return;
      const detail = { executionArn, status, error, cause, startDate: EPOCH, input: JSON.stringify(input) };
      void system.call('RepairExecution' as never, { source: 'aws.states', detail });
    });
    return execution;
  };

  const drop = (arrival: Arrival) => {
    const named = receiptOf(arrival.accountId, arrival.underSecond ? 'second' : 'first');
    const metadata = named ? { ...arrival.metadata, consent: named } : arrival.metadata;
    const version = system.bucket.put(arrival.key, bytesOf(arrival), metadata);
    const one: Dropped = { arrival, version, executions: [] };
    dropped.push(one);
    for (const at of arrival.events) {
      clock.at(Math.max(clock.now() + 1, EPOCH + at * 1000), () => one.executions.push(start(system.dropOf(version))));
    }
  };

  for (const arrival of plan.arrivals) {
    if (arrival.putAt === 0) drop(arrival);
    else clock.at(EPOCH + arrival.putAt * 1000, () => drop(arrival));
  }
  const named = (accountId: string) => {
    const consentReceiptId = receiptOf(accountId);
    return consentReceiptId ? { consentReceiptId } : {};
  };
  for (const at of plan.calls) {
    clock.at(EPOCH + at * 1000, () => called.push(start(callAbout(arrivalOf(plan), named))));
  }
  for (const input of plan.poison) start(input);
  const live = bringLive({ plan, system, start, named });
  bringActs({ plan, system, wake, moments, dropped, drop, receiptOf });

  wake();
  const isOver = await system.run().then(
    () => true,
    () => false,
  );
  return {
    plan,
    system,
    dropped,
    called,
    live: live.executions,
    repairs,
    deadSweeps,
    paidInVain,
    isOver,
    consents,
    erasures,
  };
};
