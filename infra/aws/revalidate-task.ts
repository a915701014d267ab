import { Duration, type IResolvable } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  IntegrationPattern,
  type IStateMachine,
  StateMachine,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import { MACHINE_SECONDS } from '../workflow/timeouts.ts';
import { parameterOf } from './parameters.ts';

/** The machine of a stage that another stack has deployed. */
export const machineOfStage = (scope: Construct, id: string, stage: string): IStateMachine =>
  StateMachine.fromStateMachineArn(
    scope,
    id,
    StringParameter.valueForStringParameter(scope, parameterOf({ stage }, 'machine-arn')),
  );

/**
 * The request of a caller's workflow: the fields of a call (`CallRequest`), each a constant or taken from the caller's state
 * (`JsonPath.stringAt`; `JsonPath.objectAt` for values that are no strings).
 */
export type Ask = Pick<CallRequest, 'accountId' | 'enrollmentId' | 'media'> & {
  /** That the person agreed. Take it from your state, where the consent was recorded. */
  userAuthorized: true | IResolvable;
  options?: CallRequest['options'] | IResolvable;
  reference?: string;
  idempotencyKey?: string;
  /** Decides, and charges, the same media again. Give an idempotency key too: retries of a Task are new executions. */
  forceNew?: CallRequest['forceNew'];
  /** The maximum age of an existing answer about the same media; an older one is refused. Seconds. */
  maxAgeSeconds?: number;
  /** The path of the answer in the caller's state; its `Output` is the outcome. */
  resultPath?: string;
};

/**
 * The entry point for workflows, as a state: `startExecution.sync:2` of the machine. It succeeds with every outcome, also
 * `declined` and `refused`, and fails with `States.TaskFailed` only for `failed`.
 */
export const revalidateWith = (
  machine: IStateMachine,
  scope: Construct,
  id: string,
  { resultPath, ...call }: Ask,
): StepFunctionsStartExecution =>
  new StepFunctionsStartExecution(
    scope,
    id,
    defined({
      stateMachine: machine,
      integrationPattern: IntegrationPattern.RUN_JOB,
      input: TaskInput.fromObject({ request: { kind: 'call', ...call } }),
      // Adds AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID, by which the console links the two executions.
      associateWithParent: true,
      // The machine ends at its own limit; the caller waits a minute longer.
      taskTimeout: Timeout.duration(Duration.seconds(MACHINE_SECONDS + 60)),
      resultPath,
    }),
  );
