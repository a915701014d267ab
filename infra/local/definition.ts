import { defined } from '../../shared/domain/defined.ts';
import type { Definition, State } from '../workflow/asl.ts';

/** The definition as it is deployed: each `${Name}` is replaced by the template's value. */
export const substituted = (properties: Record<string, unknown>): Definition => {
  const { DefinitionString, DefinitionSubstitutions = {} } = properties as {
    DefinitionString: string;
    DefinitionSubstitutions?: Record<string, string>;
  };
  return JSON.parse(DefinitionString.replace(/\$\{(\w+)\}/g, (_, name) => String(DefinitionSubstitutions[name])));
};

/** A Distributed Map, which only the machine of campaigns has. */
export const isMap = (state: object): state is State & { ItemProcessor: unknown } =>
  (state as { Type?: string }).Type === 'Map' && 'ItemProcessor' in state;

const times = (seconds: number | undefined, factor: number) => seconds && seconds * factor;

/** A copy with the seconds between retries multiplied by a factor. */
export const paced = (definition: Definition, pace: number): Definition => {
  const scaled = (state: State): State => {
    // A wait until a time has no seconds.
    if (state.Type === 'Wait') return state.Seconds === undefined ? state : { ...state, Seconds: state.Seconds * pace };
    if (isMap(state))
      return { ...(state as State), ...{ ItemProcessor: paced(state.ItemProcessor as Definition, pace) } };
    return state.Type === 'Task'
      ? {
          ...state,
          // Another stack's definition may have none.
          Retry: (state.Retry ?? []).map(({ IntervalSeconds, MaxDelaySeconds, ...retrier }) =>
            defined({
              ...retrier,
              IntervalSeconds: times(IntervalSeconds, pace),
              MaxDelaySeconds: times(MaxDelaySeconds, pace),
            }),
          ),
        }
      : state;
  };
  return {
    ...definition,
    States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, scaled(state)])),
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
