import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { endReasons } from '../domain/reasons.ts';
import type { RevalidationRequest } from '../domain/request.ts';
import type { Notification } from '../domain/revalidation.ts';
import { sfn } from './clients.ts';

/** Starts the machine under a name that the request alone decides, so that a repeat finds the first execution. */
export const startExecution = async (machineArn: string, name: string, request: RevalidationRequest): Promise<void> => {
  try {
    const input = JSON.stringify({ request });
    await sfn().send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw error;
  }
};

/** Ends an execution. One that has ended, or that was forgotten, is as good as stopped. */
export const stopExecution = async (executionArn: string): Promise<void> => {
  try {
    await sfn().send(
      new StopExecutionCommand({ executionArn, error: 'Canceled', cause: 'A caller canceled the re-validation.' }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExecutionDoesNotExist')) throw error;
  }
};

/**
 * Why an execution can record nothing any more. One that went well and left its record open, or that nobody remembers, is
 * `execution_lost`.
 * @returns undefined while it runs
 */
export const endOfExecution = async (executionArn: string): Promise<string | undefined> => {
  try {
    const { status } = await sfn().send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
    return status && status in reasonsOfEnds ? reasonsOfEnds[status as keyof typeof reasonsOfEnds] : 'execution_lost';
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return 'execution_lost';
    throw error;
  }
};

/** All three mean that the wait is over already: by patience, by another bell, or by a retry with a newer token. */
const tooLate = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** Wakes the execution that is parked on this token. @returns false when it does not wait on it any more */
export const resume = async (taskToken: string, bell: Notification): Promise<boolean> => {
  try {
    await sfn().send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(bell) }));
    return true;
  } catch (error) {
    if (error instanceof Error && tooLate.includes(error.name)) return false;
    throw error;
  }
};

/**
 * The event by which Step Functions tells EventBridge that an execution has ended badly (documented; `input` is a JSON text,
 * left out when it is large). Only what we use is checked.
 */
export const EndedExecution = z.object({
  source: z.literal('aws.states'),
  detail: z.object({
    executionArn: z.string().check(z.minLength(1)),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    startDate: z.number(),
    input: z.nullish(z.string()),
  }),
});

export type EndedExecution = z.infer<typeof EndedExecution>;

/** Why a re-validation was given up whose execution can record nothing any more. */
export const reasonsOfEnds = {
  FAILED: 'execution_failed',
  TIMED_OUT: 'execution_timed_out',
  ABORTED: 'execution_aborted',
} as const satisfies Record<string, (typeof endReasons)[number]>;

/** What the execution was started with. @returns undefined where the event does not say */
export const requestIn = ({ detail: { input } }: EndedExecution): unknown => {
  const { success, data } = z.object({ request: z.unknown() }).safeParse(JSON.parse(input ?? 'null'));
  return success ? data.request : undefined;
};
