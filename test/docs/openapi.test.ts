import { describe, expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import { openapi, operations, schemas, written } from '../../infra/docs/openapi.ts';
import { problems } from '../../shared/domain/problem.ts';
import { routes } from '../../shared/workflow/functions.ts';

type Example = { schema: string; value: unknown };

type Media = {
  schema?: { $ref?: string; oneOf?: { $ref: string }[] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
};

type Operation = {
  operationId: string;
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
};

const document = written() as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const nameOf = ($ref = '') => $ref.replace('#/components/schemas/', '');

/** Every example of the document, with the schema it is to hold to. */
const examples: Example[] = all.flatMap(({ operation }) =>
  [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
    Object.values(part?.content ?? {}).flatMap(({ schema, example, examples: named = {} }) => [
      ...(example ? [{ schema: nameOf(schema?.$ref), value: example }] : []),
      ...Object.entries(named).map(([name, { value }]) => ({
        schema: schema?.oneOf ? name : nameOf(schema?.$ref),
        value,
      })),
    ]),
  ),
);

describe('the OpenAPI document', () => {
  test('matches what routes and schemas generate (npm run -s openapi)', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(openapi())));
  });

  test('lists each route once under its name, and no other', () => {
    expect(all.map(({ method, path, operation }) => [operation.operationId, `${method} ${path}`]).toSorted()).toEqual(
      Object.entries(routes)
        .map(([name, { method, path }]) => [name, `${method} ${path}`])
        .toSorted(),
    );
  });

  test('names every parameter of every path', () => {
    for (const { path, operation } of all) {
      const named = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test('lists every problem code', () => {
    const known = Object.values(operations).flatMap((operation) => operation.problems);
    const never = ['unexpected', 'media_changed'];
    expect(new Set([...known, ...never])).toEqual(new Set(Object.keys(problems)));
  });

  test('gives one example for each problem and each body', () => {
    expect(examples.length).toBeGreaterThan(25);
  });

  test.each(examples.map((example, n) => [`${n} ${example.schema}`, example] as const))(
    'accepts example %s by its own schemas and by ours',
    (_, { schema, value }) => {
      const theirs = document.components.schemas[schema];
      expect(theirs).toBeDefined();
      expect(fromJSONSchema(theirs as Parameters<typeof fromJSONSchema>[0]).safeParse(value).error).toBeUndefined();
      const ours = schemas[schema as keyof typeof schemas];
      expect(ours.parse(value)).toEqual(value);
    },
  );

  test('refuses in its schemas what ours refuse', () => {
    const ticket = fromJSONSchema(document.components.schemas.TicketBody as Parameters<typeof fromJSONSchema>[0]);
    const good = examples.find(({ schema }) => schema === 'TicketBody')?.value as Record<string, unknown>;
    for (const bad of [
      { ...good, admin: true },
      { ...good, userAuthorized: false },
      { ...good, accountId: 'a/b' },
      { ...good, options: { threshold: 2 } },
      { ...good, upload: { type: 'image/jpeg', bytes: 11_000_000 } },
      { ...good, upload: { type: 'application/pdf' } },
    ]) {
      expect([ticket.safeParse(bad).success, schemas.TicketBody.safeParse(bad).success]).toEqual([false, false]);
    }
  });
});
