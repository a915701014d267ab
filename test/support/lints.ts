import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { type StepName, stepNames } from '../../shared/workflow/contract.ts';
import type { Draft, DraftState } from './draft.ts';
import { type ErrorName, errorNames, refusals, thrown } from './thrown.ts';

/** What AWS's own checks, the validator and the local engine let pass, or do each in their own way. */
type Lint = (draft: Draft) => string[];

type Property = { at: string; key: string; value: unknown };

/** Every property at any depth, with the way to it. */
const propertiesOf = (value: unknown, at = ''): Property[] =>
  value === null || typeof value !== 'object'
    ? []
    : Object.entries(value).flatMap(([key, inner]) => {
        const here = at ? `${at}.${key}` : key;
        return [{ at: here, key, value: inner }, ...propertiesOf(inner, here)];
      });

const statesOf = ({ States }: Draft): [string, DraftState][] => Object.entries(States);

const tasksOf = (draft: Draft) => statesOf(draft).filter(([, { Type }]) => Type === 'Task');

const laterTasksOf = (draft: Draft) => tasksOf(draft).filter(([name]) => name !== draft.StartAt);

const isGiven = (value: unknown): boolean => value !== undefined;

const isTokenWait = ({ Resource }: DraftState) => String(Resource).endsWith('.waitForTaskToken');

const isStep = (name: string): name is StepName => (stepNames as string[]).includes(name);

/** JavaScript's timers fire at once above it, and the local engine sets one a timeout. Seconds. */
const LONGEST_TIMER = 2 ** 31 / 1000;

const wholeSeconds: Lint = (draft) =>
  propertiesOf(draft)
    .filter(({ key, value }) => key.endsWith('Seconds') && !(Number.isInteger(value) && Number(value) > 0))
    .map(({ at }) => `${at} is not a whole number above 0`);

const timersFit: Lint = (draft) =>
  propertiesOf(draft)
    .filter(({ key, value }) => key.endsWith('Seconds') && Number(value) >= LONGEST_TIMER)
    .map(({ at }) => `${at} is too long for a timer`);

const everythingTimesOut: Lint = (draft) => [
  ...(draft.TimeoutSeconds === undefined ? ['the machine has no TimeoutSeconds'] : []),
  ...tasksOf(draft)
    .filter(([, { TimeoutSeconds }]) => TimeoutSeconds === undefined)
    .map(([name]) => `${name} has no TimeoutSeconds`),
];

/** Lambda gives a cold start so long, and counts it beside the function's own time. */
const COLD_SECONDS = 10;

/**
 * If the machine gave up before Lambda does, the next try would start while the first still lives. A token wait is another
 * matter: its timeout is the callback timeout, it is not retried, and a late function leaves a token that is no longer valid.
 */
const stateOutlivesFunction: Lint = (draft) =>
  tasksOf(draft)
    .filter(([, state]) => !isTokenWait(state))
    .filter(
      ([name, { TimeoutSeconds }]) => !isStep(name) || !(Number(TimeoutSeconds) > functionSeconds[name] + COLD_SECONDS),
    )
    .map(([name]) => `${name} is given up before its function ends`);

const wildcardLast: Lint = (draft) =>
  statesOf(draft).flatMap(([name, state]) =>
    (['Retry', 'Catch'] as const).flatMap((field) =>
      (state[field] ?? []).flatMap(({ ErrorEquals }, index, all) => {
        if (!ErrorEquals.includes('States.ALL')) return [];
        if (ErrorEquals.length > 1) return [`${name}.${field}: States.ALL does not stand alone`];
        return index < all.length - 1 ? [`${name}.${field}: States.ALL is not last`] : [];
      }),
    ),
  );

/** Errors that stay the same at every try, so that each try only costs time or money. */
const hopeless: readonly ErrorName[] = [
  ...refusals.filter((name) => name !== 'EnrollmentPendingError'),
  'AlreadyDecidedError',
  'CreationUnconfirmedError',
  'UploadLinkUnsafeError',
  'UploadLinkSpentError',
  'VerdictUnreachableError',
];

const hopelessIsNotRetried: Lint = (draft) =>
  tasksOf(draft).flatMap(([name, { Retry = [] }]) =>
    (isStep(name) ? thrown[name] : [])
      .filter((error) => hopeless.includes(error) || error === 'EnrollmentPendingError')
      .filter((error) => {
        const first = Retry.find(
          ({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'),
        );
        // A pending enrollment may become ready, so it has a wait of its own: named, and short.
        if (error === 'EnrollmentPendingError') return first?.ErrorEquals.includes('States.ALL') ?? false;
        return first !== undefined && first.MaxAttempts !== 0;
      })
      .map((error) => `${name} retries ${error}`),
  );

const pathsAreMarked: Lint = (draft) =>
  tasksOf(draft).flatMap(([name, { Parameters }]) =>
    propertiesOf(Parameters, `${name}.Parameters`)
      .filter(({ value }) => typeof value === 'string')
      .filter(({ key, value }) => /^\$\$?(\.|$)/.test(String(value)) !== key.endsWith('.$'))
      .map(({ at }) => `${at} is a path for its name or for its value, not for both`),
  );

const tokenIsHandedOver: Lint = (draft) =>
  tasksOf(draft).flatMap(([name, state]) => {
    const has = propertiesOf(state.Parameters).some(
      ({ at, value }) => at.startsWith('Payload.') && at.endsWith('.$') && value === '$$.Task.Token',
    );
    const wrong = isTokenWait(state) ? !has : JSON.stringify(state).includes('Task.Token');
    return wrong
      ? [`${name} ${isTokenWait(state) ? 'waits for a token it does not hand over' : 'hands a token on'}`]
      : [];
  });

const choicesHaveDefault: Lint = (draft) =>
  statesOf(draft)
    .filter(([, { Type, Default }]) => Type === 'Choice' && !Default)
    .map(([name]) => `${name} has no Default`);

/** A pause that a question alone leads to, for whole seconds: one that a step led to would be a loop of waits. */
const isPlainPause = (draft: Draft, name: string, { Type, Seconds }: DraftState): boolean => {
  const leadTo = statesOf(draft).filter(([, { Next, Default, Choices = [], Catch = [] }]) =>
    [Next, Default, ...[...Choices, ...Catch].map((way) => way.Next)].includes(name),
  );
  return (
    Type === 'Wait' &&
    Number.isInteger(Seconds) &&
    leadTo.length > 0 &&
    leadTo.every(([, from]) => from.Type === 'Choice')
  );
};

/** What the local engine does not do, or does otherwise than AWS; and what moves logic into a place no test looks at. */
const onlyWhatBothEnginesDo: Lint = (draft) => [
  ...statesOf(draft)
    .filter(([name, state]) => !['Task', 'Choice', 'Fail'].includes(state.Type) && !isPlainPause(draft, name, state))
    .map(([name, { Type }]) => `${name} is a ${Type}`),
  ...propertiesOf(draft)
    .filter(({ key }) => {
      if (['IsPresent', 'QueryLanguage', 'TimeoutSecondsPath', 'InputPath', 'Assign'].includes(key)) return true;
      return key.startsWith('Heartbeat');
    })
    .map(({ at }) => `${at} is not used here`),
  // The first state selects the claim out of an input of unknown origin; a later one has nothing to select.
  ...statesOf(draft)
    .filter(([name, { ResultSelector }]) => ResultSelector && name !== draft.StartAt)
    .map(([name]) => `States.${name}.ResultSelector is not used here`),
  ...propertiesOf(draft)
    .filter(({ key }) => key.endsWith('.$') || key.endsWith('Path') || key === 'Variable')
    .filter(({ value }) => /States\.|\$\$\.(State|Map)\b/.test(String(value)))
    .map(({ at }) => `${at} is more than a path`),
];

/** The journal begins at the first state, which keeps nothing of what the machine was started with; every other one keeps it. */
const journalIsKept: Lint = (draft) => [
  ...tasksOf(draft)
    .filter(([name]) => name === draft.StartAt)
    .filter(([, { ResultPath, Catch = [] }]) => [ResultPath, ...Catch.map((way) => way.ResultPath)].some(isGiven))
    .map(([name]) => `${name} keeps what the machine was started with`),
  ...laterTasksOf(draft)
    .filter(([, { ResultPath }]) => ResultPath === undefined || ResultPath === '$')
    .map(([name]) => `${name} puts its result in the journal's place`),
  ...laterTasksOf(draft).flatMap(([name, { Catch = [] }]) =>
    Catch.filter(({ ResultPath }) => ResultPath === undefined || ResultPath === '$').map(
      ({ ErrorEquals }) => `${name}: the catch of ${ErrorEquals} puts the error in the journal's place`,
    ),
  ),
];

/** Step Functions' own names, as far as a Retry or Catch of ours has any use for them. */
const ofTheService = ['States.ALL', 'States.Timeout', 'States.TaskFailed', 'States.Permissions'];

const errorsAreKnown: Lint = (draft) =>
  statesOf(draft).flatMap(([name, { Retry = [], Catch = [] }]) =>
    [...Retry, ...Catch]
      .flatMap(({ ErrorEquals }) => ErrorEquals)
      .filter((error) => ![...ofTheService, ...errorNames].includes(error))
      .map((error) => `${name} names ${error}, which no function throws`),
  );

export const lints = {
  wholeSeconds,
  timersFit,
  everythingTimesOut,
  stateOutlivesFunction,
  wildcardLast,
  hopelessIsNotRetried,
  pathsAreMarked,
  tokenIsHandedOver,
  choicesHaveDefault,
  onlyWhatBothEnginesDo,
  journalIsKept,
  errorsAreKnown,
} satisfies Record<string, Lint>;
