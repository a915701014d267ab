import type { Definition, State } from '../workflow/asl.ts';

/** The definition as it is deployed: each `${Name}` stands for what the template puts there. */
export const substituted = (properties: Record<string, unknown>): Definition => {
  const { DefinitionString, DefinitionSubstitutions = {} } = properties as {
    DefinitionString: string;
    DefinitionSubstitutions?: Record<string, string>;
  };
  return JSON.parse(DefinitionString.replace(/\$\{(\w+)\}/g, (_, name) => String(DefinitionSubstitutions[name])));
};

/** The same with other seconds between its retries. */
export const paced = (definition: Definition, pace: number): Definition => {
  const quicker = (state: State): State => {
    if (state.Type === 'Wait') return { ...state, Seconds: state.Seconds * pace };
    return state.Type === 'Task'
      ? {
          ...state,
          // Another stack's definition may have none.
          Retry: (state.Retry ?? []).map((retrier) => ({
            ...retrier,
            ...(retrier.IntervalSeconds ? { IntervalSeconds: retrier.IntervalSeconds * pace } : {}),
            ...(retrier.MaxDelaySeconds ? { MaxDelaySeconds: retrier.MaxDelaySeconds * pace } : {}),
          })),
        }
      : state;
  };
  return {
    ...definition,
    States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, quicker(state)])),
  };
};

/**
 * The same, with the machine's limit in the place of the limits of single functions. Lambda's own limit is below the state's
 * (timeouts.ts) and ends each run; here a run may have to wait for its turn, and that is no part of its time.
 */
export const untimed = (definition: Definition): Definition => {
  const { TimeoutSeconds, States } = definition;
  const isFunction = (state: State) => state.Type === 'Task' && state.Resource.includes(':function:');
  return {
    ...definition,
    States: Object.fromEntries(
      Object.entries(States).map(([name, state]) => [name, isFunction(state) ? { ...state, TimeoutSeconds } : state]),
    ),
  };
};
