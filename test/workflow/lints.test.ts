import { describe, expect, test } from 'vitest';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { type Draft, draft, stateIn } from '../support/draft.ts';
import { lints } from '../support/lints.ts';

type LintName = keyof typeof lints;

/** One way to break the definition, which lint sees it, and what it says. */
const breaks: [LintName, string, (copy: Draft) => void, string][] = [
  [
    'wholeSeconds',
    'a fraction of a second between retries',
    (copy) => Object.assign(stateIn(copy, 'ReadVerdict').Retry?.[0] ?? {}, { IntervalSeconds: 0.5 }),
    'States.ReadVerdict.Retry.0.IntervalSeconds is not a whole number above 0',
  ],
  [
    'wholeSeconds',
    'a timeout of no time',
    (copy) => {
      copy.TimeoutSeconds = 0;
    },
    'TimeoutSeconds is not a whole number above 0',
  ],
  [
    'timersFit',
    'a wait of 25 days',
    (copy) => {
      stateIn(copy, 'AwaitWebhook').TimeoutSeconds = 25 * 86_400;
    },
    'States.AwaitWebhook.TimeoutSeconds is too long for a timer',
  ],
  [
    'everythingTimesOut',
    'a task without a timeout',
    (copy) => {
      delete stateIn(copy, 'MoveMedia').TimeoutSeconds;
    },
    'MoveMedia has no TimeoutSeconds',
  ],
  [
    'everythingTimesOut',
    'a machine without a timeout',
    (copy) => {
      delete copy.TimeoutSeconds;
    },
    'the machine has no TimeoutSeconds',
  ],
  [
    'stateOutlivesFunction',
    'a state that ends with its function',
    (copy) => {
      stateIn(copy, 'CreateValidation').TimeoutSeconds = functionSeconds.CreateValidation;
    },
    'CreateValidation is given up before its function ends',
  ],
  [
    'wildcardLast',
    'a retry of everything before a name',
    (copy) => stateIn(copy, 'CheckEnrollment').Retry?.reverse(),
    'CheckEnrollment.Retry: States.ALL is not last',
  ],
  [
    'wildcardLast',
    'a catch of everything and a name',
    (copy) => stateIn(copy, 'ReadVerdict').Catch?.[1]?.ErrorEquals.push('VerdictPendingError'),
    'ReadVerdict.Catch: States.ALL does not stand alone',
  ],
  [
    'hopelessIsNotRetried',
    'a refusal that the general retry takes',
    (copy) => stateIn(copy, 'ClaimRequest').Retry?.splice(0, 1),
    'ClaimRequest retries MediaUnacceptableError',
  ],
  [
    'hopelessIsNotRetried',
    'a second try where the first may have cost money',
    (copy) =>
      stateIn(copy, 'CreateValidation')
        .Retry?.filter(({ MaxAttempts }) => MaxAttempts === 0)
        .forEach((retrier) => {
          retrier.MaxAttempts = 1;
        }),
    'CreateValidation retries CreationUnconfirmedError',
  ],
  [
    'hopelessIsNotRetried',
    'a pending enrollment without a wait of its own',
    (copy) => {
      const state = stateIn(copy, 'CheckEnrollment');
      state.Retry = (state.Retry ?? []).filter(({ ErrorEquals }) => !ErrorEquals.includes('EnrollmentPendingError'));
    },
    'CheckEnrollment retries EnrollmentPendingError',
  ],
  [
    'pathsAreMarked',
    'a path that is taken for a text',
    (copy) => Object.assign(stateIn(copy, 'MoveMedia').Parameters as object, { claim: '$.claim' }),
    'MoveMedia.Parameters.claim is a path for its name or for its value, not for both',
  ],
  [
    'pathsAreMarked',
    'a text that is taken for a path',
    (copy) => Object.assign(stateIn(copy, 'MoveMedia').Parameters as object, { 'mode.$': 'poll' }),
    'MoveMedia.Parameters.mode.$ is a path for its name or for its value, not for both',
  ],
  [
    'tokenIsHandedOver',
    'a wait for a token that is not passed',
    (copy) => {
      const { Payload } = stateIn(copy, 'AwaitWebhook').Parameters as { Payload: Record<string, unknown> };
      delete Payload['taskToken.$'];
    },
    'AwaitWebhook waits for a token it does not hand over',
  ],
  [
    'tokenIsHandedOver',
    'a token where no step waits',
    (copy) => Object.assign(stateIn(copy, 'ReadVerdict').Parameters as object, { 'token.$': '$$.Task.Token' }),
    'ReadVerdict hands a token on',
  ],
  [
    'choicesHaveDefault',
    'a question without an answer for everything else',
    (copy) => {
      delete stateIn(copy, 'HowToWait').Default;
    },
    'HowToWait has no Default',
  ],
  [
    'onlyWhatBothEnginesDo',
    'a loop of waits',
    (copy) => {
      copy.States.Later = { Type: 'Wait', Seconds: 5, Next: 'ReadVerdict' };
      stateIn(copy, 'ReadVerdict').Next = 'Later';
    },
    'Later is a Wait',
  ],
  [
    'onlyWhatBothEnginesDo',
    'a question whether something is there',
    (copy) => Object.assign(stateIn(copy, 'HowToWait').Choices?.[0] ?? {}, { IsPresent: true }),
    'States.HowToWait.Choices.0.IsPresent is not used here',
  ],
  [
    'onlyWhatBothEnginesDo',
    'an intrinsic',
    (copy) =>
      Object.assign(stateIn(copy, 'ReadOutcome').Parameters as object, { 'id.$': "States.Format('{}', $.claim)" }),
    'States.ReadOutcome.Parameters.id.$ is more than a path',
  ],
  [
    'onlyWhatBothEnginesDo',
    'a result selector',
    (copy) => {
      stateIn(copy, 'ReadOutcome').ResultSelector = { 'status.$': '$.status' };
    },
    'States.ReadOutcome.ResultSelector is not used here',
  ],
  [
    'onlyWhatBothEnginesDo',
    'a heartbeat',
    (copy) => {
      stateIn(copy, 'AwaitWebhook').HeartbeatSeconds = 10;
    },
    'States.AwaitWebhook.HeartbeatSeconds is not used here',
  ],
  [
    'journalIsKept',
    'a first state that keeps its input',
    (copy) => {
      stateIn(copy, 'ClaimRequest').ResultPath = '$.claim';
    },
    'ClaimRequest keeps what the machine was started with',
  ],
  [
    'journalIsKept',
    'a catch of the first state that keeps its input',
    (copy) => {
      for (const catcher of stateIn(copy, 'ClaimRequest').Catch ?? []) catcher.ResultPath = '$.failure';
    },
    'ClaimRequest keeps what the machine was started with',
  ],
  [
    'journalIsKept',
    'a result in the place of the journal',
    (copy) => {
      stateIn(copy, 'CheckEnrollment').ResultPath = '$';
    },
    "CheckEnrollment puts its result in the journal's place",
  ],
  [
    'journalIsKept',
    'an error in the place of the journal',
    (copy) => {
      for (const catcher of stateIn(copy, 'CreateValidation').Catch ?? []) delete catcher.ResultPath;
    },
    "CreateValidation: the catch of States.ALL puts the error in the journal's place",
  ],
  [
    'errorsAreKnown',
    'a name with a typing error',
    (copy) => stateIn(copy, 'ReadVerdict').Retry?.[0]?.ErrorEquals.push('VerdictPending'),
    'ReadVerdict names VerdictPending, which no function throws',
  ],
  [
    'errorsAreKnown',
    'a name that Step Functions does not have',
    (copy) => stateIn(copy, 'AwaitWebhook').Retry?.[0]?.ErrorEquals.push('States.TimedOut'),
    'AwaitWebhook names States.TimedOut, which no function throws',
  ],
];

describe.each(Object.keys(lints) as LintName[])('%s', (name) => {
  test('finds nothing in the definition', () => {
    expect(lints[name](draft())).toEqual([]);
  });

  test('fails for at least one broken definition', () => {
    expect(breaks.map(([lint]) => lint)).toContain(name);
  });
});

test.each(breaks)('%s finds %s', (name, _, edit, complaint) => {
  expect(lints[name](draft(edit))).toContain(complaint);
});
