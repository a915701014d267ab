import { defined } from '../../shared/domain/defined.ts';
import { type StepName, steps } from '../../shared/workflow/contract.ts';
import type { Catcher, ChoiceState, Definition, FailState, Retrier, TaskState, WaitState } from './asl.ts';
import {
  afterRotation,
  anything,
  FIRST_PAUSE_SECONDS,
  LOOK_SECONDS,
  never,
  recording,
  whileBusy,
  whileClaimedElsewhere,
  whileCreating,
  whileEnrollmentPending,
  whileMoving,
  whilePending,
  whileRecording,
  whileThrottled,
  whileUnsettled,
} from './retriers.ts';
import { functionSeconds, MACHINE_SECONDS, STATE_MARGIN_SECONDS } from './timeouts.ts';

/**
 * Nothing is created at Truora. The execution succeeds, with the outcome `refused`. After a create call it fails instead: MoveMedia does not
 * catch these errors, and CreateValidation throws CreationUnconfirmedError in their place.
 */
const refusals = [
  'RequestInvalidError',
  'MediaUnacceptableError',
  'MediaGoneError',
  'EnrollmentNotReadyError',
  'EnrollmentPendingError',
  'SpendingRefusedError',
];

/** A retry cannot help, or could cost money. */
const final = ['TruoraRejectedError', 'CreationUnconfirmedError', 'SpeechPhraseMissingError', 'UploadLinkUnsafeError'];

/** This execution must not work on the claim: a caller ended it, or another execution has decided or owns it. */
const taken = ['AlreadyDecidedError', 'ClaimedElsewhereError'];

const decided: Catcher = { ErrorEquals: ['AlreadyDecidedError'], Next: 'ReadOutcome', ResultPath: '$.repeat' };

const refused: Catcher = { ErrorEquals: refusals, Next: 'RecordRefusal', ResultPath: '$.refusal' };

const failed: Catcher = { ErrorEquals: ['States.ALL'], Next: 'RecordFailure', ResultPath: '$.failure' };

type Ending = { Next: string } | { End: true; OutputPath: '$.outcome' };

/**
 * The payload of a step's function. The request comes from the execution's input, which no state can change. Every other entry
 * comes from the journal, which only the states write.
 */
const parametersOf = (name: StepName): Record<string, string> => {
  const reads: readonly string[] = steps[name].reads;
  return defined({
    'journal.$': name === 'ClaimRequest' ? undefined : '$',
    'input.$': reads.includes('request') ? '$$.Execution.Input' : undefined,
    'executionId.$': '$$.Execution.Id',
  });
};

/**
 * The first state. A principal that may start the machine chooses its whole input, so no part of the input becomes the journal:
 * the claim, or the error, replaces it. No step can read a forged entry (a claim, a receipt, a notification).
 */
const first = ({ ResultPath: _, Catch = [], ...state }: TaskState): TaskState => ({
  ...state,
  ResultSelector: { 'claim.$': '$' },
  Catch: Catch.map(({ ErrorEquals, Next }) => ({ ErrorEquals, Next })),
});

/** One step of the contract as a state: its function gets the journal and adds one entry to it. */
const task = (
  name: StepName,
  Comment: string,
  rest: { Retry: readonly Retrier[]; Catch?: readonly Catcher[] } & Ending,
): TaskState => ({
  Type: 'Task',
  Comment,
  Resource: `\${${name}}`,
  Parameters: parametersOf(name),
  ResultPath: `$.${steps[name].writes}`,
  TimeoutSeconds: functionSeconds[name] + STATE_MARGIN_SECONDS,
  ...rest,
});

/** A step that waits until its task token is sent: the same payload, plus the token. */
const untilToken = (state: TaskState, name: StepName, TimeoutSeconds: number): TaskState => ({
  ...state,
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: `\${${name}}`, Payload: { ...state.Parameters, 'taskToken.$': '$$.Task.Token' } },
  TimeoutSeconds,
});

const ends = { End: true, OutputPath: '$.outcome' } as const;

/**
 * The state machine, in the order of a drop. A plain value: CDK deploys it unchanged, and the local system runs the same text.
 * `${Name}` stands for the ARN of the function of that name.
 * @param callbackTimeoutSeconds how long AwaitWebhook waits for a notification before the timed poll starts
 */
export const definition = ({ callbackTimeoutSeconds }: { callbackTimeoutSeconds: number }): Definition => ({
  Comment: 'Re-validates the face of one person with one media at Truora, and records one outcome.',
  StartAt: 'ClaimRequest',
  TimeoutSeconds: MACHINE_SECONDS,
  States: {
    ClaimRequest: first(
      task('ClaimRequest', 'Is the request valid, and claimed by this execution alone?', {
        Retry: [never(...refusals, 'AlreadyDecidedError'), whileClaimedElsewhere, anything],
        Catch: [decided, refused, failed],
        Next: 'CheckEnrollment',
      }),
    ),
    CheckEnrollment: task('CheckEnrollment', 'Does Truora know this face?', {
      Retry: [whileEnrollmentPending, whileBusy, afterRotation, never(...refusals, ...final), anything],
      Catch: [refused, failed],
      Next: 'CreateValidation',
    }),
    CreateValidation: task(
      'CreateValidation',
      'The one charged call. If its answer is lost, the validation is searched for before another call.',
      {
        Retry: [whileThrottled, whileUnsettled, afterRotation, never(...refusals, ...final, ...taken), whileCreating],
        Catch: [decided, refused, failed],
        Next: 'MoveMedia',
      },
    ),
    MoveMedia: task('MoveMedia', 'Streams the media from S3 to the upload link.', {
      Retry: [
        whileMoving,
        never(...refusals, ...final, ...taken, 'UploadLinkSpentError', 'MediaPendingError'),
        anything,
      ],
      Catch: [
        decided,
        // Of a live capture only. An error and no question before the step, because each state of a drop is paid for.
        { ErrorEquals: ['MediaPendingError'], Next: 'AwaitMedia', ResultPath: null },
        { ErrorEquals: ['UploadLinkSpentError', ...whileMoving.ErrorEquals], Next: 'HowToWait', ResultPath: null },
        failed,
      ],
      Next: 'HowToWait',
    }),
    AwaitMedia: untilToken(
      task('AwaitMedia', 'Waits for the recording of a live capture, until the upload link expires.', {
        Retry: [never(...taken), whileRecording, recording],
        Catch: [decided, failed],
        Next: 'MoveMedia',
      }),
      'AwaitMedia',
      Math.min(callbackTimeoutSeconds, LOOK_SECONDS),
    ),
    HowToWait: {
      Type: 'Choice',
      Comment: 'Wait for a webhook first, or only poll?',
      Choices: [{ Variable: '$.claim.resultMode', StringEquals: 'callback', Next: 'AwaitWebhook' }],
      Default: 'FirstPause',
    } satisfies ChoiceState,
    FirstPause: {
      Type: 'Wait',
      Comment: 'A poll directly after the upload finds no verdict.',
      Seconds: FIRST_PAUSE_SECONDS,
      Next: 'ReadVerdict',
    } satisfies WaitState,
    AwaitWebhook: untilToken(
      task('AwaitWebhook', 'Waits for a notification, at most for the callback timeout.', {
        Retry: [never('States.Timeout'), anything],
        // If the wait fails in any way, the timed poll still finds the verdict.
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'ReadVerdict', ResultPath: null }],
        Next: 'ReadVerdict',
      }),
      'AwaitWebhook',
      callbackTimeoutSeconds,
    ),
    ReadVerdict: task('ReadVerdict', 'Reads the verdict from Truora, again until Truora has decided.', {
      Retry: [never('VerdictUnreachableError', 'AlreadyDecidedError'), whilePending],
      Catch: [decided, failed],
      Next: 'RecordOutcome',
    }),
    RecordOutcome: task('RecordOutcome', 'Records the verdict, once.', {
      Retry: [never('ClaimedElsewhereError'), recording],
      Catch: [failed],
      ...ends,
    }),
    RecordRefusal: task('RecordRefusal', 'Records a refusal: Truora was not asked to decide.', {
      Retry: [never(...taken), recording],
      Catch: [decided, failed],
      ...ends,
    }),
    ReadOutcome: task('ReadOutcome', 'Returns the stored outcome of a decided case.', {
      Retry: [anything],
      Catch: [failed],
      ...ends,
    }),
    RecordFailure: task('RecordFailure', 'Records the failure.', {
      Retry: [never(...taken), recording],
      Catch: [decided],
      Next: 'Failed',
    }),
    Failed: {
      Type: 'Fail',
      Comment: 'A person must look at the case.',
      Error: 'RevalidationFailedError',
      CausePath: '$.outcome.reason',
    } satisfies FailState,
  },
});
