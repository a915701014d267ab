import { describe, expect, test, vi } from 'vitest';
import { Journal, type StepName, stepNames } from '../../shared/workflow/contract.ts';
import {
  alreadyDecided,
  claimedElsewhere,
  givenUp,
  live,
  moved,
  polling,
  request,
  requestInvalid,
  run,
  template,
  toTheEnd,
} from '../support/machine.ts';
import {
  approved,
  claim,
  crashes,
  forever,
  gives,
  isRecorded,
  isRung,
  type Move,
  type Script,
  scripted,
  throws,
  times,
} from '../support/scripted-machine.ts';
import { waitFor } from '../support/wait-for.ts';

/** How a step is reached, how often it is tried when it never comes through, and what follows then. */
const endings: Record<StepName, { given: Script; before: string; tries: number; after: string; error?: string }> = {
  ClaimRequest: { given: {}, before: '', tries: 6, after: 'RecordFailure' },
  CheckEnrollment: { given: {}, before: 'ClaimRequest', tries: 6, after: 'RecordFailure' },
  CreateValidation: { given: {}, before: 'ClaimRequest, CheckEnrollment', tries: 9, after: 'RecordFailure' },
  AwaitMedia: {
    given: live,
    before: moved,
    tries: 9,
    after: 'RecordFailure',
  },
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

  const rung: Script = { AwaitWebhook: isRung(), AwaitMedia: isRecorded() };

  test.concurrent('runs again after one crash, and the run continues unchanged', async () => {
    const well = await run({ ...rung, ...given });
    const usual = given[step] ?? (step in rung ? rung[step] : undefined) ?? [];
    const once = await run({ ...rung, ...given, [step]: [crashes('Lambda.Unknown'), ...[usual].flat()] });
    expect(once.told()).toBe(well.told().replace(new RegExp(`\\b${step}\\b`), `${step} x2`));
    expect(once.execution.status).toBe(well.execution.status);
    expect(once.execution.output).toEqual(well.execution.output);
    expect(once.execution.cause).toBe(well.execution.cause);
  });
});

/** The template with a second for the machine, and tries without end. */
const hurried = () => {
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
  return hasty;
};

// Not beside others: it stops their clock, too.
test('an execution is timed out by its timer, also before the clock shows the end', async ({ onTestFinished }) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const { execution } = await run({ ClaimRequest: forever(claimedElsewhere) }, hurried());
  expect(execution.status).toBe('TIMED_OUT');
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

  test('ends at once, though the next try is hours away', async () => {
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
    const { calls, execution } = await run({ ClaimRequest: forever(claimedElsewhere) }, hurried());
    expect(execution.status).toBe('TIMED_OUT');
    const made = calls.length;
    await tries();
    expect(calls).toHaveLength(made);
    expect(made).toBeGreaterThan(5);
  });

  test('ends every execution when the machine is closed', async () => {
    // The machine is closed at a call: soon after, the tries have run out and the executions have ended by themselves.
    const { promise: isCalledAgain, resolve } = Promise.withResolvers<void>();
    let created = 0;
    const { machine, calls } = scripted(template, {
      CreateValidation: forever(() => {
        created += 1;
        if (created === 4) resolve();
        return throws('CreationUnsettledError', 'creation_unsettled');
      }),
    });
    const executions = [machine.start({ request }, 'one'), machine.start({ request }, 'two')];
    await isCalledAgain;
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
      recording: { ...claim.media, key: forgery },
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
      { ...live, AwaitMedia: isRecorded() },
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

  test('reach every step with the ARN of the execution', async () => {
    const { calls, execution } = await run({ ClaimRequest: polling });
    expect(new Set(calls.map(({ executionId }) => executionId))).toEqual(new Set([execution.executionArn]));
    expect(execution.executionArn).toMatch(/^arn:aws:states:[^:]+:\d+:execution:face-revalidation-test:[\w-]+$/);
  });

  test('stay apart from the object of the caller', async () => {
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

  test('comes from the machine, another one every time, when none is given', async () => {
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
