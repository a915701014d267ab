import { randomUUID } from 'node:crypto';
import type { Permissions } from './iam/roles.ts';
import type { Invocation, LambdaHost } from './lambda.ts';
import type { ObjectCreated } from './s3/server.ts';
import type { Execution, Machine } from './state-machine.ts';
import { resourcesOf, type Template } from './template.ts';

export type BusEvent = { source: string; 'detail-type': string; detail: unknown } & Record<string, unknown>;

type Rule = {
  EventBusName?: string;
  EventPattern?: Record<string, unknown>;
  ScheduleExpression?: string;
  Targets: Target[];
};

type Target = {
  Id: string;
  Arn: string;
  RoleArn?: string;
  InputTransformer?: { InputTemplate: string };
  DeadLetterConfig?: { Arn: string };
};

/** The message that EventBridge sends to a dead-letter queue: the event, and the error as attributes. */
export type DeadLetter = { queueArn: string; body: string; attributes: Record<string, string> };

/** The event that S3 sends to EventBridge for a new object version, with the key as it is. */
export const objectCreatedEvent = (created: ObjectCreated): BusEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '000000000000',
  time: created.at.toISOString().replace(/\.\d+Z$/, 'Z'),
  region: 'us-east-1',
  resources: [`arn:aws:s3:::${created.bucket}`],
  detail: {
    version: '0',
    bucket: { name: created.bucket },
    object: {
      key: created.key,
      size: created.bytes,
      etag: created.etag,
      'version-id': created.versionId,
      sequencer: created.sequencer,
    },
    'request-id': randomUUID(),
    requester: '000000000000',
    'source-ip-address': '127.0.0.1',
    reason: created.reason,
  },
});

/** One entry of a PutEvents call, as it is sent. */
export type BusEntry = { EventBusName: string; Source: string; DetailType: string; Detail: string; Time: number };

/** The event that EventBridge makes of an entry. */
export const eventOf = ({ Source, DetailType, Detail, Time }: BusEntry): BusEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': DetailType,
  source: Source,
  account: '000000000000',
  time: new Date(Time * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
  region: 'us-east-1',
  resources: [],
  detail: JSON.parse(Detail),
});

/** The event that Step Functions sends when an execution changes its status. */
export const executionEvent = ({ executionArn, status, input, error, cause, startedAt }: Execution): BusEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  account: '000000000000',
  time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  region: 'us-east-1',
  resources: [executionArn],
  detail: {
    executionArn,
    stateMachineArn: executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
    name: executionArn.split(':').at(-1),
    status,
    startDate: startedAt.getTime(),
    stopDate: Date.now(),
    input: JSON.stringify(input),
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
    error: error ?? null,
    cause: cause ?? null,
  },
});

/**
 * The default bus, for events of AWS services, and the template's own bus, for outcomes. A failed start is not retried here, unlike
 * at EventBridge: its event goes to the dead-letter queue at once.
 * @param onAnnounced gets each event on the template's own bus
 * @param permissions of the rules' roles; without it every start is allowed. A function's own policy is always checked.
 */
export const busOf = (
  template: Template,
  { machine, lambda, permissions }: { machine: Machine; lambda: LambdaHost; permissions?: Permissions },
  onAnnounced: (event: BusEvent) => void = () => {},
) => {
  const own = resourcesOf(template, 'AWS::Events::EventBus').map(({ ref }) => ref);
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ arn, properties }) => ({
    arn,
    ...(properties as unknown as Rule),
  }));
  const mayInvoke = invokePermissionsOf(template);
  const deadLetters: DeadLetter[] = [];

  /** Does the work, or puts the event into the target's queue. @returns undefined when the work failed */
  const attempt = <Done>({ Arn, DeadLetterConfig }: Target, event: BusEvent, work: () => Done): Done | undefined => {
    try {
      return work();
    } catch (error) {
      const { name, message } = error as Error;
      const attributes = { TARGET_ARN: Arn, ERROR_CODE: name, ERROR_MESSAGE: message };
      // Without a queue the event is lost, as in AWS. The message is the event, not the transformed input (seen).
      if (DeadLetterConfig)
        deadLetters.push({ queueArn: DeadLetterConfig.Arn, body: JSON.stringify(event), attributes });
      return undefined;
    }
  };

  const invoke = (ruleArn: string, target: Target, event: BusEvent): Promise<Invocation> | undefined =>
    attempt(target, event, () => {
      if (!mayInvoke(ruleArn, target.Arn)) throw noPermissions();
      return lambda.invoke(target.Arn, event);
    });

  const start = (ruleArn: string, target: Target, event: BusEvent): Execution[] => {
    const { Arn, RoleArn = '', InputTransformer } = target;
    if (Arn.includes(':function:')) {
      void invoke(ruleArn, target, event);
      return [];
    }
    if (Arn !== machine.arn) throw new TypeError('only the state machine and functions can be targets here');
    const body = JSON.stringify(event);
    // A function, not a text: in a replacement text `$&` has a meaning.
    const input = InputTransformer?.InputTemplate.replace('<aws.events.event.json>', () => body) ?? body;
    const execution = attempt(target, event, () => {
      if (permissions && !permissions.may(RoleArn, { action: 'states:StartExecution', resource: Arn }))
        throw noPermissions();
      return machine.start(JSON.parse(input));
    });
    return execution ? [execution] : [];
  };

  /** Sends an event to the targets of every matching rule of a bus; of the default bus without a name. */
  const put = (event: BusEvent, bus?: string): Execution[] =>
    rules
      .filter(
        ({ EventBusName, EventPattern }) =>
          EventBusName === bus && EventPattern !== undefined && matches(EventPattern, event),
      )
      .flatMap(({ arn, Targets }) => Targets.flatMap((target) => start(arn, target, event)));

  return {
    /** The messages in the queues of the rules, oldest first. */
    deadLetters,
    /** @returns false when the bus is not the template's own */
    announce: (entry: BusEntry): boolean => {
      if (!own.includes(entry.EventBusName)) return false;
      const event = eventOf(entry);
      onAnnounced(event);
      put(event, entry.EventBusName);
      return true;
    },
    /** Runs each scheduled target once, or one of them, by its target's id. @returns how each ended */
    tick: (only?: string): Promise<Invocation[]> => {
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      const scheduled = rules
        .filter(({ ScheduleExpression }) => ScheduleExpression)
        .flatMap(({ arn, Targets }) => Targets.map((target) => ({ arn, target })))
        .filter(({ target }) => only === undefined || target.Id === only);
      return Promise.all(scheduled.flatMap(({ arn, target }) => invoke(arn, target, event) ?? []));
    },
    /**
     * Sends an event of AWS to the targets of every rule on the default bus that matches it. It does not wait for functions, and
     * does not retry them; their errors are in the log.
     * @returns the executions that the event has started
     */
    put: (event: BusEvent): Execution[] => put(event),
  };
};

/** EventBridge's error for a target that the rule may not start. */
const noPermissions = () => Object.assign(new Error('The rule may not start its target.'), { name: 'NO_PERMISSIONS' });

/** A rule has no role for a function: the function's own policy says which rule may invoke it. */
const invokePermissionsOf = (template: Template): ((ruleArn: string, functionArn: string) => boolean) => {
  const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(({ properties }) => properties);
  return (ruleArn, functionArn) =>
    permissions.some(
      ({ Action, Principal, SourceArn, FunctionName }) =>
        Action === 'lambda:InvokeFunction' &&
        Principal === 'events.amazonaws.com' &&
        SourceArn === ruleArn &&
        FunctionName === functionArn,
    );
};

/** EventBridge's matching as far as the template uses it: nested fields, literal values and prefixes. */
export const matches = (pattern: Record<string, unknown>, event: unknown): boolean =>
  Object.entries(pattern).every(([field, wanted]) => {
    const value = (event as Record<string, unknown> | undefined)?.[field];
    if (!Array.isArray(wanted)) return matches(wanted as Record<string, unknown>, value);
    return wanted.some((one) => {
      if (one === null || typeof one !== 'object') return one === value;
      const [[operator, operand] = []] = Object.entries(one);
      if (operator !== 'prefix') throw new TypeError(`event patterns with ${operator} are not supported here`);
      return typeof value === 'string' && value.startsWith(String(operand));
    });
  });
