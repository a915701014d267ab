import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Revalidation, RevalidationPage, StartBody, Started, TicketBody } from '../../shared/domain/api.ts';
import { defined } from '../../shared/domain/defined.ts';
import { AccountId, RevalidationId } from '../../shared/domain/ids.ts';
import { ListQuery } from '../../shared/domain/list-query.ts';
import { Problem, type ProblemCode, problems } from '../../shared/domain/problem.ts';
import { errorReasons } from '../../shared/domain/reasons.ts';
import { IdempotencyKeyHeader } from '../../shared/domain/request.ts';
import { type RouteName, routes } from '../../shared/workflow/functions.ts';
import * as examples from './openapi-examples.ts';

const file = join(import.meta.dirname, '../../shared/contracts/openapi.json');

/** The schemas of the document by name. The functions parse with the same schemas. */
export const schemas = { TicketBody, StartBody, Started, Revalidation, RevalidationPage, Problem } as const;

type SchemaName = keyof typeof schemas;

type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: z.ZodMiniType; description: string };

type Operation = {
  summary: string;
  parameters?: Parameter[];
  body?: Partial<Record<SchemaName, object>>;
  answers: Record<number, { description: string; schema?: SchemaName; example?: object }>;
  problems: ProblemCode[];
};

const id: Parameter = { name: 'id', in: 'path', schema: RevalidationId, description: 'The id of the re-validation.' };

/** The codes of a named error that the API answers with. */
const problemsOf = (name: keyof typeof errorReasons): ProblemCode[] => {
  const codes: readonly string[] = errorReasons[name];
  return codes.filter((code): code is ProblemCode => Object.hasOwn(problems, code));
};

const listParameters: Record<keyof typeof ListQuery.shape, string> = {
  status: 'Only cases of this status.',
  since: 'Only cases that were claimed at this time or later.',
  until: 'Only cases that were claimed before this time.',
  limit: 'The most entries of a page. A page with a cursor may have fewer, or none.',
  cursor: 'The cursor of the previous page, with the same other parameters.',
};

/** The input, answers and problems of each route. A route without an entry does not compile. */
export const operations: Record<RouteName, Operation> = {
  StartRevalidation: {
    summary: 'Request a re-validation: with a form for the upload, or of media under `media/`.',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        schema: IdempotencyKeyHeader,
        description:
          'The same key with the same body is the same re-validation for 90 days, or as long as records are kept if that is shorter. Keys belong to their caller.',
      },
    ],
    body: { TicketBody: examples.ticketBody, StartBody: examples.startBody },
    answers: {
      200: { description: 'It was claimed before.', schema: 'Started', example: examples.approved },
      202: { description: 'It is accepted.', schema: 'Started', example: examples.ticket },
    },
    problems: [
      ...problemsOf('CallRefusedError').filter((code) => code !== 'signature_invalid' && code !== 'already_decided'),
      ...problemsOf('RequestInvalidError'),
      ...problemsOf('MediaUnacceptableError'),
      'media_gone',
      'claimed_elsewhere',
    ],
  },
  ReadRevalidation: {
    summary: 'The state of a re-validation.',
    parameters: [id],
    answers: { 200: { description: 'The current state.', schema: 'Revalidation', example: examples.approved } },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown'],
  },
  ListRevalidations: {
    summary: 'The claimed re-validations of a person, newest first.',
    parameters: [
      { name: 'accountId', in: 'path', schema: AccountId, description: 'The person.' },
      ...Object.entries(listParameters).map(([name, description]) => ({
        name,
        in: 'query' as const,
        schema: ListQuery.shape[name as keyof typeof listParameters],
        description,
      })),
    ],
    answers: { 200: { description: 'A page.', schema: 'RevalidationPage', example: examples.page } },
    problems: ['subject_missing', 'account_forbidden', 'request_invalid'],
  },
  CancelRevalidation: {
    summary: 'Cancel a re-validation that is not decided.',
    parameters: [id],
    answers: { 200: { description: 'It is canceled.', schema: 'Revalidation', example: examples.canceled } },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown', 'already_decided'],
  },
  ReceiveWebhook: {
    summary: 'A webhook of Truora: a JWT signed with the key of its rule.',
    answers: { 200: { description: 'Accepted.' } },
    problems: ['signature_invalid'],
  },
};

const schemaOf = (schema: z.ZodMiniType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' });
  return rest;
};

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

/** The problem documents of one status, with one example a code. */
const problemAnswer = (codes: ProblemCode[]) => ({
  description: codes.map((code) => problems[code].title).join(' Or: '),
  content: {
    'application/problem+json': {
      schema: ref('Problem'),
      examples: Object.fromEntries(codes.map((code) => [code, { value: examples.problemWith(code) }])),
    },
  },
});

const bodyOf = (body: NonNullable<Operation['body']>) => ({
  required: true,
  content: {
    'application/json': {
      schema: { oneOf: (Object.keys(body) as SchemaName[]).map(ref) },
      examples: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, { value }])),
    },
  },
});

const operationOf = (name: RouteName) => {
  const { summary, parameters = [], body, answers, problems: codes } = operations[name];
  const all: ProblemCode[] = [...codes, 'unexpected'];
  const byStatus = Map.groupBy(all, (code) => problems[code].status);
  return defined({
    operationId: name,
    summary,
    'x-scope': routes[name].scope,
    security: routes[name].scope === 'signature' ? [] : undefined,
    parameters: parameters.map(({ schema, ...parameter }) => ({
      ...parameter,
      required: parameter.in === 'path',
      schema: schemaOf(schema),
    })),
    requestBody: body && bodyOf(body),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, schema, example }]) => [
          status,
          defined({ description, content: schema && { 'application/json': { schema: ref(schema), example } } }),
        ]),
      ),
      ...Object.fromEntries([...byStatus].map(([status, some]) => [status, problemAnswer(some)])),
    },
  });
};

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
        'Errors of the functions are problem documents (RFC 9457). The gateway’s own 401, 403, 404, 413, 429 and 500 are `{"message": "..."}` as application/json.',
    },
    security: [{ iam: [] }, { jwt: [] }],
    paths,
    components: {
      securitySchemes: {
        iam: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS signature version 4, execute-api.',
        },
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'If the deployment names an issuer.',
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)])),
    },
  };
};

export const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

if (import.meta.main) writeFileSync(file, `${JSON.stringify(openapi(), null, 2)}\n`);
