import * as z from 'zod/mini';
import type { ProblemCode } from '../../shared/domain/problem.ts';
import type { SchemaName } from './openapi-schemas.ts';

/** The headers of answers, by their names. */
export const headers = {
  'Content-Language': { description: 'The language of the messages for a person.', schema: { type: 'string' } },
  Location: { description: 'The path of the case, below the server.', schema: { type: 'string' } },
  'Retry-After': {
    description: 'Seconds after which to read the case, or to repeat the call. Absent when the case has ended.',
    schema: { type: 'integer', minimum: 1 },
  },
} as const;

export type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: z.ZodMiniType; description: string };

export type Header = keyof typeof headers;

export type Answer = {
  description: string;
  schema?: SchemaName;
  example?: object | string;
  /** The examples of an answer by the names of their schemas: for a system and an operator, and for a person. */
  views?: Partial<Record<SchemaName, object>>;
  /** The media type, for an answer that is no JSON. */
  type?: string;
  headers?: Header[];
};

export type Operation = {
  summary: string;
  description: string;
  parameters?: Parameter[];
  body?: Partial<Record<SchemaName, object>>;
  answers: Record<number, Answer>;
  problems: ProblemCode[];
};

/** What a person's language is read from. */
export const language: Parameter = {
  name: 'Accept-Language',
  in: 'header',
  schema: z.optional(z.string()),
  description:
    'The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s.',
};

/** What any call with a body can be refused for. */
export const bodyProblems: readonly ProblemCode[] = [
  'body_malformed',
  'body_too_large',
  'content_type_unsupported',
  'request_invalid',
];
