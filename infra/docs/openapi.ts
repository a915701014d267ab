import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../shared/domain/defined.ts';
import { type ProblemCode, problems } from '../../shared/domain/problem.ts';
import {
  consoleFunctions,
  evidenceFunctions,
  isGatewayScope,
  type RouteName,
  routes,
} from '../../shared/workflow/functions.ts';
import * as examples from './openapi-examples.ts';
import { gatewayResponses, withGateway } from './openapi-gateway.ts';
import { type Answer, type Header, headers, type Operation } from './openapi-operation.ts';
import { operations } from './openapi-operations.ts';
import { componentSchemas, ref, type SchemaName, schemaOf } from './openapi-schemas.ts';

export { operations } from './openapi-operations.ts';
export { schemas } from './openapi-schemas.ts';

const file = join(import.meta.dirname, '../../shared/contracts/openapi.json');

const headersOf = (names: Header[]): object =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** One example for a person, where a code of the status says something about a case. */
const personExampleOf = (codes: ProblemCode[]) => {
  const [value] = codes.map(examples.personProblemWith).filter((problem) => !('code' in problem));
  return value ? { PersonProblem: { value } } : {};
};

/** The problem documents of one status, with one example a code. */
const problemAnswer = (codes: ProblemCode[], isForPerson: boolean) => ({
  ...(codes.includes('claimed_elsewhere') ? { headers: headersOf(['Retry-After']) } : {}),
  description: codes.map((code) => problems[code].title).join(' Or: '),
  content: {
    'application/problem+json': {
      schema: isForPerson ? { anyOf: [ref('Problem'), ref('PersonProblem')] } : ref('Problem'),
      examples: {
        ...Object.fromEntries(codes.map((code) => [code, { value: examples.problemWith(code) }])),
        ...(isForPerson ? personExampleOf(codes) : {}),
      },
    },
  },
});

/** The views of a case. A reader takes new fields, so one view may fit the schema of the other: `anyOf`. */
const viewsOf = (views: Partial<Record<SchemaName, object>>) => ({
  schema: { anyOf: (Object.keys(views) as SchemaName[]).map(ref) },
  examples: Object.fromEntries(Object.entries(views).map(([name, value]) => [name, { value }])),
});

const oneOf = (names: SchemaName[]) => (names.length === 1 && names[0] ? ref(names[0]) : { oneOf: names.map(ref) });

const bodyOf = (body: NonNullable<Operation['body']>) => ({
  required: true,
  content: {
    'application/json': {
      schema: oneOf(Object.keys(body) as SchemaName[]),
      examples: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, { value }])),
    },
  },
});

const contentOf = ({ views, schema, example, type = 'application/json' }: Answer) =>
  views ? { [type]: viewsOf(views) } : schema && { [type]: defined({ schema: ref(schema), example }) };

const tagOf = (name: RouteName): string => {
  if (routes[name].scope === 'signature') return 'webhooks';
  if (routes[name].path.includes('consents')) return 'consents';
  if ((consoleFunctions as readonly string[]).includes(name)) return 'console';
  if (routes[name].scope === 'link') return 'capture';
  if (routes[name].path.includes('campaigns')) return 'campaigns';
  return (evidenceFunctions as readonly string[]).includes(name) ? 'evidence' : 're-validations';
};

/** The first call of the capture page has its token in the body; the others have their session in the header. */
const securityOf = (name: RouteName): object[] => {
  const { scope } = routes[name];
  if (isGatewayScope(scope)) return [{ iam: [] }, { jwt: [`revalidations/${scope}`] }];
  return scope === 'link' && name !== 'OpenCapture' ? [{ capture: [] }] : [];
};

const operationOf = (name: RouteName) => {
  const { summary, description, parameters = [], body, answers, problems: codes } = operations[name];
  const all: ProblemCode[] = [...codes, 'unexpected'];
  const { scope } = routes[name];
  const isOpen = !isGatewayScope(scope);
  const byStatus = Map.groupBy(all, (code) => problems[code].status);
  return defined({
    operationId: name,
    summary,
    description,
    tags: [tagOf(name)],
    security: securityOf(name),
    parameters: parameters.map(({ schema, ...parameter }) => ({
      ...parameter,
      required: parameter.in === 'path',
      schema: schemaOf(schema),
    })),
    requestBody: body && bodyOf(body),
    responses: withGateway(
      {
        ...Object.fromEntries(
          Object.entries(answers).map(([status, answer]) => [
            status,
            defined({
              description: answer.description,
              headers: headersOf([...(answer.headers ?? []), ...(answer.views ? (['Content-Language'] as const) : [])]),
              content: contentOf(answer),
            }),
          ]),
        ),
        ...Object.fromEntries([...byStatus].map(([status, some]) => [status, problemAnswer(some, !isOpen)])),
      },
      isOpen,
    ),
  });
};

const servers = [
  {
    url: 'https://{apiId}.execute-api.{region}.amazonaws.com',
    description: 'A deployment. `ApiUrl` of the stack is the whole address.',
    variables: {
      apiId: { default: 'a1b2c3d4e5', description: 'The id of the API.' },
      region: { default: 'us-east-1', description: 'The region of the stack.' },
    },
  },
  {
    url: 'http://127.0.0.1:{port}',
    description: 'The local system. `npm start` prints its port.',
    variables: { port: { default: '8080' } },
  },
];

const tags = [
  { name: 're-validations', description: 'Start, read, list and cancel cases.' },
  { name: 'consents', description: 'Record, list and revoke the consent of a person.' },
  { name: 'capture', description: 'What the capture page calls for the person who has opened its link.' },
  { name: 'evidence', description: 'Signed records of ended cases, and the keys to verify them.' },
  { name: 'campaigns', description: 'Re-validate a whole portfolio from a file.' },
  { name: 'webhooks', description: 'What Truora calls.' },
];

/** The API as OpenAPI 3.1, generated from the routes and the functions' schemas. */
export const openapi = () => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, { method, path }] of Object.entries(routes)) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name as RouteName) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Face Re-Validation',
      version: '1.0.0',
      description:
        'Errors of the functions are problem documents (RFC 9457). API Gateway’s own errors are `{"message": "..."}` as application/json, also 404 for a path that is none below. Answers may get new fields.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers,
    tags,
    paths,
    components: {
      securitySchemes: {
        iam: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4 for the service execute-api, by a principal with `execute-api:Invoke`.',
        },
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'If the deployment has the setting `jwt`. A token needs the scope of the call; the setting can rename both scopes.',
        },
        capture: {
          type: 'http',
          scheme: 'bearer',
          description: 'The session of an opened capture link. It is good for one case, for an hour.',
        },
      },
      headers,
      responses: gatewayResponses(paths),
      schemas: componentSchemas(),
    },
  };
};

export const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

if (import.meta.main) writeFileSync(file, `${JSON.stringify(openapi(), null, 2)}\n`);
