import { steps } from '../../shared/workflow/contract.ts';
import type { Draft, DraftState } from './draft.ts';

type Flow = { reads: readonly string[]; mayRead?: readonly string[]; writes: string; caught?: string };

const contract: Record<string, Flow> = steps;

/** The journal's entry that a path begins with. */
const entryAt = (path: unknown) => (typeof path === 'string' ? /^\$\.(\w+)/.exec(path)?.[1] : undefined);

const FORGED = 'forged ';

const forged = (entry: string) => FORGED + entry;

/** An error that was caught without a `ResultPath`: it is the whole state, and the step behind it knows it by its own name. */
const BARE = 'a bare error';

type Result = { Type: string; ResultPath?: string | null | undefined; ResultSelector?: object };

/** The entries that a result makes when it takes the place of the whole journal. */
const selected = ({ ResultSelector = {} }: Result) => Object.keys(ResultSelector).map((key) => key.replace('.$', ''));

/** What is surely known after a result was put where `ResultPath` says; without one it takes the whole journal's place. */
const after = (known: readonly string[], state: Result): readonly string[] => {
  const { Type, ResultPath } = state;
  if (Type === 'Wait' || ResultPath === null) return known;
  if (ResultPath === undefined) return selected(state);
  const entry = entryAt(ResultPath) ?? ResultPath;
  return [...known.filter((one) => one !== forged(entry)), entry];
};

/** What is surely known after an error was caught. */
const afterError = (known: readonly string[], ResultPath: string | null | undefined): readonly string[] =>
  ResultPath === undefined ? [BARE] : after(known, { Type: 'Task', ResultPath });

const waysOut = (state: DraftState, known: readonly string[]): [string, readonly string[]][] => [
  ...(state.Next ? [[state.Next, after(known, state)] as [string, readonly string[]]] : []),
  ...[...(state.Choices ?? []), ...(state.Default ? [{ Next: state.Default }] : [])].map(
    ({ Next }): [string, readonly string[]] => [Next, known],
  ),
  ...(state.Catch ?? []).map(({ Next, ResultPath }): [string, readonly string[]] => [
    Next,
    afterError(known, ResultPath),
  ]),
];

/** An input in which the starter of the machine has forged every entry. */
const allForged: readonly string[] = Object.values(contract).flatMap(({ reads, writes, caught = writes }) =>
  [...reads, writes, caught].map(forged),
);

/** Walks every path of a definition, through every catch, and says what a step on it would miss. */
export const flawsOf = ({ StartAt, States }: Draft): string[] => {
  const flaws = new Set<string>();
  const visited = new Set<string>();
  const everKnown = new Map<string, Set<string>>();
  const enter = (name: string, from: string, known: readonly string[]): void => {
    const state = States[name];
    if (!state) return void flaws.add(`${from} leads to ${name}, which is not there`);
    const visit = `${name} ${[...new Set(known)].sort()}`;
    if (visited.has(visit)) return;
    visited.add(visit);
    everKnown.set(name, new Set([...(everKnown.get(name) ?? []), ...known]));
    const { reads = [], mayRead = [], caught = '' } = contract[name] ?? {};
    // Read from the input of the execution, which no state can change.
    const fromInput = JSON.stringify(state.Parameters ?? {}).includes('"input.$":"$$.Execution.Input"');
    const found = (entry: string) =>
      known.includes(entry) || (entry === caught && known.includes(BARE)) || (entry === 'request' && fromInput);
    for (const entry of state.Type === 'Task' ? [...reads, ...mayRead] : []) {
      if (entry !== 'request' && known.includes(forged(entry))) flaws.add(`${name} believes a forged ${entry}`);
    }
    if (state.Type !== 'Task' && known.some((entry) => entry.startsWith(FORGED)))
      flaws.add(`${name} sees forged entries`);
    const paths = [state.CausePath, ...(state.Choices ?? []).map(({ Variable }) => Variable)].map(entryAt);
    for (const entry of [...reads, ...paths]) {
      if (entry && !found(entry)) flaws.add(`${name} reads ${entry} before anyone wrote it`);
    }
    const shown = entryAt(state.OutputPath);
    if (shown && !after(known, state).includes(shown)) flaws.add(`${name} shows ${shown}, which is not there`);
    const ways = waysOut(state, known);
    if (state.Type !== 'Fail' && !state.End && !state.Next && !state.Choices) flaws.add(`${name} leads nowhere`);
    for (const [next, knows] of ways) enter(next, name, knows);
  };
  enter(StartAt, 'the start', allForged);
  for (const [name, state] of Object.entries(States)) {
    if (!everKnown.has(name)) flaws.add(`${name} is never reached`);
    if (state.Type !== 'Task') continue;
    const step = contract[name];
    if (!step) flaws.add(`${name} is no step of the contract`);
    else if (entryAt(state.ResultPath) !== step.writes && !selected(state).includes(step.writes))
      flaws.add(`${name} does not write ${step.writes}`);
    for (const entry of everKnown.has(name) ? (step?.mayRead ?? []) : []) {
      if (!everKnown.get(name)?.has(entry)) flaws.add(`${name} may read ${entry}, which no step writes before`);
    }
  }
  for (const name of Object.keys(contract)) if (!States[name]) flaws.add(`${name} is a step without a state`);
  return [...flaws];
};
