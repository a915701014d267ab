import {
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { resume, stopExecution } from '../../shared/aws/executions.ts';

process.env.AWS_REGION = 'us-east-1';

const mock = mockClient(SFNClient);

beforeEach(() => mock.reset());

const notification = { receivedAt: '2026-11-23T10:00:00.000Z' };

const late = { message: 'too late', $metadata: {} };

test('wakes the execution with the notification and nothing else', async () => {
  mock.on(SendTaskSuccessCommand).resolves({});
  expect(await resume('token', notification)).toBe(true);
  expect(mock.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input }] }) => input)).toEqual([
    { taskToken: 'token', output: '{"receivedAt":"2026-11-23T10:00:00.000Z"}' },
  ]);
});

test.each([new TaskTimedOut(late), new TaskDoesNotExist(late), new InvalidToken(late)])(
  'returns false when the token is no longer valid: $name',
  async (error) => {
    mock.on(SendTaskSuccessCommand).rejects(error);
    expect(await resume('token', notification)).toBe(false);
  },
);

test.each(['ThrottlingException', 'AccessDeniedException', 'InvalidOutput', 'TimeoutError'])(
  'throws any other error: %s',
  async (name) => {
    mock.on(SendTaskSuccessCommand).rejects(Object.assign(new Error('x'), { name }));
    await expect(resume('token', notification)).rejects.toMatchObject({ name });
  },
);

test.each(['erased', 'iam:person', 'ticket:RVL1'])(
  'stops nothing for a record whose owner is no execution: %s',
  async (owner) => {
    await stopExecution(owner);
    expect(mock.commandCalls(StopExecutionCommand)).toEqual([]);
  },
);

test.each(['aws', 'aws-us-gov'])('stops the execution that owns a record, in the partition %s', async (partition) => {
  mock.on(StopExecutionCommand).resolves({});
  const executionArn = `arn:${partition}:states:us-east-1:000000000000:execution:machine:one`;
  await stopExecution(executionArn, { error: 'Why', cause: 'because' });
  expect(mock.commandCalls(StopExecutionCommand).map(({ args: [{ input }] }) => input)).toEqual([
    { executionArn, error: 'Why', cause: 'because' },
  ]);
});
