import { randomUUID } from 'node:crypto';
import type { Execution, Machine } from './machine.ts';
import type { ObjectCreated } from './s3.ts';
import { resourcesOf, type Template } from './template.ts';

export type BusEvent = { source: string; 'detail-type': string; detail: unknown } & Record<string, unknown>;

type Rule = {
  EventPattern: Record<string, unknown>;
  Targets: { Arn: string; InputTransformer?: { InputTemplate: string } }[];
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

/** Hands an event to the targets of every rule in the template that matches it. */
export const busOf = (template: Template, machine: Machine) => {
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ properties }) => properties as unknown as Rule);
  return {
    /** @returns the executions the event has started */
    put: (event: BusEvent): Execution[] =>
      rules
        .filter(({ EventPattern }) => matches(EventPattern, event))
        .flatMap(({ Targets }) => Targets)
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
