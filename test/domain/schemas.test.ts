import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import * as z from 'zod/mini';
import { published, schemaText } from '../../infra/docs/json-schemas.ts';
import { TicketBody } from '../../shared/domain/api.ts';

const folder = join(import.meta.dirname, '../../shared/contracts');

const names = Object.keys(published);

const textOf = (name: string) => readFileSync(join(folder, `${name}.json`), 'utf8');

/** What the published file takes, read as a stranger reads it: nothing of our own schemas is in it. */
const takes = (name: string, value: unknown): boolean =>
  fromJSONSchema(JSON.parse(textOf(name))).safeParse(value).success;

const entry = (name: string) => {
  const found = published[name];
  if (!found) throw new TypeError(`${name} is not published`);
  return found;
};

test('the published schemas are those of the list, and no other', () => {
  const files = readdirSync(folder).filter(
    (name) => name.endsWith('.json') && !['openapi.json', 'reasons.json'].includes(name),
  );
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.json`).toSorted());
});

describe.each(names)('the schema of %s', (name) => {
  const { schema, examples } = entry(name);

  test('matches what the code generates (npm run -s schemas)', () => {
    expect(textOf(name)).toBe(schemaText(name));
  });

  test.each(examples.map((example, index) => ({ index, example })))(
    'accepts its example $index, as the code does',
    ({ example }) => {
      expect(schema.parse(example)).toEqual(example);
      expect(takes(name, example)).toBe(true);
    },
  );

  test('refuses an example without any one required field, as the code does', () => {
    const [whole = {}] = examples as Record<string, unknown>[];
    const { required } = JSON.parse(textOf(name)) as { required: string[] };
    expect(required.length).toBeGreaterThan(0);
    for (const field of required) {
      const { [field]: _, ...rest } = whole;
      expect([field, takes(name, rest), schema.safeParse(rest).success]).toEqual([field, false, false]);
    }
  });
});

describe('the input', () => {
  const [example] = entry('input').examples as { request: Record<string, unknown> }[];
  const call = example?.request ?? {};
  const started = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:aws:states:us-east-1:123456789012:execution:a:b' };

  test("may carry Step Functions' own mark of a nested start", () => {
    const nested = { ...example, ...started };
    expect([takes('input', nested), entry('input').schema.safeParse(nested).success]).toEqual([true, true]);
  });

  test('may be a drop with any other field in the event', () => {
    const detail = {
      bucket: { name: 'media' },
      object: { key: 'inbox/a/ENR1/a.jpg', etag: 'e', size: 4 },
      reason: 'x',
    };
    const drop = { request: { kind: 'drop', event: { source: 'aws.s3', id: '1', detail } } };
    expect([takes('input', drop), entry('input').schema.safeParse(drop).success]).toEqual([true, true]);
  });

  test.each<[string, unknown]>([
    ['without consent', { request: { ...call, userAuthorized: false } }],
    ['with an unknown field', { request: { ...call, treshold: 0.8 } }],
    ['with an unknown option', { request: { ...call, options: { treshold: 0.8 } } }],
    ['with another entry of the journal', { ...example, verdict: { status: 'approved' } }],
    ['with a threshold that is a text', { request: { ...call, options: { threshold: '0.8' } } }],
    ['with a threshold above 1', { request: { ...call, options: { threshold: 1.1 } } }],
    ['with an account id that would leave its path', { request: { ...call, accountId: '../b' } }],
    ['of another kind', { request: { ...call, kind: 'ask' } }],
    ['that is the request alone', call],
  ])('%s is refused by the schema and by the code', (_, input) => {
    expect([takes('input', input), entry('input').schema.safeParse(input).success]).toEqual([false, false]);
  });
});

describe("the contracts page's examples", () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? ''));

  test('of an input and of an event match the schemas', () => {
    const inputs = blocks.filter((block) => 'request' in block);
    const events = blocks.filter((block) => 'eventId' in block);
    expect([inputs.length, events.length]).toEqual([1, 1]);
    expect(takes('input', inputs[0]) && entry('input').schema.safeParse(inputs[0]).success).toBe(true);
    expect(entry('ended').examples).toContainEqual(events[0]);
  });

  test('of a body of the API match the route', () => {
    const bodies = blocks.filter((block) => 'upload' in block);
    expect(bodies).toHaveLength(1);
    expect(TicketBody.safeParse(bodies[0]).success).toBe(true);
  });

  test('of a task without CDK fill the fields of a call, and no other', () => {
    const [task] = blocks.filter((block) => block.Type === 'Task');
    const filled = JSON.parse(
      JSON.stringify(task.Parameters.Input).replaceAll('.$"', '"').replace('"$.agreed"', 'true'),
      (key, value) => (typeof value === 'string' && value.startsWith('$') ? key.slice(0, 9) : value),
    );
    expect([takes('input', filled), entry('input').schema.safeParse(filled).success]).toEqual([true, true]);
  });
});

describe('what we send', () => {
  test.each(['outcome', 'ended'])('may get new fields later: the schema of %s tells readers to accept them', (name) => {
    const [example] = entry(name).examples as object[];
    expect(takes(name, { ...example, added: 'later' })).toBe(true);
  });

  test.each(['enrollmentId', 'reason', 'similarity'])('never holds %s on the bus', (field) => {
    expect(entry('outcome').schema).toBeInstanceOf(z.ZodMiniObject);
    expect(Object.keys((entry('outcome').schema as z.ZodMiniObject).shape)).toContain(field);
    const [example] = entry('ended').examples as object[];
    expect(entry('ended').schema.safeParse({ ...example, [field]: 'x' }).success).toBe(false);
  });
});
