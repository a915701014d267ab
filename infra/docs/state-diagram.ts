import type { Definition, State } from '../workflow/asl.ts';

/** Edges of a state: where it goes, and on which errors or answers. */
const edgesOf = (state: State): { to: string; label?: string; caught?: true }[] => {
  if (state.Type === 'Fail') return [];
  if (state.Type === 'Wait') return [{ to: state.Next }];
  if (state.Type === 'Choice') {
    return [
      ...state.Choices.map(({ Next, StringEquals }) => ({ to: Next, label: StringEquals })),
      { to: state.Default, label: 'else' },
    ];
  }
  const caught = (state.Catch ?? []).map(({ ErrorEquals, Next }) => ({
    to: Next,
    // The label lists the errors, except the refusals, which are too many.
    label: Next === 'RecordRefusal' ? 'refused' : ErrorEquals.join('<br/>').replace('States.ALL', 'anything else'),
    caught: true as const,
  }));
  return [...(state.Next ? [{ to: state.Next }] : []), ...caught];
};

/**
 * The state machine as a Mermaid flowchart, generated from the definition. Thick arrows are the path of a drop, dotted arrows are a
 * Catch. The arrows to RecordFailure are drawn once.
 */
export const stateDiagram = ({ StartAt, States }: Definition): string => {
  const shape = (name: string, state: State) => {
    if (state.Type === 'Choice') return `${name}{"${name}?"}`;
    if (state.Type === 'Fail') return `${name}[["${name}"]]`;
    if (state.Type === 'Wait') return `${name}(["${name}<br/>${state.Seconds} s"])`;
    return `${name}["<b>${name}</b><br/>${state.Comment}"]`;
  };
  const arrows = Object.entries(States).flatMap(([name, state]) =>
    edgesOf(state)
      .filter(({ to, label }) => to !== 'RecordFailure' || label !== 'anything else')
      .map(({ to, label, caught }) => {
        const arrow = caught ? '-.->' : '==>';
        return `  ${name} ${arrow}${label ? `|${label}|` : ''} ${to}`;
      }),
  );
  const ends = Object.entries(States).filter(([, state]) => state.Type === 'Task' && state.End);
  return [
    'flowchart TD',
    `  drop(["a drop, a call, a workflow"]) ==> ${StartAt}`,
    ...Object.entries(States).map(([name, state]) => `  ${shape(name, state)}`),
    ...arrows,
    '  any["any step, when no retry helps"] -.-> RecordFailure',
    ...ends.map(([name]) => `  ${name} ==> outcome(["the outcome"])`),
  ].join('\n');
};
