import { steps } from '../../shared/workflow/contract.ts';
import type { Draft, DraftState } from './draft.ts';

type Flow = { reads: readonly string[]; mayRead?: readonly string[]; writes: string };
const contract: Record<string, Flow> = steps;

/** The journal's entry that a path begins with. */
const entryAt = (path: unknown) => (typeof path === 'string' ? /^\$\.(\w+)/.exec(path)?.[1] : undefined);

/** What is surely known after a result was put where `ResultPath` says; without one it takes the whole journal's place. */
const after = (
  known: readonly string[],
  { Type, ResultPath }: { Type: string; ResultPath?: string | null | undefined },
): readonly string[] =>
  Type === 'Wait'
    ? known
    : ResultPath === null
      ? known
      : ResultPath === undefined
        ? []
        : [...known, entryAt(ResultPath) ?? ResultPath];

const waysOut = (state: DraftState, known: readonly string[]): [string, readonly string[]][] => [
  ...(state.Next ? [[state.Next, after(known, state)] as [string, readonly string[]]] : []),
  ...[...(state.Choices ?? []), ...(state.Default ? [{ Next: state.Default }] : [])].map(
    ({ Next }): [string, readonly string[]] => [Next, known],
  ),
  ...(state.Catch ?? []).map(({ Next, ResultPath }): [string, readonly string[]] => [
    Next,
    after(known, { Type: state.Type, ResultPath }),
  ]),
];

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
    const paths = [state.CausePath, ...(state.Choices ?? []).map(({ Variable }) => Variable)].map(entryAt);
    for (const entry of [...(contract[name]?.reads ?? []), ...paths]) {
      if (entry && !known.includes(entry)) flaws.add(`${name} reads ${entry} before anyone wrote it`);
    }
    const shown = entryAt(state.OutputPath);
    if (shown && !after(known, state).includes(shown)) flaws.add(`${name} shows ${shown}, which is not there`);
    const ways = waysOut(state, known);
    if (state.Type !== 'Fail' && !state.End && !state.Next && !state.Choices) flaws.add(`${name} leads nowhere`);
    for (const [next, knows] of ways) enter(next, name, knows);
  };
  enter(StartAt, 'the start', ['request']);
  for (const [name, state] of Object.entries(States)) {
    if (!everKnown.has(name)) flaws.add(`${name} is never reached`);
    if (state.Type !== 'Task') continue;
    const step = contract[name];
    if (!step) flaws.add(`${name} is no step of the contract`);
    else if (entryAt(state.ResultPath) !== step.writes) flaws.add(`${name} does not write ${step.writes}`);
    for (const entry of everKnown.has(name) ? (step?.mayRead ?? []) : []) {
      if (!everKnown.get(name)?.has(entry)) flaws.add(`${name} may read ${entry}, which nobody writes before`);
    }
  }
  for (const name of Object.keys(contract)) if (!States[name]) flaws.add(`${name} is a step without a state`);
  return [...flaws];
};
