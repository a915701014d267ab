import type { TaskState } from '../workflow/asl.ts';
import type { MapRuns } from './distributed-map.ts';
import { engineError, overError, type RefuseUnless } from './engine-errors.ts';
import type { LambdaHost } from './lambda.ts';
import type { Machine } from './machine.ts';

/** Step Functions' limit on a state's result. Bytes. */
const MAX_DATA_BYTES = 262_144;

/** The rule that every `startExecution.sync` uses (documented). */
const SYNC_RULE = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';

/** An execution that waits for its task token. */
type Wait = { executionArn: string; resolve: (output: unknown) => void; reject: (error: Error) => void };

export type TaskOptions = {
  lambda: LambdaHost;
  refuseUnless: RefuseUnless;
  /** The machines that a task may start and wait for. */
  others: readonly Machine[];
  maps: MapRuns;
};

/** The work of the tasks of a machine: functions, task tokens, other machines, and a Distributed Map. */
export const tasksOf = ({ lambda, refuseUnless, others, maps }: TaskOptions) => {
  const waits = new Map<string, Wait>();

  const handlerOf = (state: TaskState, executionArn: string, isOver: () => boolean) => async (input: unknown) => {
    if (isOver()) throw overError();
    if (state.Resource.endsWith('.waitForTaskToken')) return waitForToken(state, executionArn, input);
    const result = await run(state, executionArn, input);
    if (Buffer.byteLength(JSON.stringify(result)) > MAX_DATA_BYTES) {
      throw engineError('States.DataLimitExceeded', 'the result is too large', {
        isRetryable: false,
        isCatchable: false,
      });
    }
    return result;
  };

  const run = (state: TaskState, executionArn: string, input: unknown): Promise<unknown> => {
    if (maps.isMap(state)) return maps.run(state, executionArn, input);
    return state.Resource.endsWith(':states:startExecution.sync:2')
      ? startAndWait(input)
      : invoke(state.Resource, input);
  };

  const invoke = async (functionArn: string, event: unknown): Promise<unknown> => {
    refuseUnless('Lambda.AWSLambdaException', 'lambda:InvokeFunction', functionArn);
    const answer = await lambda.invoke(functionArn, event);
    if ('error' in answer) throw engineError(answer.error.errorType, JSON.stringify(answer.error));
    return answer.result;
  };

  /** The output of another machine's execution as JSON, not as a string: the meaning of `:2`. */
  const startAndWait = async (input: unknown): Promise<unknown> => {
    const { StateMachineArn, Input } = input as { StateMachineArn: string; Input: unknown };
    const other = others.find(({ arn }) => arn === StateMachineArn);
    if (!other) throw engineError('StepFunctions.StateMachineDoesNotExistException', 'State Machine Does Not Exist');
    refuseUnless('StepFunctions.AWSStepFunctionsException', 'states:StartExecution', StateMachineArn);
    // Step Functions learns of the end through its own rule, and then reads the execution.
    const ruleArn = StateMachineArn.replace(/:states:(.*):stateMachine:.*$/, `:events:$1:${SYNC_RULE}`);
    for (const action of ['events:DescribeRule', 'events:PutRule', 'events:PutTargets']) {
      refuseUnless('StepFunctions.AWSStepFunctionsException', action, ruleArn);
    }
    const execution = other.start(JSON.parse(JSON.stringify(Input)));
    await execution.ended;
    refuseUnless('StepFunctions.AWSStepFunctionsException', 'states:DescribeExecution', execution.executionArn);
    const { executionArn, status, output, error, cause } = execution;
    const described = { ExecutionArn: executionArn, StateMachineArn, Status: status, Input };
    if (status === 'SUCCEEDED') return { ...described, Output: output };
    throw engineError('States.TaskFailed', JSON.stringify({ ...described, Error: error, Cause: cause }));
  };

  const waitForToken = async (state: TaskState, executionArn: string, input: unknown): Promise<unknown> => {
    const { FunctionName, Payload } = input as { FunctionName: string; Payload: { taskToken: string } };
    const { taskToken } = Payload;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waits.set(taskToken, { executionArn, resolve, reject });
    const timer = setTimeout(
      () => reject(engineError('States.Timeout', 'the callback timeout is over')),
      state.TimeoutSeconds * 1000,
    );
    try {
      await Promise.race([invoke(FunctionName, Payload), promise]);
      return await promise;
    } finally {
      clearTimeout(timer);
      waits.delete(taskToken);
    }
  };

  const takeWait = (taskToken: string) => {
    const wait = waits.get(taskToken);
    // AWS distinguishes an expired token from an unknown one; for the caller both mean "too late".
    if (!wait) throw engineError('TaskTimedOut', 'Task Timed Out');
    waits.delete(taskToken);
    return wait;
  };

  /** Ends what an execution waits for. */
  const endWaits = (executionArn: string): void => {
    for (const wait of waits.values()) if (wait.executionArn === executionArn) wait.reject(overError());
    maps.end(executionArn);
  };

  return { handlerOf, takeWait, endWaits };
};
