import type { Definition, State } from '../workflow/asl.ts';

/** A state of the machine as the picture shows it. */
export type Node = { name: string; type: State['Type']; comment: string };

/** An arrow between two states. `error`: taken by a Catch. */
export type Edge = { from: string; to: string; kind: 'next' | 'error' };

export type Graph = { start: string; nodes: Node[]; edges: Edge[] };

const successorsOf = (state: State): string[] => {
  if (state.Type === 'Choice') return [...state.Choices.map(({ Next }) => Next), state.Default];
  return 'Next' in state && state.Next ? [state.Next] : [];
};

const catchersOf = (state: State): string[] =>
  state.Type === 'Task' ? (state.Catch ?? []).map(({ Next }) => Next) : [];

/** The states and arrows of a definition. Two arrows between the same states are one; an ordinary one stays. */
export const graphOf = ({ StartAt, States }: Definition): Graph => {
  const edges = new Map<string, Edge>();
  const add = (from: string, to: string, kind: Edge['kind']) => {
    const key = `${from} ${to}`;
    if (!edges.has(key)) edges.set(key, { from, to, kind });
  };
  for (const [from, state] of Object.entries(States)) {
    for (const to of successorsOf(state)) add(from, to, 'next');
    for (const to of catchersOf(state)) add(from, to, 'error');
  }
  const nodes = Object.entries(States).map(([name, { Type, Comment }]) => ({ name, type: Type, comment: Comment }));
  return { start: StartAt, nodes, edges: [...edges.values()] };
};
