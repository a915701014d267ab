import { defined } from '../../shared/domain/defined.ts';

/** One event of an execution, as in its history. */
export type MachineEvent = {
  executionArn: string;
  at: Date;
  type: string;
  state?: string;
  /** The type of the state. */
  stateType?: string;
  input?: unknown;
  output?: unknown;
  error?: string;
  cause?: unknown;
};

/** Passes the engine's events of a running execution to `onEvent`. */
export const report = async (
  executionArn: string,
  events: AsyncIterable<unknown>,
  onEvent: (event: MachineEvent) => void,
): Promise<void> => {
  for await (const event of events) {
    const {
      type,
      timestamp,
      state,
      input,
      output,
      Error: error,
      Cause: cause,
    } = event as {
      type: string;
      timestamp: number;
      state?: { name: string; type?: string; input?: unknown; output?: unknown };
      input?: unknown;
      output?: unknown;
      Error?: string;
      Cause?: unknown;
    };
    onEvent(
      defined({
        executionArn,
        at: new Date(timestamp),
        type,
        input: state ? state.input : input,
        output: state ? state.output : output,
        cause: error ? cause : undefined,
        state: state?.name,
        stateType: state?.type,
        error,
      }),
    );
  }
};

/** An event as Step Functions writes it to a history without data: a state that was entered, or the error of its function. */
export const historyEventOf = ({ at, type, state, stateType }: MachineEvent) => ({
  timestamp: at.getTime() / 1000,
  ...(type === 'StateEntered'
    ? { type: `${stateType}StateEntered`, stateEnteredEventDetails: { name: state } }
    : { type: 'LambdaFunctionFailed' }),
});

/** Whether a history without data shows the event. */
export const isShown = ({ type }: MachineEvent): boolean => type === 'StateEntered' || type === 'StateFailed';

/** The event without what the state read and wrote, so that a thousand executions need little memory. */
export const withoutData = ({ executionArn, at, type, state, stateType }: MachineEvent): MachineEvent =>
  defined({ executionArn, at, type, state, stateType });
