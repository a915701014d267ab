import type { MachineEvent } from './history.ts';
export type Execution = {
  executionArn: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  startedAt: Date;
  input: unknown;
  output?: unknown;
  error?: string;
  cause?: string;
  /** The states that it has entered, and the errors of their functions. */
  history?: MachineEvent[];
  /** Settles when the execution has ended, in any status. */
  ended: Promise<void>;
};

export type Machine = {
  arn: string;
  start(input: unknown, name?: string): Execution;
  stop(executionArn: string): void;
  describe(executionArn: string): Execution | undefined;
  sendTaskSuccess(taskToken: string, output: string): void;
  sendTaskFailure(taskToken: string, error: string, cause: string): void;
  /** Stops all running executions and waits for them. */
  close(): Promise<void>;
};
