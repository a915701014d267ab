import { InvalidToken, SendTaskSuccessCommand, SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { resume } from '../../shared/aws/executions.ts';

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
