import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import { openapi, operations, schemas, written } from '../../infra/docs/openapi.ts';
import { problems } from '../../shared/domain/problem.ts';
import { routes } from '../../shared/workflow/functions.ts';
import { read, root } from '../support/documents.ts';

type Example = { schema: string; value: unknown };

type Media = {
  schema?: { $ref?: string; oneOf?: { $ref: string }[]; anyOf?: { $ref: string }[] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
};

type Operation = {
  operationId: string;
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, Media> };
  security: object[];
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
};

const document = written() as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, { content?: Record<string, Media> }> };
};

const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** The rules that a document breaks, by the linter. It asks no server for news and reports nothing. */
const lint = (document: string): string[] => {
  const cli = join(root, 'node_modules/@redocly/cli/bin/cli.js');
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout } = spawnSync(process.execPath, [cli, 'lint', '--format=json', document], { env, encoding: 'utf8' });
  const { problems: found } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
  return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
};

const nameOf = ($ref = '') => $ref.replace('#/components/schemas/', '');

/** Every example of the document, with the schema it is to hold to. */
const examples: Example[] = all.flatMap(({ operation }) =>
  [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
    Object.values(part?.content ?? {}).flatMap(({ schema, example, examples: named = {} }) => [
      ...(example ? [{ schema: nameOf(schema?.$ref), value: example }] : []),
      ...Object.entries(named).map(([name, { value }]) => ({
        // An example has the name of its schema; those of problems are named by their codes.
        schema: schema?.$ref ? nameOf(schema.$ref) : name in schemas ? name : 'Problem',
        value,
      })),
    ]),
  ),
);

type JsonSchema = Parameters<typeof fromJSONSchema>[0];

/** A schema of the document, with the schemas that it refers to. */
const theirsOf = (name: string) => {
  expect(document.components.schemas).toHaveProperty(name);
  const $defs = JSON.parse(JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'));
  return fromJSONSchema({ $ref: `#/$defs/${name}`, $defs } as JsonSchema);
};

describe('the OpenAPI document', () => {
  test('has no fault and no warning of the recommended rules', () => {
    expect(lint(join(root, 'shared/contracts/openapi.json'))).toEqual([]);
    const broken = join(mkdtempSync(join(tmpdir(), 'openapi-')), 'openapi.json');
    writeFileSync(broken, read('shared/contracts/openapi.json').replace('"operationId": "ReadRevalidation",', ''));
    expect(lint(broken)).toEqual([expect.stringMatching(/^operation-operationId: /)]);
  });

  test('states the scope of each call, the session of the capture page, and none for what is open', () => {
    const security = Object.fromEntries(all.map(({ operation }) => [operation.operationId, operation.security]));
    const withScope = (scope: string) => [{ iam: [] }, { jwt: [scope] }];
    expect(security).toEqual({
      StartRevalidation: withScope('revalidations/write'),
      ReadRevalidation: withScope('revalidations/read'),
      ListRevalidations: withScope('revalidations/read'),
      CancelRevalidation: withScope('revalidations/write'),
      EraseAccount: withScope('revalidations/operate'),
      ChooseAlternative: withScope('revalidations/write'),
      GiveConsent: withScope('revalidations/write'),
      RevokeConsent: withScope('revalidations/write'),
      ListConsents: withScope('revalidations/read'),
      OpenCapture: [],
      ReadCapture: [{ capture: [] }],
      AgreeToCapture: [{ capture: [] }],
      GiveCaptureForm: [{ capture: [] }],
      LeaveCapture: [{ capture: [] }],
      ReadEvidence: withScope('revalidations/read'),
      ReadJwks: [],
      ListCases: withScope('revalidations/read'),
      ReadDay: withScope('revalidations/read'),
      ReadCase: withScope('revalidations/read'),
      FollowUpCase: withScope('revalidations/write'),
      ReadHealth: withScope('revalidations/read'),
      ListCampaigns: withScope('revalidations/read'),
      ReadCampaign: withScope('revalidations/read'),
      ...Object.fromEntries(
        ['Plan', 'Start', 'Pause', 'Resume', 'Cancel'].map((name) => [
          `${name}Campaign`,
          withScope('revalidations/operate'),
        ]),
      ),
      ReceiveWebhook: [],
    });
  });

  test("describes the gateway's own answers beside those of the functions", () => {
    for (const { operation } of all) {
      const known = operation.security.some((one) => 'iam' in one) ? ['401', '403'] : [];
      for (const status of [...known, '413', '429', '500', '503']) {
        const { $ref, content } = operation.responses[status] ?? {};
        const named = document.components.responses[$ref?.replace('#/components/responses/', '') ?? ''];
        const media = named?.content ?? content;
        expect(media?.['application/json']?.schema?.$ref).toMatch(/GatewayError$/);
      }
    }
  });

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

  test('gives both views of a case for each answer that shows one, and both of a problem', () => {
    const shown = all.flatMap(({ operation }) => Object.values(operation.responses));
    const views = shown.map(({ content }) =>
      content?.['application/json']?.schema?.anyOf?.map(({ $ref }) => nameOf($ref)),
    );
    expect(views.filter(Boolean)).toEqual([
      ['Started', 'PersonStarted'],
      ['Started', 'PersonStarted'],
      ['Revalidation', 'PersonRevalidation'],
      ['RevalidationPage', 'PersonPage'],
      ['Revalidation', 'PersonRevalidation'],
      ['Revalidation', 'PersonRevalidation'],
    ]);
    expect(examples.filter(({ schema }) => schema === 'PersonProblem').length).toBeGreaterThan(3);
  });

  test('gives one example for each problem and each body', () => {
    expect(examples.length).toBeGreaterThan(25);
  });

  test.each(examples.map((example, n) => [`${n} ${example.schema}`, example] as const))(
    'accepts example %s by its own schemas and by ours',
    (_, { schema, value }) => {
      expect(theirsOf(schema).safeParse(value).error).toBeUndefined();
      const ours = schemas[schema as keyof typeof schemas];
      expect(ours.parse(value)).toEqual(value);
    },
  );

  test('refuses in its schemas what ours refuse', () => {
    const ticket = theirsOf('TicketBody');
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
