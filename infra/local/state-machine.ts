import { randomUUID } from 'node:crypto';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { TaskState } from '../workflow/asl.ts';
import { paced, substituted, untimed } from './definition.ts';
import { isShown, type MachineEvent, report, withoutData } from './history.ts';
import { denialOf, type Permissions } from './iam/roles.ts';
import type { LambdaHost } from './lambda.ts';
import { resourcesOf, type Template } from './template.ts';

/** Step Functions' limit on a state's result. Bytes. */
const MAX_DATA_BYTES = 262_144;

/** Ended executions that can still be described: ten thousand runs must need no more memory than one thousand. */
const MOST_ENDED = 1000;

/** The rule that every `startExecution.sync` uses (documented). */
const SYNC_RULE = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';

export type Execution = {
  executionArn: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  startedAt: Date;
  input: unknown;
  output?: unknown;
  error?: string;
  cause?: string;
  /** The states that it has entered, and the errors of their functions. */
  history?: MachineEvent[];
  /** Settles when the execution has ended, in any status. */
  ended: Promise<void>;
};

export type Machine = {
  arn: string;
  start(input: unknown, name?: string): Execution;
  stop(executionArn: string): void;
  describe(executionArn: string): Execution | undefined;
  sendTaskSuccess(taskToken: string, output: string): void;
  sendTaskFailure(taskToken: string, error: string, cause: string): void;
  /** Stops all running executions and waits for them. */
  close(): Promise<void>;
};

/** An error for the engine: Retry and Catch match `name`, and `message` becomes the cause. */
const engineError = (name: string, message: string, more: { isRetryable?: false; isCatchable?: false } = {}) =>
  Object.assign(new Error(message), { name, ...more });

/** Neither retried nor caught: the engine's Retry would continue after an abort. */
const overError = () =>
  engineError('States.Runtime', 'the execution is over', { isRetryable: false, isCatchable: false });

type MachineOptions = {
  pace: number;
  onEvent: (event: MachineEvent) => void;
  onEnded?: (execution: Execution) => void;
  others?: readonly Machine[];
  permissions?: Permissions;
};

/** An execution that waits for its task token. */
type Wait = { executionArn: string; resolve: (output: unknown) => void; reject: (error: Error) => void };

/**
 * Runs the synthesized definition on `aws-local-stepfunctions` and adds what the engine lacks: task tokens, Lambda's error shape,
 * the data limit, and no call after the end of an execution (the engine's Retry continues after an abort).
 * @param pace factor on the seconds between retries; 1 is the definition's own
 * @param onEnded gets each ended execution, except those that end because the machine is closed
 * @param others the machines that a task of this one may start and wait for
 * @param permissions of the roles; without it every call is allowed
 */
export const machineOf = (
  template: Template,
  lambda: LambdaHost,
  { pace, onEvent, onEnded = () => {}, others = [], permissions }: MachineOptions,
): Machine => {
  const [resource] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  if (!resource) throw new TypeError('no state machine in the template');
  const definition = paced(substituted(resource.properties), pace);
  // Scaled intervals are fractions of a second, which AWS would refuse. A test validates the definition itself.
  const engine = new StateMachine(untimed(definition) as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
  const executions = new Map<string, Execution & { abort: () => void }>();
  const endedArns: string[] = [];
  const forgetOldest = (executionArn: string) => {
    endedArns.push(executionArn);
    if (endedArns.length > MOST_ENDED) executions.delete(endedArns.shift() ?? '');
  };
  const waits = new Map<string, Wait>();
  let isClosing = false;

  const handlerOf = (state: TaskState, executionArn: string, isOver: () => boolean) => async (input: unknown) => {
    if (isOver()) throw overError();
    if (state.Resource.endsWith('.waitForTaskToken')) return waitForToken(state, executionArn, input);
    const result = await (state.Resource.endsWith(':states:startExecution.sync:2')
      ? startAndWait(input)
      : invoke(state.Resource, input));
    if (Buffer.byteLength(JSON.stringify(result)) > MAX_DATA_BYTES) {
      throw engineError('States.DataLimitExceeded', 'the result is too large', {
        isRetryable: false,
        isCatchable: false,
      });
    }
    return result;
  };

  /** Checks the machine's own role. The names of the errors are from published histories (seen). */
  const refuseUnless = (error: string, action: string, target: string): void => {
    const role = String(resource.properties.RoleArn);
    const ask = { action, resource: target };
    if (permissions?.may(role, ask) === false) throw engineError(error, denialOf(role, ask));
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

  const start: Machine['start'] = (input, name = randomUUID()) => {
    const executionArn = `${resource.ref.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = executions.get(executionArn);
    if (existing) return existing;
    const execution: Execution & { abort: () => void } = {
      executionArn,
      status: 'RUNNING',
      startedAt: new Date(),
      input,
      history: [],
      abort: () => {},
      ended: Promise.resolve(),
    };
    // The engine resumes a retry before it reports the timeout, so the clock is checked too.
    const endsAt = Date.now() + definition.TimeoutSeconds * 1000;
    const isOver = () => execution.status !== 'RUNNING' || Date.now() >= endsAt;
    const endWaits = () => {
      for (const wait of waits.values()) if (wait.executionArn === executionArn) wait.reject(overError());
    };
    const tasks = Object.entries(definition.States).filter(
      (entry): entry is [string, TaskState] => entry[1].Type === 'Task',
    );
    const run = engine.run(structuredClone(input) as never, {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(
          tasks.map(([state, task]) => [state, handlerOf(task, executionArn, isOver) as never]),
        ),
      },
      context: {
        Execution: { Id: executionArn, Name: name, Input: structuredClone(input) as never },
        // Read once for each entry of the waiting state, so each entry and each retry gets its own token.
        Task: {
          get Token() {
            return randomUUID();
          },
        },
      },
    });
    execution.abort = () => {
      if (execution.status !== 'RUNNING') return;
      execution.status = 'ABORTED';
      run.abort();
      endWaits();
    };
    execution.ended = run.result
      .then(
        (output) => {
          if (execution.status === 'RUNNING') Object.assign(execution, { status: 'SUCCEEDED', output });
        },
        (error: Error & { cause?: Partial<Error> }) => {
          endWaits();
          if (execution.status !== 'RUNNING') return;
          const status = Date.now() >= endsAt ? 'TIMED_OUT' : 'FAILED';
          Object.assign(execution, { status, error: error.cause?.name, cause: error.cause?.message });
        },
      )
      .then(() => {
        if (!isClosing) onEnded(execution);
      });
    executions.set(executionArn, execution);
    void execution.ended.then(() => forgetOldest(executionArn));
    void report(executionArn, run.eventLogs, (event) => {
      if (isShown(event)) execution.history?.push(withoutData(event));
      onEvent(event);
    });
    return execution;
  };

  return {
    arn: resource.ref,
    start,
    stop: (executionArn) => executions.get(executionArn)?.abort(),
    describe: (executionArn) => executions.get(executionArn),
    sendTaskSuccess: (taskToken, output) => takeWait(taskToken).resolve(JSON.parse(output)),
    sendTaskFailure: (taskToken, error, cause) => takeWait(taskToken).reject(engineError(error, cause)),
    close: async () => {
      isClosing = true;
      const open = [...executions.values()].filter(({ status }) => status === 'RUNNING');
      for (const { abort } of open) abort();
      await Promise.allSettled(open.map(({ ended }) => ended));
    },
  };
};
