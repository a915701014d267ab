import { randomUUID } from 'node:crypto';
import type { Rights } from './iam/roles.ts';
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

/** What EventBridge leaves in a queue when a target could not be reached: the event itself, and why. */
export type DeadLetter = { queueArn: string; body: string; attributes: Record<string, string> };

/** The event that S3 sends to EventBridge for a new object version; the key stands in it as it is. */
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

/** One entry of a PutEvents, as it comes over the wire. */
export type BusEntry = { EventBusName: string; Source: string; DetailType: string; Detail: string; Time: number };

/** What EventBridge makes of an entry that one of us has put on a bus. */
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

/** The event that Step Functions sends when an execution has changed its status. */
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
 * The default bus, where AWS's services speak, and the template's own, where outcomes are announced. A start that fails is not tried
 * again here, as EventBridge would for as long as the rule says: its event goes to the dead letters at once.
 * @param onAnnounced hears what is put on the template's own bus
 * @param rights what the rules' roles may start; everything when left out. A function's own permissions are always asked.
 */
export const busOf = (
  template: Template,
  { machine, lambda, rights }: { machine: Machine; lambda: LambdaHost; rights?: Rights },
  onAnnounced: (event: BusEvent) => void = () => {},
) => {
  const own = resourcesOf(template, 'AWS::Events::EventBus').map(({ ref }) => ref);
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ arn, properties }) => ({
    arn,
    ...(properties as unknown as Rule),
  }));
  const mayWake = permissionsIn(template);
  const deadLetters: DeadLetter[] = [];

  /** Does it, or leaves the event in the target's queue. @returns undefined for what could not be done */
  const attempt = <Done>({ Arn, DeadLetterConfig }: Target, event: BusEvent, work: () => Done): Done | undefined => {
    try {
      return work();
    } catch (error) {
      const { name, message } = error as Error;
      const attributes = { TARGET_ARN: Arn, ERROR_CODE: name, ERROR_MESSAGE: message };
      // Without a queue the event is gone, here as there. Seen: the event, and not what the template makes of it.
      if (DeadLetterConfig)
        deadLetters.push({ queueArn: DeadLetterConfig.Arn, body: JSON.stringify(event), attributes });
      return undefined;
    }
  };

  const wake = (ruleArn: string, target: Target, event: BusEvent): Promise<Invocation> | undefined =>
    attempt(target, event, () => {
      if (!mayWake(ruleArn, target.Arn)) throw noPermissions();
      return lambda.invoke(target.Arn, event);
    });

  const start = (ruleArn: string, target: Target, event: BusEvent): Execution[] => {
    const { Arn, RoleArn = '', InputTransformer } = target;
    if (Arn.includes(':function:')) {
      void wake(ruleArn, target, event);
      return [];
    }
    if (Arn !== machine.arn) throw new TypeError('only the state machine and functions can be targets here');
    const body = JSON.stringify(event);
    // A function, not a text: in a replacement text `$&` and its like would be read as commands.
    const input = InputTransformer?.InputTemplate.replace('<aws.events.event.json>', () => body) ?? body;
    const execution = attempt(target, event, () => {
      if (rights && !rights.may(RoleArn, { action: 'states:StartExecution', resource: Arn })) throw noPermissions();
      return machine.start(JSON.parse(input));
    });
    return execution ? [execution] : [];
  };

  return {
    /** What lies in the queues that the rules name, oldest first. */
    deadLetters,
    /** @returns true when the bus is the template's own, and has taken the event */
    announce: (entry: BusEntry): boolean => {
      if (!own.includes(entry.EventBusName)) return false;
      onAnnounced(eventOf(entry));
      return true;
    },
    /** Wakes whatever a rule wakes by the clock, once; or one of them, by its target's id. @returns how each ended */
    tick: (only?: string): Promise<Invocation[]> => {
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      const woken = rules
        .filter(({ ScheduleExpression }) => ScheduleExpression)
        .flatMap(({ arn, Targets }) => Targets.map((target) => ({ arn, target })))
        .filter(({ target }) => only === undefined || target.Id === only);
      return Promise.all(woken.flatMap(({ arn, target }) => wake(arn, target, event) ?? []));
    },
    /**
     * An event of AWS's own: handed to the targets of every rule on the default bus that matches it. A function is not
     * waited for, and what it throws is in its log: here nobody wakes it again.
     * @returns the executions the event has started
     */
    put: (event: BusEvent): Execution[] =>
      rules
        .filter(
          ({ EventBusName, EventPattern }) =>
            EventBusName === undefined && EventPattern !== undefined && matches(EventPattern, event),
        )
        .flatMap(({ arn, Targets }) => Targets.flatMap((target) => start(arn, target, event))),
  };
};

/** What EventBridge says of a target that the rule may not start. */
const noPermissions = () => Object.assign(new Error('The rule may not start its target.'), { name: 'NO_PERMISSIONS' });

/** A rule has no role for a function: the function's own policy says which rule may wake it. */
const permissionsIn = (template: Template): ((ruleArn: string, functionArn: string) => boolean) => {
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

/** EventBridge's matching, as far as the template uses it: nested fields, literal values and prefixes. */
export const matches = (pattern: Record<string, unknown>, event: unknown): boolean =>
  Object.entries(pattern).every(([field, wanted]) => {
    const value = (event as Record<string, unknown> | undefined)?.[field];
    if (!Array.isArray(wanted)) return matches(wanted as Record<string, unknown>, value);
    return wanted.some((one) => {
      if (one === null || typeof one !== 'object') return one === value;
      const [[operator, operand] = []] = Object.entries(one);
      if (operator !== 'prefix') throw new TypeError(`event patterns with ${operator} are not known here`);
      return typeof value === 'string' && value.startsWith(String(operand));
    });
  });
