/** One thing that happened in an execution, as its history would hold it. */
export type MachineEvent = {
  executionArn: string;
  at: Date;
  type: string;
  state?: string;
  input?: unknown;
  output?: unknown;
  error?: string;
  cause?: unknown;
};

/** Hands on what the engine tells of an execution while it runs. */
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
      state?: { name: string; input?: unknown; output?: unknown };
      input?: unknown;
      output?: unknown;
      Error?: string;
      Cause?: unknown;
    };
    onEvent({
      executionArn,
      at: new Date(timestamp),
      type,
      ...(state ? { state: state.name, input: state.input, output: state.output } : { input, output }),
      ...(error ? { error, cause } : {}),
    });
  }
};
