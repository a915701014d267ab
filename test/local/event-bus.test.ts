import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { type BusEvent, busOf, executionEvent, matches, objectCreatedEvent } from '../../infra/local/event-bus.ts';
import { permissionsIn, type RoleCall } from '../../infra/local/iam/roles.ts';
import type { LambdaHost } from '../../infra/local/lambda.ts';
import type { Machine } from '../../infra/local/state-machine.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { RevalidationRequest } from '../../shared/domain/request.ts';
import { synthesized } from '../support/synthesized.ts';

const template = synthesized(Config.parse({ stage: 'test' }));

const [machineArn = ''] = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(({ ref }) => ref);

const [bucket = ''] = resourcesOf(template, 'AWS::S3::Bucket').map(({ ref }) => ref);

/** The bus before a machine that only remembers what it was started with, and a listener for outcomes. */
const open = (arn = machineArn, refusal?: Error, of = template, onCall?: (call: RoleCall) => void) => {
  const inputs: unknown[] = [];
  const heard: BusEvent[] = [];
  const unused = () => {
    throw new TypeError('the bus only starts executions');
  };
  const machine: Machine = {
    arn,
    start: (input) => {
      if (refusal) throw refusal;
      inputs.push(input);
      const executionArn = `${arn}:${inputs.length}`;
      return { executionArn, status: 'RUNNING', startedAt: new Date(), input, ended: Promise.resolve() };
    },
    stop: unused,
    describe: unused,
    sendTaskSuccess: unused,
    sendTaskFailure: unused,
    close: unused,
  };
  const invoked: { arn: string; event: unknown }[] = [];
  const lambda: LambdaHost = {
    idle: async () => {},
    invoke: async (functionArn, event) => {
      invoked.push({ arn: functionArn, event });
      return { result: null };
    },
  };
  const permissions = permissionsIn(of, onCall);
  return {
    bus: busOf(of, { machine, lambda, permissions }, (event) => heard.push(event)),
    inputs,
    heard,
    invoked,
  };
};

const created = (key: string, more: Partial<Parameters<typeof objectCreatedEvent>[0]> = {}) =>
  objectCreatedEvent({
    bucket,
    key,
    bytes: 4,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    versionId: 'version-1',
    sequencer: '0062E99A88DC407460',
    reason: 'PutObject',
    at: new Date('2026-11-23T12:00:00.123Z'),
    ...more,
  });

const keyIn = (input: unknown) =>
  (input as { request: { event: { detail: { object: { key: string } } } } }).request.event.detail.object.key;

describe('the event of a new object', () => {
  test('matches what S3 sends to EventBridge', () => {
    expect(created('inbox/person/ENR1/a b+c.jpg')).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: expect.stringMatching(/^\d{12}$/),
      time: '2026-11-23T12:00:00Z',
      region: 'us-east-1',
      resources: [`arn:aws:s3:::${bucket}`],
      detail: {
        version: '0',
        bucket: { name: bucket },
        object: {
          key: 'inbox/person/ENR1/a b+c.jpg',
          size: 4,
          etag: 'd41d8cd98f00b204e9800998ecf8427e',
          'version-id': 'version-1',
          sequencer: '0062E99A88DC407460',
        },
        'request-id': expect.any(String),
        requester: expect.any(String),
        'source-ip-address': expect.any(String),
        reason: 'PutObject',
      },
    });
  });

  test('gets another id every time', () => {
    expect(created('a').id).not.toBe(created('a').id);
  });
});

describe('the rule', () => {
  test('passes the whole event to the machine, as a drop', () => {
    const { bus, inputs } = open();
    const event = created('inbox/person/ENR1/selfie.jpg');
    expect(bus.put(event)).toHaveLength(1);
    expect(inputs).toEqual([{ request: { kind: 'drop', event } }]);
    expect(RevalidationRequest.safeParse((inputs[0] as { request: unknown }).request)).toMatchObject({ success: true });
  });

  test.each([
    'José Núñez (1).mp4',
    'a+b%2B.jpg',
    'a"b.jpg',
    'a\\b.jpg',
    '","kind":"call',
    '"}}},"request":{"kind":"call"}} .jpg',
    '<aws.events.event.json>.jpg',
    "$&$`$'$1$$.jpg",
    '\u0000\u001b[2K\r\n.jpg',
    '\u2028\u2029.jpg',
    '😀.mp4',
    'x'.repeat(1024 - 'inbox/'.length),
    '..',
    '',
  ])('passes the key of inbox/%j unchanged', (name) => {
    const { bus, inputs } = open();
    bus.put(created(`inbox/${name}`));
    expect(inputs.map(keyIn)).toEqual([`inbox/${name}`]);
    expect(inputs.map((input) => Object.keys(input as object))).toEqual([['request']]);
    expect(inputs).toMatchObject([{ request: { kind: 'drop' } }]);
  });

  test.each(['media/person/ENR1/a.jpg', 'inbox', 'Inbox/a.jpg', 'a/inbox/b.jpg', '/inbox/a.jpg', 'inbo/x.jpg'])(
    'does not match %s',
    (key) => {
      const { bus, inputs } = open();
      expect(bus.put(created(key))).toEqual([]);
      expect(inputs).toEqual([]);
    },
  );

  test.each<[string, (event: BusEvent) => BusEvent]>([
    ['another bucket', () => created('inbox/a/b/c.jpg', { bucket: `${bucket}-of-others` })],
    ['another source', (event) => ({ ...event, source: 'aws.ec2' })],
    ['an object that was deleted', (event) => ({ ...event, 'detail-type': 'Object Deleted' })],
    ['an event without detail', (event) => ({ ...event, detail: undefined })],
  ])('does not match %s', (_, change) => {
    const { bus, inputs } = open();
    bus.put(change(created('inbox/a/b/c.jpg')));
    expect(inputs).toEqual([]);
  });

  test('starts a real second execution for a copy of an event', () => {
    const { bus, inputs } = open();
    const event = created('inbox/person/ENR1/selfie.jpg');
    const started = [...bus.put(event), ...bus.put(event)];
    expect(new Set(started.map(({ executionArn }) => executionArn)).size).toBe(2);
    expect(inputs).toHaveLength(2);
  });

  test('leaves the event of a failed start in the queue that the template names, with the reason', () => {
    const { bus, inputs } = open(machineArn, Object.assign(new Error('not now'), { name: 'NO_PERMISSIONS' }));
    const event = created('inbox/person/ENR1/","kind":"call $& .jpg');
    expect(bus.put(event)).toEqual([]);
    expect(inputs).toEqual([]);
    const queue = resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) => id.startsWith('DropRule'));
    expect(bus.deadLetters).toEqual([
      {
        queueArn: `arn:aws:sqs:us-east-1:000000000000:${queue?.id}`,
        body: JSON.stringify(event),
        attributes: { TARGET_ARN: machineArn, ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'not now' },
      },
    ]);
  });

  test('leaves the event in the queue when its role may not start the machine', () => {
    const without = JSON.parse(
      JSON.stringify(template).replaceAll('"states:StartExecution"', '"states:ListExecutions"'),
    );
    const asked: RoleCall[] = [];
    const { bus, inputs } = open(machineArn, undefined, without, (call) => asked.push(call));
    const event = created('inbox/a/b/c.jpg');
    expect(bus.put(event)).toEqual([]);
    expect(inputs).toEqual([]);
    expect(asked).toMatchObject([{ action: 'states:StartExecution', resource: machineArn, allowed: false }]);
    expect(bus.deadLetters).toMatchObject([
      {
        queueArn: expect.stringMatching(/:DropRuleDeadLetters\w+$/),
        body: JSON.stringify(event),
        attributes: { TARGET_ARN: machineArn, ERROR_CODE: 'NO_PERMISSIONS' },
      },
    ]);
  });

  test('loses such an event when it names no queue', () => {
    const without = JSON.parse(JSON.stringify(template), (name, value) =>
      name === 'DeadLetterConfig' ? undefined : value,
    );
    const { bus } = open(machineArn, new Error('not now'), without);
    expect(bus.put(created('inbox/a/b/c.jpg'))).toEqual([]);
    expect(bus.deadLetters).toEqual([]);
  });

  test('leaves nothing in the queue after a successful start', () => {
    const { bus } = open();
    bus.put(created('inbox/a/b/c.jpg'));
    expect(bus.deadLetters).toEqual([]);
  });

  test('refuses a target that is neither machine nor function', () => {
    const { bus } = open('arn:aws:states:us-east-1:000000000000:stateMachine:another');
    expect(() => bus.put(created('inbox/a/b/c.jpg'))).toThrow(
      'only the state machine and functions can be targets here',
    );
  });
});

describe('the outcome bus', () => {
  const [name = ''] = resourcesOf(template, 'AWS::Events::EventBus').map(({ ref }) => ref);
  const entry = { Source: 'ours', DetailType: 'Something', Detail: '{"a":"\\"b"}', Time: 1_795_435_200.5 };

  test('delivers an event to its listeners, as EventBridge would', () => {
    const { bus, heard } = open();
    expect(bus.announce({ ...entry, EventBusName: name })).toBe(true);
    expect(heard).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Something',
        source: 'ours',
        account: '000000000000',
        time: '2026-11-23T12:00:00Z',
        region: 'us-east-1',
        resources: [],
        detail: { a: '"b' },
      },
    ]);
  });

  test.each(['default', 'another', ''])('accepts no event for the bus %j', (other) => {
    const { bus, heard } = open();
    expect(bus.announce({ ...entry, EventBusName: other })).toBe(false);
    expect(heard).toEqual([]);
  });

  test('invokes the function of the rule that listens to it, for outcomes and amendments alone', () => {
    const { bus, invoked } = open();
    const ours = { EventBusName: name, Source: 'face-revalidation', Detail: '{"revalidationId":"RVL1"}', Time: 0 };
    for (const DetailType of ['Re-validation Ended', 'Re-validation Amended', 'Re-validation Begun'])
      bus.announce({ ...ours, DetailType });
    expect(invoked.map(({ arn, event }) => [arn, (event as BusEvent)['detail-type']])).toEqual([
      [expect.stringContaining(':function:FunctionsSignEvidence'), 'Re-validation Ended'],
      [expect.stringContaining(':function:FunctionsSignEvidence'), 'Re-validation Amended'],
    ]);
  });

  test('starts nothing: the rule for drops listens to the default bus', () => {
    const { bus, inputs } = open();
    const drop = created('inbox/a/b/c.jpg');
    bus.announce({
      EventBusName: name,
      Source: drop.source,
      DetailType: drop['detail-type'],
      Detail: JSON.stringify(drop.detail),
      Time: 0,
    });
    expect(inputs).toEqual([]);
  });
});

describe('a function as a target', () => {
  const functionIn = (name: string) =>
    resourcesOf(template, 'AWS::Lambda::Function').find(({ properties }) => properties.Handler === `${name}.handler`);
  const ended = (status: 'FAILED' | 'SUCCEEDED', arn = machineArn) =>
    executionEvent({
      executionArn: `${arn.replace(':stateMachine:', ':execution:')}:1`,
      status,
      startedAt: new Date(),
      input: { request: 1 },
      ended: Promise.resolve(),
    });

  test('gets the failure of an execution of the machine, in the form of Step Functions', () => {
    const { bus, inputs, invoked } = open();
    const event = ended('FAILED');
    expect(event).toMatchObject({ source: 'aws.states', detail: { status: 'FAILED', input: '{"request":1}' } });
    expect(bus.put(event)).toEqual([]);
    expect(inputs).toEqual([]);
    expect(invoked).toEqual([{ arn: expect.stringContaining(String(functionIn('repair-execution')?.id)), event }]);
  });

  test.each([
    ['that went well', ended('SUCCEEDED')],
    ['of another machine', ended('FAILED', `${machineArn}-of-others`)],
  ])('gets no execution %s', (_, event) => {
    const { bus, invoked } = open();
    bus.put(event);
    expect(invoked).toEqual([]);
  });

  test('runs on the schedule, and on no event', async () => {
    const { bus, invoked } = open();
    await bus.tick();
    expect(invoked.map(({ arn }) => arn)).toContainEqual(
      expect.stringContaining(String(functionIn('sweep-ledger')?.id)),
    );
  });
});

describe('a function that the rule may not call', () => {
  const scheduled = resourcesOf(template, 'AWS::Events::Rule').find(({ id }) => id.startsWith('JobsOnSchedule'));
  /** The template with every permission of the watches changed. */
  const permitting = (change: (permission: Record<string, unknown>) => void) => {
    const copy = structuredClone(template);
    for (const [id, { Type, Properties }] of Object.entries(copy.Resources)) {
      if (Type === 'AWS::Lambda::Permission' && id.startsWith('JobsWake')) change(Properties);
    }
    return copy;
  };

  test.each<[string, (permission: Record<string, unknown>) => void]>([
    ['of another rule', (one) => Object.assign(one, { SourceArn: `${scheduled?.arn}-of-others` })],
    ['of another service', (one) => Object.assign(one, { Principal: 's3.amazonaws.com' })],
    ['of another action', (one) => Object.assign(one, { Action: 'lambda:GetFunction' })],
    ['of another function', (one) => Object.assign(one, { FunctionName: 'Other' })],
  ])('by a permission %s does not run, and no event of a schedule is kept', async (_, change) => {
    const { bus, invoked } = open(machineArn, undefined, permitting(change));
    expect(await bus.tick()).toEqual([]);
    expect(invoked).toEqual([]);
    expect(bus.deadLetters).toEqual([]);
  });

  test('does not run on an event either, which lies in the queue', () => {
    const { bus, invoked } = open(
      machineArn,
      undefined,
      permitting((one) => Object.assign(one, { FunctionName: 'Other' })),
    );
    const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:1`;
    const ended = {
      executionArn,
      status: 'FAILED',
      startedAt: new Date(),
      input: {},
      ended: Promise.resolve(),
    } as const;
    expect(bus.put(executionEvent(ended))).toEqual([]);
    expect(invoked).toEqual([]);
    expect(bus.deadLetters).toMatchObject([
      {
        queueArn: expect.stringMatching(/:JobsDeadLetters\w+$/),
        attributes: { TARGET_ARN: expect.stringContaining('RepairExecution'), ERROR_CODE: 'NO_PERMISSIONS' },
      },
    ]);
  });

  test('does not stop another one that may be called', async () => {
    const { bus, invoked } = open();
    await bus.tick('SweepInbox');
    expect(invoked.map(({ arn }) => arn)).toEqual([expect.stringContaining('SweepInbox')]);
  });
});

describe('a pattern', () => {
  const event = { source: 'aws.s3', detail: { object: { key: 'inbox/a.jpg', size: 4 } } };

  test.each<[string, Record<string, unknown>]>([
    ['one of several values', { source: ['aws.ec2', 'aws.s3'] }],
    ['a value further in', { detail: { object: { size: [4] } } }],
    ['the beginning of a value', { detail: { object: { key: [{ prefix: 'inbox/' }] } } }],
    ['a value or a beginning', { detail: { object: { key: ['other', { prefix: 'in' }] } } }],
    ['all of its fields', { source: ['aws.s3'], detail: { object: { size: [4] } } }],
  ])('matches by %s', (_, pattern) => {
    expect(matches(pattern, event)).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another value', { source: ['aws.ec2'] }],
    ['a field that is missing', { account: ['1'] }],
    ['a field that is missing further in', { detail: { bucket: { name: ['b'] } } }],
    ['a text for a number', { detail: { object: { size: ['4'] } } }],
    ['a beginning that stands elsewhere', { detail: { object: { key: [{ prefix: 'a.jpg' }] } } }],
    ['the beginning of a number', { detail: { object: { size: [{ prefix: '4' }] } } }],
    ['one field of two', { source: ['aws.s3'], detail: { object: { size: [5] } } }],
    ['no value at all', { source: [] }],
  ])('does not match by %s', (_, pattern) => {
    expect(matches(pattern, event)).toBe(false);
  });

  test('with an unknown operator is refused', () => {
    expect(() => matches({ source: [{ 'anything-but': 'aws.s3' }] }, event)).toThrow('anything-but');
  });
});
