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
 * Catch. The arrows to RecordFailure are drawn once. What each step does is in the text below the picture.
 */
export const stateDiagram = ({ StartAt, States }: Definition): string => {
  // A step has the shape and the label that Mermaid gives to a name.
  const shapeOf = ([name, state]: [string, State]): string[] => {
    if (state.Type === 'Choice') return [`${name}{"${name}?"}`];
    if (state.Type === 'Fail') return [`${name}[["${name}"]]`];
    return state.Type === 'Wait' ? [`${name}(["${name}<br/>${state.Seconds} s"])`] : [];
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
    ...Object.entries(States)
      .flatMap(shapeOf)
      .map((shape) => `  ${shape}`),
    ...arrows,
    '  any["any step, when no retry helps"] -.-> RecordFailure',
    ...ends.map(([name]) => `  ${name} ==> outcome(["the outcome"])`),
  ].join('\n');
};
