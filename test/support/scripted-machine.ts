import type { MachineEvent } from '../../infra/local/history.ts';
import type { Invocation, LambdaHost } from '../../infra/local/lambda.ts';
import { type Machine, machineOf } from '../../infra/local/state-machine.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { type Caught, type Claim, type Outcome, readCaught } from '../../shared/domain/revalidation.ts';
import { type Journal, readInput, type StepName } from '../../shared/workflow/contract.ts';
import type { ErrorName } from './thrown.ts';

/** What a step is called with, as it comes over the wire. */
export type Call = { executionId: string; journal: Partial<Journal>; taskToken?: string };

/** What a step does when it is called: answers, or works it out from the call. */
export type Move = Invocation | ((call: Call, machine: Machine) => Invocation | Promise<Invocation>);

/** What the steps do one call after the other. A step that is not named, or has done all it was told, does well. */
export type Script = Partial<Record<StepName, Move | readonly Move[]>>;

export const gives = (result: unknown): Invocation => ({ result });

/** A named error as Lambda hands it on. */
export const throws = (name: ErrorName, reason: string): Invocation => ({
  error: { errorType: name, errorMessage: `${reason}: a sentence for people`, trace: [] },
});

/** An unexpected end of a function; its name is Lambda's. */
export const crashes = (name: string): Invocation => ({
  error: { errorType: name, errorMessage: 'RequestId: 4711 Error: the runtime ended', trace: [] },
});

export const times = (count: number, move: Move): Move[] => Array.from({ length: count }, () => move);

/** More often than any retry allows. */
export const forever = (move: Move): Move[] => times(1000, move);

/** Brings the token back, as the webhook would: some time after the step has returned. */
export const isRung =
  (notification: object = { receivedAt: '2026-11-23T12:00:02.000Z' }): Move =>
  ({ taskToken = '' }, machine) => {
    setTimeout(() => machine.sendTaskSuccess(taskToken, JSON.stringify(notification)), 5);
    return gives(null);
  };

/** Brings the token of a live capture back with its recording. */
export const isRecorded = (): Move => isRung(claim.media);

const at = '2026-11-23T12:00:00.000Z';

const revalidationId = 'RVL0123456789abcdef0123456789abcdef';

export const claim: Claim = {
  revalidationId,
  accountId: 'person',
  enrollmentId: 'ENR0123456789abcdef',
  userAuthorized: true,
  media: { bucket: 'media', key: 'inbox/person/ENR0123456789abcdef/a.jpg', etag: 'e', bytes: 4, type: 'image/jpeg' },
  requested: {},
  resultMode: 'callback',
  claimedAt: at,
};

export const approved: Outcome = { revalidationId, status: 'approved', decidedBy: 'poll', decidedAt: at };

const given = (status: 'refused' | 'failed', caught: Caught | undefined): Invocation =>
  gives({ ...approved, status, ...readCaught(caught ?? { Error: 'nothing was caught' }), decidedBy: 'workflow' });

/** What each step does in a normal run. No notification comes: the wait lasts for the callback timeout. */
const wellDone: Record<StepName, Move> = {
  ClaimRequest: gives(claim),
  CheckEnrollment: gives({ enrollmentId: claim.enrollmentId, status: 'success' }),
  CreateValidation: gives({ validationId: 'VLD0123456789abcdef', deadline: '2026-11-23T12:05:00.000Z' }),
  // The recording comes with the token.
  AwaitMedia: gives(null),
  MoveMedia: gives({ bytes: 4, sha256: '0'.repeat(64), movedAt: at }),
  AwaitWebhook: gives(null),
  ReadVerdict: gives({ status: 'approved', decidedAt: at }),
  RecordOutcome: ({ journal: { notification } }) =>
    gives({ ...approved, decidedBy: notification ? 'webhook' : 'poll' }),
  RecordRefusal: ({ journal: { refusal } }) => given('refused', refusal),
  RecordFailure: ({ journal: { failure } }) => given('failed', failure),
  ReadOutcome: gives(approved),
};

/** `A, B, B` as `A, B x2`. */
export const told = (names: readonly string[]): string => {
  const runs: { name: string; count: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count > 1 ? `${name} x${count}` : name)).join(', ');
};

/**
 * The synthesized machine before functions that follow a script. Each call is first read as the contract says, so a step
 * that is called without what it reads ends the test's path as it would end the function.
 */
export const scripted = (template: Template, script: Script, { pace = 0.0001 } = {}) => {
  const [resource] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const arns = (resource?.properties.DefinitionSubstitutions ?? {}) as Record<StepName, string>;
  const nameOf = new Map(Object.entries(arns).map(([name, arn]) => [arn, name as StepName]));
  const calls: (Call & { step: StepName })[] = [];
  const events: MachineEvent[] = [];
  const lambda: LambdaHost = {
    idle: async () => {},
    invoke: async (functionArn, event) => {
      const step = nameOf.get(functionArn);
      if (!step) throw new TypeError(`no step has the function ${functionArn}`);
      const call: Call = JSON.parse(JSON.stringify(event));
      // With what its wrapper makes of the event: the request, and an error that was caught, under their names.
      const { executionId: _, taskToken: __, ...entries } = readInput(step, call) as Record<string, unknown>;
      call.journal = { ...call.journal, ...entries };
      const index = calls.filter((earlier) => earlier.step === step).length;
      calls.push({ ...call, step });
      const move = [script[step] ?? []].flat()[index] ?? wellDone[step];
      return typeof move === 'function' ? move(call, machine) : move;
    },
  };
  const machine = machineOf(template, lambda, { pace, onEvent: (event) => events.push(event) });
  return { machine, calls, events, told: () => told(calls.map(({ step }) => step)) };
};
