import { definition } from '../../infra/workflow/definition.ts';

/** A state of a draft: what a check looks at, and anything else that stands there. */
export type DraftState = {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string; Variable?: string }[];
  Retry?: { ErrorEquals: string[]; MaxAttempts?: number }[];
  Catch?: { ErrorEquals: string[]; Next: string; ResultPath?: string | null }[];
  ResultPath?: string | null;
  [field: string]: unknown;
};

/** The definition as a text of unknown origin: nothing of what `Definition` promises is believed. */
export type Draft = { StartAt: string; States: Record<string, DraftState>; [field: string]: unknown };

/** A copy of the definition, with what a test breaks in it. By way of JSON, which leaves no part shared by two states. */
export const draft = (edit: (copy: Draft) => void = () => {}): Draft => {
  const copy: Draft = JSON.parse(JSON.stringify(definition({ callbackTimeoutSeconds: 60 })));
  edit(copy);
  return copy;
};

/** A state that has to be there, so that a test cannot break what does not exist. */
export const stateIn = ({ States }: Draft, name: string): DraftState => {
  const state = States[name];
  if (!state) throw new TypeError(`the definition has no state ${name}`);
  return state;
};
