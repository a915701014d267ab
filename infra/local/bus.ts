import { randomUUID } from 'node:crypto';
import type { Execution, Machine } from './machine.ts';
import type { Rights } from './rights.ts';
import type { ObjectCreated } from './s3.ts';
import { resourcesOf, type Template } from './template.ts';

export type BusEvent = { source: string; 'detail-type': string; detail: unknown } & Record<string, unknown>;

type Rule = {
  EventBusName?: string;
  EventPattern: Record<string, unknown>;
  Targets: { Arn: string; RoleArn?: string; InputTransformer?: { InputTemplate: string } }[];
};

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

/**
 * The default bus, where S3 speaks, and the template's own, where outcomes are announced.
 * @param onAnnounced hears what is put on the template's own bus
 * @param rights who may do what; everybody everything when left out
 */
export const busOf = (
  template: Template,
  machine: Machine,
  onAnnounced: (event: BusEvent) => void = () => {},
  rights?: Rights,
) => {
  const own = resourcesOf(template, 'AWS::Events::EventBus').map(({ ref }) => ref);
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ properties }) => properties as unknown as Rule);
  return {
    /** @returns true when the bus is the template's own, and has taken the event */
    announce: (entry: BusEntry): boolean => {
      if (!own.includes(entry.EventBusName)) return false;
      onAnnounced(eventOf(entry));
      return true;
    },
    /**
     * An event of AWS's own: handed to the targets of every rule on the default bus that matches it.
     * @returns the executions the event has started
     */
    put: (event: BusEvent): Execution[] =>
      rules
        .filter(({ EventBusName, EventPattern }) => EventBusName === undefined && matches(EventPattern, event))
        .flatMap(({ Targets }) => Targets)
        // A target that the rule's role may not start gets nothing, and whoever put the event learns nothing of it.
        .filter(
          ({ Arn, RoleArn = '' }) => rights?.may(RoleArn, { action: 'states:StartExecution', resource: Arn }) ?? true,
        )
        .map(({ Arn, InputTransformer }) => {
          if (Arn !== machine.arn) throw new TypeError('only the state machine can be a target here');
          const text = JSON.stringify(event);
          // A function, not a text: in a replacement text `$&` and its like would be read as commands.
          return machine.start(
            JSON.parse(InputTransformer?.InputTemplate.replace('<aws.events.event.json>', () => text) ?? text),
          );
        }),
  };
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
