import { CAMPAIGN_SECONDS } from '../../shared/campaigns/campaign.ts';
import type { CampaignStep } from '../../shared/workflow/functions.ts';
import type { Retrier } from './asl.ts';
import { anything, never, recording } from './retriers.ts';
import { functionSeconds, MACHINE_SECONDS, STATE_MARGIN_SECONDS } from './timeouts.ts';

/** A state of the machine of campaigns. It uses types of states that the machine of cases does not have. */
export type CampaignState = { Type: 'Task' | 'Choice' | 'Wait' | 'Map' | 'Succeed'; [field: string]: unknown };

export type CampaignDefinition = {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, CampaignState>;
};

/** The name of the Distributed Map in the ARNs of its children. */
export const ROWS_LABEL = 'Rows';

/** No turn is free for a while: about every half minute (the jitter halves a minute), for as long as the campaign may last. */
const whileTurnFar: Retrier = {
  ErrorEquals: ['TurnFarError'],
  IntervalSeconds: 60,
  BackoffRate: 1,
  MaxAttempts: CAMPAIGN_SECONDS / 30,
  JitterStrategy: 'FULL',
};

/** Many rows wait: each asks about every hundred seconds. */
const whileQueueLong: Retrier = {
  ...whileTurnFar,
  ErrorEquals: ['QueueLongError'],
  IntervalSeconds: 200,
  MaxAttempts: CAMPAIGN_SECONDS / 100,
};

/**
 * The machine of cases could not be started: throttles and limits of Step Functions (seen: the names of its errors). A start under the
 * key of the row is free.
 */
const whileThrottled: Retrier = {
  ...anything,
  ErrorEquals: [
    'StepFunctions.ThrottlingException',
    'StepFunctions.ExecutionLimitExceededException',
    'StepFunctions.SdkClientException',
    'StepFunctions.AWSStepFunctionsException',
  ],
  MaxDelaySeconds: 60,
  MaxAttempts: 30,
};

/** What a deployment puts in: the ARN of a function or of the machine of cases, or the name of the bucket. */
const named = (name: string): string => `\${${name}}`;

const task = (name: CampaignStep, rest: Record<string, unknown>): CampaignState => ({
  Type: 'Task',
  Resource: named(name),
  TimeoutSeconds: functionSeconds[name] + STATE_MARGIN_SECONDS,
  ...rest,
});

/** The states of one row: it waits for its turn, starts the machine of cases under its key, and its result is recorded. */
const child = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'WaitForTurn',
  States: {
    WaitForTurn: task('WaitForTurn', {
      Comment: 'When may this row begin? A row of a campaign that holds ends here, unless it has begun.',
      Parameters: { 'campaignId.$': '$.campaignId', 'rowKey.$': '$.rowKey' },
      ResultPath: '$.turn',
      Retry: [never('CampaignHeldError'), whileTurnFar, whileQueueLong, anything],
      Next: 'Turn',
    }),
    Turn: { Type: 'Wait', Comment: 'Until the turn.', TimestampPath: '$.turn.at', Next: 'Revalidate' },
    Revalidate: {
      Type: 'Task',
      Comment: 'The whole re-validation of the row. A repeat under its key is free.',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: {
        StateMachineArn: named('Revalidation'),
        Input: { 'request.$': '$.request', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id' },
      },
      ResultSelector: { 'Output.$': '$.Output' },
      ResultPath: '$.answer',
      // The machine of cases ends at its own limit.
      TimeoutSeconds: MACHINE_SECONDS + 60,
      Retry: [whileThrottled],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'RecordRow', ResultPath: '$.failure' }],
      Next: 'RecordRow',
    },
    RecordRow: task('RecordRow', {
      Comment: 'Records how the row ended, once.',
      Parameters: { 'row.$': '$' },
      Retry: [recording],
      End: true,
    }),
  },
};

/**
 * The machine of campaigns. Input: `{ campaignId, mode }`, with the mode `plan` or `run`. `\${Name}` stands for the ARN of a function, or
 * of the machine of cases. It reads and writes its objects in `\${Bucket}`.
 *
 * A run begins and ends with SumUp, which knows from the ledger which rows have ended: the run after an execution that was killed goes on
 * with the others.
 */
export const campaignDefinition = (): CampaignDefinition => ({
  Comment: 'Plans a campaign, or re-validates its rows at its pace.',
  StartAt: 'WhatFirst',
  TimeoutSeconds: CAMPAIGN_SECONDS,
  States: {
    WhatFirst: {
      Type: 'Choice',
      Comment: 'A plan, or a run?',
      Choices: [{ Variable: '$.mode', StringEquals: 'plan', Next: 'ReadManifest' }],
      Default: 'SumUp',
    },
    ReadManifest: task('ReadManifest', {
      Comment: 'Reads the manifest and checks its rows, as far as the time of one call lasts.',
      Parameters: { 'state.$': '$' },
      ResultPath: '$.plan',
      Retry: [anything],
      Next: 'IsPlanned',
    }),
    IsPlanned: {
      Type: 'Choice',
      Comment: 'Are there more rows to check?',
      Choices: [{ Variable: '$.plan.next', StringEquals: 'again', Next: 'ReadManifest' }],
      Default: 'Done',
    },
    SumUp: task('SumUp', {
      Comment: 'Which rows have ended? Writes results, retry file and what is left.',
      Parameters: { 'state.$': '$' },
      ResultPath: '$.sum',
      Retry: [anything],
      Next: 'HowOn',
    }),
    HowOn: {
      Type: 'Choice',
      Comment: 'Another round of rows?',
      Choices: [{ Variable: '$.sum.next', StringEquals: 'rows', Next: 'Rows' }],
      Default: 'Done',
    },
    Rows: {
      Type: 'Map',
      Comment: 'A child execution for each row that is left.',
      Label: ROWS_LABEL,
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: named('Bucket'), 'Key.$': '$.sum.rows' },
      },
      MaxConcurrencyPath: '$.sum.children',
      // Held rows end as failed children. SumUp counts.
      ToleratedFailurePercentage: 100,
      ItemProcessor: child,
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: named('Bucket'), 'Prefix.$': '$.sum.runs' },
      },
      ResultPath: null,
      Next: 'SumUp',
    },
    Done: { Type: 'Succeed', Comment: 'The campaign is planned, paused or over.' },
  },
});
