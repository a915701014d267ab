import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import { synthesized } from '../support/synthesized.ts';

const template = synthesized(Config.parse({}));

const schemas = resourcesOf(template, 'AWS::EventSchemas::Schema').map(({ properties }) => properties);

type OpenApi = {
  openapi: string;
  components: { schemas: Record<string, { required: string[]; properties: Record<string, object> }> };
};

const contentOf = ({ Content }: Record<string, unknown>) => JSON.parse(String(Content)) as OpenApi;

/** Each key of each schema object, at any depth; names of fields are no keys of a schema. */
const keysIn = (schema: unknown): string[] => {
  if (Array.isArray(schema)) return schema.flatMap(keysIn);
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'example' ? [key] : [key, ...(key === 'properties' ? Object.values(value).flatMap(keysIn) : keysIn(value))],
  );
};

test('one registry of the stage holds a schema for each event, by source and detail type', () => {
  const [registry, ...more] = resourcesOf(template, 'AWS::EventSchemas::Registry');
  expect(more).toEqual([]);
  expect(registry?.properties.RegistryName).toBe('face-revalidation-dev');
  expect(schemas.map(({ SchemaName, Type }) => [SchemaName, Type])).toEqual([
    ['face-revalidation@Re-validationEnded', 'OpenApi3'],
    ['face-revalidation@Re-validationAmended', 'OpenApi3'],
  ]);
});

describe.each([
  ['ended', ENDED],
  ['amended', AMENDED],
])('the schema %s', (name, detailType) => {
  const found = schemas.find(({ Content }) =>
    String(Content).includes(`"x-amazon-events-detail-type":"${detailType}"`),
  );
  const { openapi, components } = contentOf(found ?? {});
  const published = JSON.parse(
    readFileSync(join(import.meta.dirname, `../../shared/contracts/${name}.json`), 'utf8'),
  ) as { properties: object; required: string[] };

  test('has the fields of the published schema, the version among them', () => {
    const detail = components.schemas[name];
    expect(detail?.properties).toEqual(published.properties);
    expect(detail?.required).toEqual(published.required);
    expect(detail?.required).toContain('version');
    expect(components.schemas.AWSEvent).toMatchObject({
      'x-amazon-events-source': EVENT_SOURCE,
      properties: { detail: { $ref: `#/components/schemas/${name}` } },
    });
  });

  test('has only what OpenAPI 3.0 knows', () => {
    expect(openapi).toBe('3.0.0');
    const known =
      /^(type|properties|required|items|enum|format|pattern|description|example|minimum|maximum|minLength|maxLength|\$ref|x-[\w-]+)$/;
    const used = Object.values(components.schemas).flatMap(keysIn);
    expect(used.filter((key) => !known.test(key))).toEqual([]);
  });
});

test('a stage without a registry has neither', () => {
  const without = synthesized(Config.parse({ eventSchemas: false }));
  expect(Object.values(without.Resources).filter(({ Type }) => Type.startsWith('AWS::EventSchemas'))).toEqual([]);
});

test('no function and no operator may change a schema', () => {
  expect(JSON.stringify(template)).not.toMatch(/"schemas:\w+"/);
});
