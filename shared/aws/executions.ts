import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { EnteredState } from '../domain/console.ts';
import type { endReasons } from '../domain/reasons.ts';
import type { RevalidationRequest } from '../domain/request.ts';
import type { Media, Notification } from '../domain/revalidation.ts';
import { sfn } from './clients.ts';

/** Starts an execution. Its name depends only on the request, so a repeat starts no second one. */
export const startExecution = (machineArn: string, name: string, request: RevalidationRequest): Promise<void> =>
  startNamed(machineArn, name, { request });

/** Starts an execution, unless there is one of that name. */
export const startNamed = async (machineArn: string, name: string, given: object): Promise<void> => {
  try {
    const input = JSON.stringify(given);
    await sfn().send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw error;
  }
};

/** Whether the owner of a record is an execution. One that was ended before anything ran, or of an erased person, has none. */
export const isExecution = (owner: string): boolean => /^arn:[^:]+:states:/.test(owner);

/** Stops the execution that owns a record, if one does. One that has ended, or that Step Functions no longer knows, counts as stopped. */
export const stopExecution = async (
  executionArn: string,
  { error, cause } = { error: 'Canceled', cause: 'A caller canceled the re-validation.' },
): Promise<void> => {
  if (!isExecution(executionArn)) return;
  try {
    await sfn().send(new StopExecutionCommand({ executionArn, error, cause }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExecutionDoesNotExist')) throw error;
  }
};

/**
 * The reason why an execution can no longer record an outcome. An execution that succeeded without an outcome, or that Step
 * Functions no longer knows, gives `execution_lost`.
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

/** The most pages of a history that are read, of 1,000 events each (documented limit): Step Functions keeps 25,000. */
const MOST_PAGES = 25;

/** The error of a state, as its history names it: of its function, its task, or its time limit. */
const isFailure = (type: string): boolean => /^(LambdaFunction|Task|Activity)(Failed|TimedOut)$/.test(type);

/**
 * The states that an execution has entered, in their order, without what they read and wrote.
 * @returns nothing for an execution that Step Functions no longer knows
 */
export const statesOf = async (executionArn: string): Promise<EnteredState[]> => {
  const states: EnteredState[] = [];
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await sfn().send(
        new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false, maxResults: 1000, nextToken }),
      );
      for (const { type = '', timestamp, stateEnteredEventDetails: entered } of answer.events ?? []) {
        const last = states.at(-1);
        if (entered?.name && timestamp) states.push({ name: entered.name, at: timestamp.toISOString(), failures: 0 });
        else if (last && isFailure(type)) last.failures += 1;
      }
      nextToken = answer.nextToken;
      if (!nextToken) break;
    }
    return states;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return [];
    throw error;
  }
};

/** Errors that mean that the wait is over: by its timeout, another notification, or a retry with a newer token. */
const tooLate = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** Resumes the execution that waits on this token, with what it waits for. @returns false when it no longer waits on it */
export const resume = async (taskToken: string, output: Notification | Media): Promise<boolean> => {
  try {
    await sfn().send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
    return true;
  } catch (error) {
    if (error instanceof Error && tooLate.includes(error.name)) return false;
    throw error;
  }
};

/**
 * The event of Step Functions about an execution that ended without success (documented; `input` is a JSON text, absent when
 * it is large). Only used fields are checked.
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

/** The reason of a re-validation whose execution ended without an outcome. */
export const reasonsOfEnds = {
  FAILED: 'execution_failed',
  TIMED_OUT: 'execution_timed_out',
  ABORTED: 'execution_aborted',
} as const satisfies Record<string, (typeof endReasons)[number]>;

/** The request of the execution. @returns undefined when the event does not hold it */
export const requestIn = ({ detail: { input } }: EndedExecution): unknown => {
  const { success, data } = z.object({ request: z.unknown() }).safeParse(JSON.parse(input ?? 'null'));
  return success ? data.request : undefined;
};
