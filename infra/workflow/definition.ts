import { type StepName, steps } from '../../shared/workflow/contract.ts';
import type { Catcher, ChoiceState, Definition, FailState, Retrier, TaskState, WaitState } from './asl.ts';
import {
  anything,
  FIRST_PAUSE_SECONDS,
  never,
  onceTheKeyIsNew,
  recording,
  whileBusy,
  whileClaimedElsewhere,
  whileCreating,
  whileEnrollmentPending,
  whileHeldBack,
  whileMoving,
  whilePending,
  whileUnsettled,
} from './retriers.ts';
import { functionSeconds, MACHINE_SECONDS, STATE_MARGIN_SECONDS } from './timeouts.ts';

/** Answers, not faults: the request cannot be taken to Truora as it is. They end the execution well, as `refused`. */
const refusals = [
  'RequestInvalidError',
  'MediaUnacceptableError',
  'MediaGoneError',
  'EnrollmentNotReadyError',
  'EnrollmentPendingError',
  'SpendingRefusedError',
];

/** Where trying again cannot help, or could cost money. */
const final = ['TruoraRejectedError', 'CreationUnconfirmedError', 'UploadLinkUnsafeError'];

/** The claim is not ours to work on (any more): it was canceled meanwhile, or somebody else decided it. */
const taken = ['AlreadyDecidedError', 'ClaimedElsewhereError'];

const decided: Catcher = { ErrorEquals: ['AlreadyDecidedError'], Next: 'ReadOutcome', ResultPath: '$.repeat' };

const refused: Catcher = { ErrorEquals: refusals, Next: 'RecordRefusal', ResultPath: '$.refusal' };

const failed: Catcher = { ErrorEquals: ['States.ALL'], Next: 'RecordFailure', ResultPath: '$.failure' };

type Ending = { Next: string } | { End: true; OutputPath: '$.outcome' };

/**
 * What a step's function is called with. The request is read from the input that the execution was started with, which no
 * state can change; every other entry is read from the journal, which only our states have written.
 */
const parametersOf = (name: StepName): Record<string, string> => {
  const reads: readonly string[] = steps[name].reads;
  return {
    ...(name === 'ClaimRequest' ? {} : { 'journal.$': '$' }),
    ...(reads.includes('request') ? { 'input.$': '$$.Execution.Input' } : {}),
    'executionId.$': '$$.Execution.Id',
  };
};

/**
 * The first state. Whoever may start the machine chooses its whole input, so none of it becomes the journal: the claim, or the
 * error, takes its place. A forged entry (a claim, a receipt, a bell) is gone before a step could read it.
 */
const first = ({ ResultPath: _, Catch = [], ...state }: TaskState): TaskState => ({
  ...state,
  ResultSelector: { 'claim.$': '$' },
  Catch: Catch.map(({ ErrorEquals, Next }) => ({ ErrorEquals, Next })),
});

/** One step of the contract as a state: its function gets the whole journal and adds one entry to it. */
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

/** A step that parks until someone brings its token back: the same call, and the token beside the journal. */
const park = (state: TaskState, name: StepName, TimeoutSeconds: number): TaskState => ({
  ...state,
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: `\${${name}}`, Payload: { ...state.Parameters, 'taskToken.$': '$$.Task.Token' } },
  TimeoutSeconds,
});

const ends = { End: true, OutputPath: '$.outcome' } as const;

/**
 * The state machine, in the order a drop walks it. A plain value: CDK hands it to AWS as it is, and the local world runs
 * the very same text. `${Name}` stands for the ARN of the function of that name.
 * @param callbackTimeoutSeconds how long AwaitWebhook waits for a bell before the timed poll takes over
 */
export const definition = ({ callbackTimeoutSeconds }: { callbackTimeoutSeconds: number }): Definition => ({
  Comment: 'Re-validates the face of one person with one media at Truora, and records one outcome.',
  StartAt: 'ClaimRequest',
  TimeoutSeconds: MACHINE_SECONDS,
  States: {
    ClaimRequest: first(
      task('ClaimRequest', 'Is this request in order, and ours alone?', {
        Retry: [never(...refusals, 'AlreadyDecidedError'), whileClaimedElsewhere, anything],
        Catch: [decided, refused, failed],
        Next: 'CheckEnrollment',
      }),
    ),
    CheckEnrollment: task('CheckEnrollment', 'Does Truora know this face?', {
      Retry: [whileEnrollmentPending, whileBusy, onceTheKeyIsNew, never(...refusals, ...final), anything],
      Catch: [refused, failed],
      Next: 'CreateValidation',
    }),
    CreateValidation: task(
      'CreateValidation',
      'The one charged call. Lost, it is looked for, and never just repeated.',
      {
        Retry: [whileHeldBack, whileUnsettled, onceTheKeyIsNew, never(...refusals, ...final, ...taken), whileCreating],
        Catch: [decided, refused, failed],
        Next: 'MoveMedia',
      },
    ),
    MoveMedia: task('MoveMedia', 'S3 to the upload link, streamed.', {
      Retry: [whileMoving, never(...refusals, ...final, ...taken, 'UploadLinkSpentError'), anything],
      Catch: [
        decided,
        { ErrorEquals: ['UploadLinkSpentError', ...whileMoving.ErrorEquals], Next: 'HowToWait', ResultPath: null },
        failed,
      ],
      Next: 'HowToWait',
    }),
    HowToWait: {
      Type: 'Choice',
      Comment: 'For a webhook first, or by the timed poll alone?',
      Choices: [{ Variable: '$.claim.resultMode', StringEquals: 'callback', Next: 'AwaitWebhook' }],
      Default: 'FirstPause',
    } satisfies ChoiceState,
    FirstPause: {
      Type: 'Wait',
      Comment: 'A look right after the upload finds nothing.',
      Seconds: FIRST_PAUSE_SECONDS,
      Next: 'ReadVerdict',
    } satisfies WaitState,
    AwaitWebhook: park(
      task('AwaitWebhook', 'Parked until a notification rings, or patience is over.', {
        Retry: [never('States.Timeout'), anything],
        // Whatever happens to the wait, the timed poll still finds the verdict.
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'ReadVerdict', ResultPath: null }],
        Next: 'ReadVerdict',
      }),
      'AwaitWebhook',
      callbackTimeoutSeconds,
    ),
    ReadVerdict: task('ReadVerdict', 'What does Truora itself say? Asked again until it has decided.', {
      Retry: [never('VerdictUnreachableError'), whilePending],
      Catch: [failed],
      Next: 'RecordOutcome',
    }),
    RecordOutcome: task('RecordOutcome', 'One verdict, one record.', {
      Retry: [never('ClaimedElsewhereError'), recording],
      Catch: [failed],
      ...ends,
    }),
    RecordRefusal: task('RecordRefusal', 'Truora was never asked to decide.', {
      Retry: [never(...taken), recording],
      Catch: [decided, failed],
      ...ends,
    }),
    ReadOutcome: task('ReadOutcome', 'Decided before: the stored outcome is the answer.', {
      Retry: [anything],
      Catch: [failed],
      ...ends,
    }),
    RecordFailure: task('RecordFailure', 'Given up, and written down.', {
      Retry: [never(...taken), recording],
      Catch: [decided],
      Next: 'Failed',
    }),
    Failed: {
      Type: 'Fail',
      Comment: 'A person should look.',
      Error: 'RevalidationFailedError',
      CausePath: '$.outcome.reason',
    } satisfies FailState,
  },
});
