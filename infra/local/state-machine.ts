import { randomUUID } from 'node:crypto';
import { ExecutionTimeoutError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { defined } from '../../shared/domain/defined.ts';
import type { Definition, TaskState } from '../workflow/asl.ts';
import { paced, substituted, untimed } from './definition.ts';
import { mapRuns, withoutMaps } from './distributed-map.ts';
import { engineError, refusalsOf } from './engine-errors.ts';
import { isShown, type MachineEvent, report, withoutData } from './history.ts';
import type { Permissions } from './iam/roles.ts';
import type { LambdaHost } from './lambda.ts';
import type { Execution, Machine } from './machine.ts';
import { tasksOf } from './machine-tasks.ts';
import { resourcesOf, type Template } from './template.ts';

/** Ended executions that can still be described: ten thousand runs must need no more memory than one thousand. */
const MOST_ENDED = 1000;

export type { Execution, Machine } from './machine.ts';

type MachineOptions = {
  pace: number;
  onEvent: (event: MachineEvent) => void;
  onEnded?: (execution: Execution) => void;
  others?: readonly Machine[];
  permissions?: Permissions;
  /** Of several machines in the template, the one with this in its id; the first when left out. */
  which?: string;
};

/** A machine to run: its ARN, its role and its definition, with everything put in. */
type Source = { arn: string; role: string; definition: Definition };

/**
 * Runs the synthesized definition on `aws-local-stepfunctions` and adds what the engine lacks: task tokens, Lambda's error shape,
 * the data limit, and no call after the end of an execution (the engine's Retry continues after an abort).
 * @param pace factor on the seconds between retries; 1 is the definition's own
 * @param onEnded gets each ended execution, except those that end because the machine is closed
 * @param others the machines that a task of this one may start and wait for
 * @param permissions of the roles; without it every call is allowed
 */
export const machineOf = (template: Template, lambda: LambdaHost, options: MachineOptions): Machine => {
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const resource = machines.find(({ id }) => id.includes(options.which ?? ''));
  if (!resource) throw new TypeError('no state machine in the template');
  const definition = paced(substituted(resource.properties), options.pace);
  return machineFrom({ arn: resource.ref, role: String(resource.properties.RoleArn), definition }, lambda, options);
};

/** The machine of campaigns, where the template has one. */
export const campaignsOf = (
  template: Template,
  lambda: LambdaHost,
  options: Omit<MachineOptions, 'onEvent' | 'which'>,
): Machine | undefined => {
  const which = 'Campaigns';
  const has = resourcesOf(template, 'AWS::StepFunctions::StateMachine').some(({ id }) => id.includes(which));
  return has ? machineOf(template, lambda, { ...options, which, onEvent: () => {} }) : undefined;
};

const machineFrom = (
  { arn, role, definition }: Source,
  lambda: LambdaHost,
  { onEvent, onEnded = () => {}, others = [], permissions, pace }: MachineOptions,
): Machine => {
  const quiet = defined({ others, permissions, pace, onEvent: () => {} });
  const childOf = (label: string, states: Omit<Definition, 'TimeoutSeconds'>): Machine =>
    machineFrom({ arn: `${arn}/${label}`, role, definition: { ...definition, ...states } }, lambda, quiet);
  const refuseUnless = refusalsOf(role, permissions);
  const maps = mapRuns({ arn, childOf, refuseUnless });
  const { handlerOf, takeWait, endWaits } = tasksOf({ lambda, refuseUnless, others, maps });
  const flat = withoutMaps(definition);
  // Scaled intervals are fractions of a second, which AWS would refuse. A test validates the definition itself.
  const engine = new StateMachine(untimed(flat) as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
  const executions = new Map<string, Execution & { abort: () => void }>();
  const endedArns: string[] = [];
  const forgetOldest = (executionArn: string) => {
    endedArns.push(executionArn);
    if (endedArns.length > MOST_ENDED) executions.delete(endedArns.shift() ?? '');
  };
  let isClosing = false;

  const start: Machine['start'] = (input, name = randomUUID()) => {
    const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
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
    const tasks = Object.entries(flat.States).filter((entry): entry is [string, TaskState] => entry[1].Type === 'Task');
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
      endWaits(executionArn);
    };
    execution.ended = run.result
      .then(
        (output) => {
          if (execution.status === 'RUNNING') Object.assign(execution, { status: 'SUCCEEDED', output });
        },
        (error: Error & { cause?: Partial<Error> }) => {
          endWaits(executionArn);
          if (execution.status !== 'RUNNING') return;
          // A timer may end a millisecond before the clock shows it.
          const isTimeout = error instanceof ExecutionTimeoutError || Date.now() >= endsAt;
          const status = isTimeout ? 'TIMED_OUT' : 'FAILED';
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
    arn,
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
