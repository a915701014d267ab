import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { reasonsOfEnds } from '../domain/ended-execution.ts';
import type { RevalidationRequest } from '../domain/request.ts';
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
