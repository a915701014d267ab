/** The part of the Amazon States Language that this project uses. */
export type Retrier = {
  ErrorEquals: readonly string[];
  MaxAttempts: number;
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
};

/** Without a `ResultPath` the error replaces the state's whole input. */
export type Catcher = { ErrorEquals: readonly string[]; Next: string; ResultPath?: string | null };

export type TaskState = {
  Type: 'Task';
  Comment: string;
  Resource: string;
  Parameters: Record<string, unknown>;
  ResultSelector?: Record<string, string>;
  /** Without one the result replaces the state's whole input. */
  ResultPath?: string | null;
  OutputPath?: string;
  TimeoutSeconds: number;
  Retry: readonly Retrier[];
  Catch?: readonly Catcher[];
  Next?: string;
  End?: true;
};

export type ChoiceState = {
  Type: 'Choice';
  Comment: string;
  Choices: readonly { Variable: string; StringEquals: string; Next: string }[];
  Default: string;
};

/** Waits for a number of seconds. */
export type WaitState = { Type: 'Wait'; Comment: string; Seconds: number; Next: string };

export type FailState = { Type: 'Fail'; Comment: string; Error: string; CausePath: string };

export type State = TaskState | ChoiceState | WaitState | FailState;

export type Definition = {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
};
