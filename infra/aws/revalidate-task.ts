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
 * What a caller's workflow asks for: a call's fields (`CallRequest`), each said now or taken from the caller's state
 * (`JsonPath.stringAt`; `JsonPath.objectAt` for what is no text).
 */
export type Ask = Pick<CallRequest, 'accountId' | 'enrollmentId' | 'media'> & {
  /** That the person agreed. Take it from your state, where somebody has written it down. */
  userAuthorized: true | IResolvable;
  options?: CallRequest['options'] | IResolvable;
  reference?: string;
  idempotencyKey?: string;
  /** The one way to have the same media decided, and paid for, once more. Bring a key: retries of a Task are new executions. */
  forceNew?: CallRequest['forceNew'];
  /** The oldest answer that is taken where the same media was asked about before; an older one is refused. Seconds. */
  maxAgeSeconds?: number;
  /** Where in the caller's state the answer goes; its `Output` is the outcome. */
  resultPath?: string;
};

/**
 * The third door, as a state: `startExecution.sync:2` of the machine. It succeeds with whatever was answered, `declined`
 * and `refused` too, and fails with `States.TaskFailed` only when we gave up.
 */
export const revalidateWith = (
  machine: IStateMachine,
  scope: Construct,
  id: string,
  { resultPath, ...call }: Ask,
): StepFunctionsStartExecution =>
  new StepFunctionsStartExecution(scope, id, {
    stateMachine: machine,
    integrationPattern: IntegrationPattern.RUN_JOB,
    input: TaskInput.fromObject({ request: { kind: 'call', ...call } }),
    // Adds AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID, by which the console links the two executions.
    associateWithParent: true,
    // The machine ends itself; who waits for it waits a minute longer.
    taskTimeout: Timeout.duration(Duration.seconds(MACHINE_SECONDS + 60)),
    ...(resultPath ? { resultPath } : {}),
  });
