import { describe, expect, test } from 'vitest';
import { moved, request, template, verdictPending } from '../support/machine.ts';
import { crashes, type Script, scripted, times } from '../support/scripted-machine.ts';
import { waitFor } from '../support/wait-for.ts';

describe.concurrent('a task token', () => {
  const notification = '{"receivedAt":"2026-11-23T12:00:02.000Z"}';
  const tokensOf = (calls: { taskToken?: string }[]) => calls.flatMap(({ taskToken }) => taskToken ?? []);
  const tooLate = expect.objectContaining({ name: 'TaskTimedOut' });

  /** Starts an execution and waits until it waits. */
  const waiting = async (script: Script = {}) => {
    const system = scripted(template, script);
    const execution = system.machine.start({ request });
    await waitFor(() => expect(tokensOf(system.calls)).not.toEqual([]));
    return { ...system, execution, token: tokensOf(system.calls).at(-1) ?? '' };
  };

  test('resumes the execution with the notification, once', async () => {
    const { machine, calls, execution, token } = await waiting();
    machine.sendTaskSuccess(token, notification);
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
    await execution.ended;
    expect(calls.find(({ step }) => step === 'RecordOutcome')?.journal.notification).toEqual(JSON.parse(notification));
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
  });

  test('fails after the callback timeout', async () => {
    const { machine, execution, token, told } = await waiting({ ReadVerdict: times(3, verdictPending) });
    await waitFor(() => expect(told()).toContain('ReadVerdict'));
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
    await execution.ended;
    expect(told()).toBe(`${moved}, AwaitWebhook, ReadVerdict x4, RecordOutcome`);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { decidedBy: 'poll' } });
  });

  test('fails after the execution was stopped', async () => {
    const { machine, execution, token } = await waiting();
    machine.stop(execution.executionArn);
    await execution.ended;
    expect(() => machine.sendTaskSuccess(token, notification)).toThrow(tooLate);
  });

  test('fails when it was never issued', async () => {
    const { machine, execution, token } = await waiting();
    expect(() => machine.sendTaskSuccess('made up', notification)).toThrow(tooLate);
    expect(() => machine.sendTaskFailure('made up', 'Error', '')).toThrow(tooLate);
    machine.sendTaskSuccess(token, notification);
    await execution.ended;
    expect(execution.status).toBe('SUCCEEDED');
  });

  test('changes at every try and in every execution, and only the last one resumes', async () => {
    const script = () => ({ AwaitWebhook: times(2, crashes('Lambda.Unknown')) });
    const { machine, calls, execution } = await waiting(script());
    await waitFor(() => expect(tokensOf(calls)).toHaveLength(3));
    const other = await waiting();
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

  test('changes after it brought a failure', async () => {
    const { machine, calls, execution, token } = await waiting();
    machine.sendTaskFailure(token, 'SomebodyElsesError', 'no cause');
    await waitFor(() => expect(tokensOf(calls)).toHaveLength(2));
    machine.sendTaskSuccess(tokensOf(calls)[1] ?? '', notification);
    await execution.ended;
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { decidedBy: 'webhook' } });
  });

  test('appears only in the input of AwaitWebhook', async () => {
    const { machine, calls, events, execution, token } = await waiting({ ReadVerdict: verdictPending });
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
