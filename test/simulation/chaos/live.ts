import type { Execution } from '../../../infra/local/state-machine.ts';
import { isEnd } from '../../../shared/domain/lifecycle.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { mp4 } from '../../support/media.ts';
import { enrollmentOf, type SimulatedSystem } from '../simulation.ts';
import type { Chance } from '../virtual/chance.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect } from '../virtual/effects.ts';
import { arrivalOf, type Plan } from './fault.ts';

/** The person of a live capture, which runs beside the drops of a plan. */
export const LIVE_PERSON = 'recorded-live';

/** When its recordings come, in seconds after the wait for them began, and whether their events are lost. */
export type LivePlan = { recordings: { after: number; how: 'well' | 'lost' | 'bad' }[] };

/** In one of six systems a person is captured live; some record twice, some nothing. */
export const addLive = (plan: Plan, chance: Chance): void => {
  if (!chance.is(1 / 6)) return;
  const recordings = chance.pick([[], ['well'], ['well'], ['lost'], ['bad', 'well'], ['lost', 'bad']] as const);
  plan.live = { recordings: recordings.map((how) => ({ how, after: chance.pick([1, 2, 5, 40, 200]) })) };
};

/** What the end of a file says about it, here alone. */
const [GOOD, BAD] = ['a recording', 'no sound'];

/** What a live capture asks for. */
const liveCall = (purpose: string | undefined, consent: object) => ({
  request: {
    kind: 'call',
    accountId: LIVE_PERSON,
    enrollmentId: enrollmentOf(LIVE_PERSON),
    userAuthorized: true,
    capture: 'live',
    options: { subvalidations: ['similarity', 'passive_liveness', 'speech_match'], minimumPrecision: 'high' },
    ...(purpose ? { purpose } : {}),
    ...consent,
  },
});

type Scene = {
  plan: Plan;
  system: SimulatedSystem;
  start: (input: unknown) => Execution;
  /** The receipt that the request of a person names, where receipts are required. */
  named: (accountId: string) => object;
};

/** Starts the live capture of a plan, and brings its recordings once its wait has begun. */
export const bringLive = ({ plan, system, start, named }: Scene) => {
  const executions: Execution[] = [];
  let isWaiting = false;
  const { live } = plan;
  if (live)
    clock.at(EPOCH + 10, () => executions.push(start(liveCall(arrivalOf(plan).metadata.purpose, named(LIVE_PERSON)))));

  const put = (how: 'well' | 'lost' | 'bad', nth: number) => {
    const id = system.itemsOf('RUN').find(({ capture }) => capture !== undefined)?.revalidationId?.S;
    if (!id) return;
    const film = how === 'bad' ? mp4({ handlers: ['vide'] }) : mp4();
    const bytes = Buffer.concat([film, Buffer.from(`${how === 'bad' ? BAD : GOOD} ${nth}`)]);
    const key = `inbox/${LIVE_PERSON}/${enrollmentOf(LIVE_PERSON)}/${id}.mp4`;
    const version = system.bucket.put(key, bytes, {});
    if (how !== 'lost') executions.push(start(system.dropOf(version)));
  };

  return {
    executions,
    saw: ({ invocation, name }: Effect): void => {
      if (isWaiting || invocation.name !== 'AwaitMedia' || name !== 'UpdateItem RUN') return;
      isWaiting = true;
      for (const [nth, { how, after }] of (live?.recordings ?? []).entries())
        clock.after(after * 1000, () => put(how, nth));
    },
  };
};

/** The case of a live capture ends once, is announced, keeps no secret, and sends a recording of its own or none. */
export const judgeLive = (
  system: SimulatedSystem,
  executions: readonly Execution[],
  records: readonly LedgerRecord[],
): string[] => {
  const own = records.filter(({ capture }) => capture === 'live');
  const uploaded = own.flatMap(({ validationId }) =>
    system.truora.charged.filter(({ id }) => id === validationId).flatMap(({ uploads }) => uploads),
  );
  return [
    ...(own.length <= 1 ? [] : [`a live capture is ${own.length} cases`]),
    ...(own.every(({ trail, announced }) => trail.filter(({ phase }) => isEnd(phase)).length === 1 && announced)
      ? []
      : ['a live capture has not ended once, or was not announced']),
    ...(executions.every(({ status }) => status !== 'RUNNING') ? [] : ['an execution of a live capture runs for ever']),
    ...(uploaded.every(({ cut, bytes }) => cut || Buffer.from(bytes).includes(GOOD))
      ? []
      : ['what cannot be a recording was sent']),
  ];
};
