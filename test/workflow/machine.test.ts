import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { synthesize, type Template } from '../../infra/local/template.ts';
import { Journal, type StepName, stepNames } from '../../shared/workflow/contract.ts';
import {
  approved,
  claim,
  crashes,
  forever,
  gives,
  isRung,
  type Move,
  type Script,
  scripted,
  throws,
  times,
} from '../support/scripted-machine.ts';
import { waitFor } from '../support/wait-for.ts';

const CALLBACK_TIMEOUT_MS = 1000;

const template = synthesize(Config.parse({ stage: 'test', callbackTimeoutSeconds: CALLBACK_TIMEOUT_MS / 1000 }));

const request = { kind: 'drop', event: {} };

/** Without a token: the timed poll from the start. */
const polling = gives({ ...claim, resultMode: 'poll' });

const moved = 'ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia';

const toTheEnd = 'ReadVerdict, RecordOutcome';

const run = async (script: Script, from: Template = template) => {
  const system = scripted(from, script);
  const execution = system.machine.start({ request });
  await execution.ended;
  return { ...system, execution };
};

type Path = { path: string; script: Script; calls: string } & (
  | { output: Record<string, unknown> }
  | { error: string; cause: unknown }
);

const requestInvalid = throws('RequestInvalidError', 'consent_missing');

const claimedElsewhere = throws('ClaimedElsewhereError', 'claimed_elsewhere');

const alreadyDecided = throws('AlreadyDecidedError', 'already_decided');

const enrollmentPending = throws('EnrollmentPendingError', 'enrollment_pending');

const busRefused = throws('BusRefusedError', 'bus_refused');

const verdictPending = throws('VerdictPendingError', 'verdict_pending');

const givenUp = (reason: string) => ({ error: 'RevalidationFailedError', cause: reason });

const refusedFor = (reason: string) => ({ output: { status: 'refused', reason, decidedBy: 'workflow' } });

const paths: Path[] = [
  {
    path: 'a notification rings',
    script: { AwaitWebhook: isRung() },
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the poll alone',
    script: { ClaimRequest: polling },
    calls: `${moved}, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'no notification comes before the callback timeout, and the poll takes over',
    script: {},
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'a notification rings before the verdict is there',
    script: { AwaitWebhook: isRung(), ReadVerdict: times(2, verdictPending) },
    calls: `${moved}, AwaitWebhook, ReadVerdict x3, RecordOutcome`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the wait crashes for good, and the poll takes over',
    script: { AwaitWebhook: forever(crashes('Lambda.Unknown')) },
    calls: `${moved}, AwaitWebhook x6, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'Truora decides after twenty looks',
    script: { ClaimRequest: polling, ReadVerdict: times(20, verdictPending) },
    calls: `${moved}, ReadVerdict x21, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora is busy, uncertain and broken between two looks',
    script: {
      ClaimRequest: polling,
      ReadVerdict: [
        verdictPending,
        throws('TruoraBusyError', 'truora_rate_limited'),
        throws('TruoraUncertainError', 'truora_uncertain'),
        throws('TruoraContractError', 'truora_contract_broken'),
        verdictPending,
      ],
    },
    calls: `${moved}, ReadVerdict x6, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the request breaks a rule',
    script: { ClaimRequest: requestInvalid },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('consent_missing'),
  },
  {
    path: 'the media is unacceptable',
    script: { ClaimRequest: throws('MediaUnacceptableError', 'media_too_large') },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('media_too_large'),
  },
  {
    path: 'the media is gone before the claim',
    script: { ClaimRequest: throws('MediaGoneError', 'media_gone') },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('media_gone'),
  },
  {
    path: 'the enrollment is not ready',
    script: { CheckEnrollment: throws('EnrollmentNotReadyError', 'enrollment_unknown') },
    calls: 'ClaimRequest, CheckEnrollment, RecordRefusal',
    ...refusedFor('enrollment_unknown'),
  },
  {
    path: 'the enrollment becomes ready at the fifth look',
    script: { ClaimRequest: polling, CheckEnrollment: times(4, enrollmentPending) },
    calls: `ClaimRequest, CheckEnrollment x5, CreateValidation, MoveMedia, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the enrollment stays pending',
    script: { CheckEnrollment: forever(enrollmentPending) },
    calls: 'ClaimRequest, CheckEnrollment x5, RecordRefusal',
    ...refusedFor('enrollment_pending'),
  },
  {
    path: 'the request was decided before',
    script: { ClaimRequest: alreadyDecided },
    calls: 'ClaimRequest, ReadOutcome',
    output: approved,
  },
  {
    path: 'another execution owns the claim, and decides it',
    script: { ClaimRequest: [...times(7, claimedElsewhere), alreadyDecided] },
    calls: 'ClaimRequest x8, ReadOutcome',
    output: approved,
  },
  {
    path: 'the request is canceled before anything was paid for',
    script: { CreateValidation: alreadyDecided },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, ReadOutcome',
    output: approved,
  },
  {
    path: 'the request is canceled while the media moves',
    script: { MoveMedia: alreadyDecided },
    calls: `${moved}, ReadOutcome`,
    output: approved,
  },
  {
    path: "the claim is another execution's when it comes to paying",
    script: { CreateValidation: claimedElsewhere },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('claimed_elsewhere'),
  },
  {
    path: 'a validation may have been created without our knowing',
    script: { CreateValidation: throws('CreationUnconfirmedError', 'creation_unconfirmed') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('creation_unconfirmed'),
  },
  {
    path: 'nothing more is to be spent',
    script: { CreateValidation: throws('SpendingRefusedError', 'daily_budget_spent') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordRefusal',
    output: { status: 'refused', reason: 'daily_budget_spent' },
  },
  {
    path: 'Truora refuses to create',
    script: { CreateValidation: throws('TruoraRejectedError', 'truora_rejected') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('truora_rejected'),
  },
  {
    path: 'Truora refuses our key when it is asked to create',
    script: { CreateValidation: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x2, RecordFailure',
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'another creation of the same person settles',
    script: {
      ClaimRequest: polling,
      CreateValidation: times(3, throws('CreationUnsettledError', 'creation_unsettled')),
    },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation x4, MoveMedia, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'another creation of the same person never settles',
    script: { CreateValidation: forever(throws('CreationUnsettledError', 'creation_unsettled')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x61, RecordFailure',
    ...givenUp('creation_unsettled'),
  },
  {
    path: 'Truora is too busy to create, for good',
    script: { CreateValidation: forever(throws('TruoraBusyError', 'truora_unreachable')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x61, RecordFailure',
    ...givenUp('truora_unreachable'),
  },
  {
    path: 'Truora refuses our key when it is asked for the enrollment',
    script: { CheckEnrollment: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: 'ClaimRequest, CheckEnrollment x2, RecordFailure',
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'the upload is cut off at every try, and Truora itself says what became of it',
    script: { ClaimRequest: polling, MoveMedia: forever(throws('TruoraUncertainError', 'truora_uncertain')) },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia x31, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the upload link is spent, and Truora itself says what that means',
    script: { ClaimRequest: polling, MoveMedia: throws('UploadLinkSpentError', 'upload_link_spent') },
    calls: `${moved}, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the upload link is spent, and a notification is waited for',
    script: { MoveMedia: throws('UploadLinkSpentError', 'upload_link_spent'), AwaitWebhook: isRung() },
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the upload link is unsafe',
    script: { MoveMedia: throws('UploadLinkUnsafeError', 'upload_link_unsafe') },
    calls: `${moved}, RecordFailure`,
    ...givenUp('upload_link_unsafe'),
  },
  {
    path: 'another execution decides what is about to be given up',
    script: { MoveMedia: throws('UploadLinkUnsafeError', 'upload_link_unsafe'), RecordFailure: alreadyDecided },
    calls: `${moved}, RecordFailure, ReadOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the media is gone after Truora was paid',
    script: { MoveMedia: throws('MediaGoneError', 'media_gone') },
    calls: `${moved}, RecordFailure`,
    ...givenUp('media_gone'),
  },
  {
    path: 'the upload is cut off twice',
    script: { ClaimRequest: polling, MoveMedia: times(2, throws('TruoraUncertainError', 'truora_uncertain')) },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia x3, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora refuses our key at every look',
    script: { ClaimRequest: polling, ReadVerdict: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: `${moved}, ReadVerdict x401, RecordFailure`,
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'Truora does not know the validation yet',
    script: { ClaimRequest: polling, ReadVerdict: throws('TruoraRejectedError', 'truora_not_found') },
    calls: `${moved}, ReadVerdict x2, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora cannot be asked before the deadline is over',
    script: {
      ClaimRequest: polling,
      ReadVerdict: [verdictPending, throws('VerdictUnreachableError', 'truora_unreachable_at_deadline')],
    },
    calls: `${moved}, ReadVerdict x2, RecordFailure`,
    ...givenUp('truora_unreachable_at_deadline'),
  },
  {
    path: 'the outcome cannot be recorded',
    script: { ClaimRequest: polling, RecordOutcome: forever(claimedElsewhere) },
    calls: `${moved}, ReadVerdict, RecordOutcome, RecordFailure`,
    ...givenUp('claimed_elsewhere'),
  },
  {
    path: 'the bus takes no outcome for minutes, and then the one that stands',
    script: { ClaimRequest: polling, RecordOutcome: forever(busRefused), RecordFailure: alreadyDecided },
    calls: `${moved}, ReadVerdict, RecordOutcome x9, RecordFailure, ReadOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the bus takes nothing at all',
    script: { ClaimRequest: polling, RecordOutcome: forever(busRefused), RecordFailure: forever(busRefused) },
    calls: `${moved}, ReadVerdict, RecordOutcome x9, RecordFailure x9`,
    error: 'BusRefusedError',
    cause: expect.stringContaining('bus_refused'),
  },
  {
    path: 'not even the failure can be recorded',
    script: { MoveMedia: throws('MediaGoneError', 'media_gone'), RecordFailure: forever(claimedElsewhere) },
    calls: `${moved}, RecordFailure`,
    error: 'ClaimedElsewhereError',
    cause: expect.stringContaining('claimed_elsewhere'),
  },
];

test.concurrent.each(paths)('$path', async ({ script, calls, ...end }) => {
  const { execution, told } = await run(script);
  expect(told()).toBe(calls);
  if ('output' in end) {
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: end.output });
    expect(execution).not.toHaveProperty('error');
  } else {
    expect(execution).toMatchObject({ status: 'FAILED', error: end.error, cause: end.cause });
    expect(execution).not.toHaveProperty('output');
  }
});

/** How a step is reached, how often it is tried when it never comes through, and what follows then. */
const endings: Record<StepName, { given: Script; before: string; tries: number; after: string; error?: string }> = {
  ClaimRequest: { given: {}, before: '', tries: 6, after: 'RecordFailure' },
  CheckEnrollment: { given: {}, before: 'ClaimRequest', tries: 6, after: 'RecordFailure' },
  CreateValidation: { given: {}, before: 'ClaimRequest, CheckEnrollment', tries: 9, after: 'RecordFailure' },
  MoveMedia: {
    given: {},
    before: 'ClaimRequest, CheckEnrollment, CreateValidation',
    tries: 6,
    after: 'RecordFailure',
  },
  AwaitWebhook: { given: {}, before: moved, tries: 6, after: toTheEnd },
  ReadVerdict: { given: { ClaimRequest: polling }, before: moved, tries: 401, after: 'RecordFailure' },
  RecordOutcome: {
    given: { ClaimRequest: polling },
    before: `${moved}, ReadVerdict`,
    tries: 9,
    after: 'RecordFailure',
  },
  RecordRefusal: { given: { ClaimRequest: requestInvalid }, before: 'ClaimRequest', tries: 9, after: 'RecordFailure' },
  RecordFailure: {
    given: { MoveMedia: throws('MediaGoneError', 'media_gone') },
    before: moved,
    tries: 9,
    after: '',
  },
  ReadOutcome: { given: { ClaimRequest: alreadyDecided }, before: 'ClaimRequest', tries: 6, after: 'RecordFailure' },
};

const joined = (...parts: string[]) => parts.filter(Boolean).join(', ');

/** Lambda's names of unexpected ends; none of the names means that nothing was done. */
const crashNames = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'];

describe.each(stepNames)('%s', (step) => {
  const { given, before, tries, after } = endings[step];

  test.concurrent.each(crashNames)('gives up when it ends as %s at every try, and records that', async (name) => {
    const { execution, told } = await run({ ...given, [step]: forever(crashes(name)) });
    expect(told()).toBe(joined(before, `${step} x${tries}`, after));
    if (after === toTheEnd) expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { status: 'approved' } });
    else if (after) expect(execution).toMatchObject({ status: 'FAILED', ...givenUp('unexpected') });
    else expect(execution).toMatchObject({ status: 'FAILED', error: name });
  });

  test.concurrent('is called again after one crash, and the run continues unchanged', async () => {
    const well = await run({ AwaitWebhook: isRung(), ...given });
    const once = await run({
      AwaitWebhook: isRung(),
      ...given,
      [step]: [crashes('Lambda.Unknown'), ...[given[step] ?? (step === 'AwaitWebhook' ? isRung() : [])].flat()],
    });
    expect(once.told()).toBe(well.told().replace(new RegExp(`\\b${step}\\b`), `${step} x2`));
    expect(once.execution.status).toBe(well.execution.status);
    expect(once.execution.output).toEqual(well.execution.output);
    expect(once.execution.cause).toBe(well.execution.cause);
  });
});

describe.concurrent('an execution that is over', () => {
  /** A later execution gets as far as the one that is over would get: what has not happened by then does not happen. */
  const tries = async () => {
    const { machine, calls } = scripted(template, { ClaimRequest: forever(claimedElsewhere) });
    machine.start({ request });
    await waitFor(() => expect(calls.length).toBeGreaterThan(20));
    await machine.close();
  };

  test('calls nothing more, though it was stopped between two tries', async () => {
    const { machine, calls } = scripted(template, { ClaimRequest: forever(claimedElsewhere) });
    const { executionArn, ended } = machine.start({ request });
    await waitFor(() => expect(calls.length).toBeGreaterThan(5));
    machine.stop(executionArn);
    const made = calls.length;
    await ended;
    await tries();
    expect(calls).toHaveLength(made);
    expect(machine.describe(executionArn)).toMatchObject({ status: 'ABORTED' });
  });

  test('is over at once, though the next try is hours away', async () => {
    const unsettled = throws('CreationUnsettledError', 'creation_unsettled');
    const { machine, calls } = scripted(template, { CreateValidation: forever(unsettled) }, { pace: 10_000 });
    const { executionArn, ended } = machine.start({ request });
    await waitFor(() => expect(calls.at(-1)?.step).toBe('CreateValidation'));
    machine.stop(executionArn);
    await ended;
    expect(calls.filter(({ step }) => step === 'CreateValidation')).toHaveLength(1);
  });

  test('calls nothing more when it was stopped during a wait', async () => {
    const { machine, calls, told } = scripted(template, {});
    const { executionArn, ended } = machine.start({ request });
    await waitFor(() => expect(calls.at(-1)?.step).toBe('AwaitWebhook'));
    machine.stop(executionArn);
    await ended;
    // The wait of a later one is over.
    await run({});
    expect(told()).toBe(`${moved}, AwaitWebhook`);
    expect(machine.describe(executionArn)).toMatchObject({ status: 'ABORTED' });
  });

  test('calls nothing more when it was stopped while a function ran', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const create: Move = async () => {
      await promise;
      return gives({ validationId: 'VLD1', deadline: '2026-11-23T12:05:00.000Z' });
    };
    const { machine, calls, told } = scripted(template, { CreateValidation: create });
    const { executionArn, ended } = machine.start({ request });
    await waitFor(() => expect(calls.at(-1)?.step).toBe('CreateValidation'));
    machine.stop(executionArn);
    resolve();
    await ended;
    await run({ AwaitWebhook: isRung() });
    expect(told()).toBe('ClaimRequest, CheckEnrollment, CreateValidation');
    expect(machine.describe(executionArn)).toMatchObject({ status: 'ABORTED' });
  });

  test('calls nothing more when the time of the machine ran out between two tries', async () => {
    const hasty = structuredClone(template);
    const machineOf = Object.values(hasty.Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
    const definition = JSON.parse(String(machineOf?.Properties.DefinitionString));
    // At any speed the tries do not run out before the second is over.
    for (const retrier of definition.States.ClaimRequest.Retry) {
      if (retrier.MaxAttempts > 0) retrier.MaxAttempts = 1_000_000;
    }
    Object.assign(machineOf?.Properties ?? {}, {
      DefinitionString: JSON.stringify({ ...definition, TimeoutSeconds: 1 }),
    });
    const { calls, execution } = await run({ ClaimRequest: forever(claimedElsewhere) }, hasty);
    expect(execution.status).toBe('TIMED_OUT');
    const made = calls.length;
    await tries();
    expect(calls).toHaveLength(made);
    expect(made).toBeGreaterThan(5);
  });

  test('ends every execution when the machine is closed', async () => {
    const { machine, calls } = scripted(template, {
      CreateValidation: forever(throws('CreationUnsettledError', 'creation_unsettled')),
    });
    const executions = [machine.start({ request }, 'one'), machine.start({ request }, 'two')];
    await waitFor(() => expect(calls.length).toBeGreaterThan(7));
    await machine.close();
    const made = calls.length;
    expect(executions.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
    await tries();
    expect(calls).toHaveLength(made);
  });

  test('keeps its status when it is stopped afterwards', async () => {
    const { machine, execution } = await run({ ClaimRequest: alreadyDecided });
    machine.stop(execution.executionArn);
    expect(machine.describe(execution.executionArn)).toMatchObject({ status: 'SUCCEEDED', output: approved });
  });
});

describe.concurrent('a task token', () => {
  const notification = '{"receivedAt":"2026-11-23T12:00:02.000Z"}';
  const tokensOf = (calls: { taskToken?: string }[]) => calls.flatMap(({ taskToken }) => taskToken ?? []);
  const tooLate = expect.objectContaining({ name: 'TaskTimedOut' });

  /** Starts an execution and waits until it is parked. */
  const parked = async (script: Script = {}) => {
    const system = scripted(template, script);
    const execution = system.machine.start({ request });
    await waitFor(() => expect(tokensOf(system.calls)).not.toEqual([]));
    return { ...system, execution, token: tokensOf(system.calls).at(-1) ?? '' };
  };

  test('resumes the execution with the notification, once', async () => {
    const { machine, calls, execution, token } = await parked();
    machine.sendTaskSuccess(token, notification);
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
    await execution.ended;
    expect(calls.find(({ step }) => step === 'RecordOutcome')?.journal.notification).toEqual(JSON.parse(notification));
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
  });

  test('is refused after the callback timeout', async () => {
    const { machine, execution, token, told } = await parked({ ReadVerdict: times(3, verdictPending) });
    await waitFor(() => expect(told()).toContain('ReadVerdict'));
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
    await execution.ended;
    expect(told()).toBe(`${moved}, AwaitWebhook, ReadVerdict x4, RecordOutcome`);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { decidedBy: 'poll' } });
  });

  test('is refused after the execution was stopped', async () => {
    const { machine, execution, token } = await parked();
    machine.stop(execution.executionArn);
    await execution.ended;
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
  });

  test('is refused when it was never issued', async () => {
    const { machine, execution, token } = await parked();
    expect(() => machine.sendTaskSuccess('made up', notification)).toThrow(tooLate);
    expect(() => machine.sendTaskFailure('made up', 'Error', '')).toThrow(tooLate);
    machine.sendTaskSuccess(token, notification);
    await execution.ended;
    expect(execution.status).toBe('SUCCEEDED');
  });

  test('is a new one at every try and in every execution, and only the last one resumes', async () => {
    const script = () => ({ AwaitWebhook: times(2, crashes('Lambda.Unknown')) });
    const { machine, calls, execution } = await parked(script());
    await waitFor(() => expect(tokensOf(calls)).toHaveLength(3));
    const other = await parked();
    other.machine.sendTaskSuccess(other.token, notification);
    const [first = '', second = '', third = ''] = tokensOf(calls);
    expect(new Set([first, second, third, other.token]).size).toBe(4);
    expect(() => machine.sendTaskSuccess(first, notification)).toThrow(tooLate);
    expect(() => machine.sendTaskSuccess(second, notification)).toThrow(tooLate);
    expect(() => machine.sendTaskSuccess(other.token, notification)).toThrow(tooLate);
    machine.sendTaskSuccess(third, notification);
    await Promise.all([execution.ended, other.execution.ended]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { decidedBy: 'webhook' } });
  });

  test('is replaced by a new one after it brought a failure', async () => {
    const { machine, calls, execution, token } = await parked();
    machine.sendTaskFailure(token, 'SomebodyElsesError', 'no cause');
    await waitFor(() => expect(tokensOf(calls)).toHaveLength(2));
    machine.sendTaskSuccess(tokensOf(calls)[1] ?? '', notification);
    await execution.ended;
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { decidedBy: 'webhook' } });
  });

  test('appears only in the input of AwaitWebhook', async () => {
    const { machine, calls, events, execution, token } = await parked({ ReadVerdict: verdictPending });
    machine.sendTaskSuccess(token, notification);
    await execution.ended;
    await waitFor(() => expect(events.at(-1)?.type).toBe('ExecutionSucceeded'));
    expect(calls.filter((call) => JSON.stringify(call).includes(token)).map(({ step }) => step)).toEqual([
      'AwaitWebhook',
    ]);
    expect(calls.find(({ step }) => step === 'AwaitWebhook')).toMatchObject({ taskToken: token });
    expect(JSON.stringify(calls.map(({ journal }) => journal))).not.toContain(token);
    expect(events.map(({ state }) => state)).toContain('AwaitWebhook');
    expect(JSON.stringify(events)).not.toContain(token);
    expect(JSON.stringify(execution)).not.toContain(token);
  });
});

describe('the data of an execution', () => {
  const ofLength = (bytes: number) => gives({ padding: 'x'.repeat(bytes - '{"padding":""}'.length) });

  test('accepts a result of 256 KiB', async () => {
    const { execution } = await run({ ClaimRequest: alreadyDecided, ReadOutcome: ofLength(262_144) });
    expect(execution.status).toBe('SUCCEEDED');
  });

  test('accepts not a byte more, and no retry and no catch helps', async () => {
    const { execution, told } = await run({ CheckEnrollment: forever(ofLength(262_145)) });
    expect(told()).toBe('ClaimRequest, CheckEnrollment');
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('counts bytes, not characters', async () => {
    const { execution } = await run({ CheckEnrollment: gives({ padding: 'é'.repeat(140_000) }) });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('form the journal, to which every step adds its one entry', async () => {
    const { calls } = await run({ AwaitWebhook: isRung() });
    const learnt = ['claim', 'enrollment', 'validation', 'receipt', 'notification', 'verdict'];
    expect(calls.map(({ journal }) => Object.keys(journal))).toEqual([
      ['request'],
      ...learnt.map((_, index) => learnt.slice(0, index + 1)),
    ]);
  });

  test('begin with the claim: no forged entry of the input reaches a step', async () => {
    const forgery = 'RVLffffffffffffffffffffffffffffffff';
    const caught = { Error: 'Forged', Cause: forgery };
    const forged = {
      claim: { ...claim, revalidationId: forgery },
      enrollment: { enrollmentId: forgery, status: 'success' },
      validation: { validationId: forgery, deadline: '2026-11-23T12:05:00.000Z' },
      receipt: { bytes: 1, sha256: 'f'.repeat(64), movedAt: '2000-01-01T00:00:00.000Z' },
      notification: { receivedAt: '2000-01-01T00:00:00.000Z' },
      verdict: { status: 'approved', decidedAt: '2000-01-01T00:00:00.000Z' },
      refusal: caught,
      failure: caught,
      repeat: caught,
      outcome: { ...approved, revalidationId: forgery },
      ...caught,
    };
    expect(Object.keys(forged)).toEqual(
      expect.arrayContaining(Object.keys(Journal.shape).filter((entry) => entry !== 'request')),
    );
    const scripts: Script[] = [
      { AwaitWebhook: isRung() },
      { ClaimRequest: polling },
      { ClaimRequest: requestInvalid },
      { ClaimRequest: requestInvalid, RecordRefusal: forever(crashes('Lambda.Unknown')) },
      { ClaimRequest: forever(crashes('Lambda.Unknown')) },
      { ClaimRequest: alreadyDecided },
      { ClaimRequest: polling, MoveMedia: throws('UploadLinkSpentError', 'upload_link_spent') },
      { CreateValidation: throws('CreationUnconfirmedError', 'creation_unconfirmed') },
    ];
    for (const script of scripts) {
      const { machine, calls } = scripted(template, script);
      const { ended } = machine.start({ request, ...forged, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn' });
      await ended;
      expect(calls.length).toBeGreaterThan(1);
      for (const { step, journal } of calls) {
        expect(JSON.stringify([step, journal])).not.toMatch(/RVLf{32}|Forged|2000-01-01/);
        if ('request' in journal) expect(journal.request).toEqual(request);
      }
    }
  });

  test('distinguish a refusal from a failure and a repeat by the error of the first state', async () => {
    const refused = await run({ ClaimRequest: requestInvalid });
    expect(refused.calls[1]?.journal).toMatchObject({ request, refusal: { Error: 'RequestInvalidError' } });
    const failed = await run({ ClaimRequest: requestInvalid, RecordRefusal: forever(crashes('Lambda.Unknown')) });
    expect(failed.calls.at(-1)?.journal).toMatchObject({ request, failure: { Error: 'Lambda.Unknown' } });
    const overtaken = await run({
      ClaimRequest: forever(crashes('Lambda.Unknown')),
      RecordFailure: alreadyDecided,
    });
    expect(overtaken.calls.at(-1)).toMatchObject({
      step: 'ReadOutcome',
      journal: { repeat: { Error: 'AlreadyDecidedError' } },
    });
  });

  test.each([[[]], ['text'], [7], [null]])(
    'start no step when the input is %j, and that is recorded',
    async (input) => {
      const { machine, told } = scripted(template, { ClaimRequest: requestInvalid });
      const execution = machine.start(input);
      await execution.ended;
      expect(told()).toBe('ClaimRequest, RecordRefusal');
      expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { status: 'refused' } });
    },
  );

  test('are passed to every step with the ARN of the execution', async () => {
    const { calls, execution } = await run({ ClaimRequest: polling });
    expect(new Set(calls.map(({ executionId }) => executionId))).toEqual(new Set([execution.executionArn]));
    expect(execution.executionArn).toMatch(/^arn:aws:states:[^:]+:\d+:execution:face-revalidation-test:[\w-]+$/);
  });

  test('are not shared with the object of the caller', async () => {
    const { machine, calls } = scripted(template, { ClaimRequest: alreadyDecided });
    const input = { request: { kind: 'drop', note: 'as it was' } };
    const { ended } = machine.start(input);
    input.request.note = 'changed';
    await ended;
    expect(calls.map(({ journal }) => journal.request)).toEqual([{ kind: 'drop', note: 'as it was' }, undefined]);
  });
});

describe('the name of an execution', () => {
  test('refers to the same execution as long as it is known', async () => {
    const { machine, calls } = scripted(template, { ClaimRequest: alreadyDecided });
    const first = machine.start({ request }, 'mine');
    expect(machine.start({ request }, 'mine')).toBe(first);
    await first.ended;
    expect(machine.start({ request }, 'mine')).toBe(first);
    expect(machine.describe(first.executionArn)).toBe(first);
    expect(calls).toHaveLength(2);
  });

  test('is generated, another one every time, when none is given', async () => {
    const { machine, calls } = scripted(template, { ClaimRequest: times(2, alreadyDecided) });
    const both = [machine.start({ request }), machine.start({ request })];
    await Promise.all(both.map(({ ended }) => ended));
    expect(new Set(both.map(({ executionArn }) => executionArn)).size).toBe(2);
    expect(calls).toHaveLength(4);
  });

  test('that was never started refers to nothing', () => {
    const { machine } = scripted(template, {});
    expect(machine.describe(`${machine.arn}:unknown`)).toBeUndefined();
  });
});
