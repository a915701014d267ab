import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { RequestInvalidError } from './errors.ts';
import type { BrokenRule } from './problem.ts';

/** The required type of a value, by the parser's name for it. */
const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/** The first words of the error for an absent field. */
const MISSING = 'is missing';

const textOf = en().localeError;

/** The error text for a rule without one. An absent field is always reported as missing. */
const sentenceOf = (issue: z.core.$ZodRawIssue): ReturnType<typeof textOf> => {
  const { code, input } = issue;
  if (code === 'invalid_type') {
    const kind = kinds[String(issue.expected)];
    if (input === undefined) return MISSING;
    return kind ? `must be ${kind}` : textOf(issue);
  }
  if (code === 'invalid_value') {
    return input === undefined ? MISSING : `must be ${(issue.values as unknown[]).map(String).join(' or ')}`;
  }
  if (code === 'invalid_union' && typeof issue.discriminator === 'string') {
    const kind = (input as Record<string, unknown> | null)?.[issue.discriminator];
    return kind === undefined ? MISSING : 'is not a known value';
  }
  return textOf(issue);
};

/** English error texts for a parse. The parser loads no language by itself. */
export const englishErrors = { error: sentenceOf };

/** The most broken rules that one error names. */
const MOST_RULES = 4;

/** A field name comes from the caller, so an error quotes it only when it has the form of a name. */
const quotable = (name: string) => (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) ? ` "${name}"` : '');

const pathOf = (path: readonly PropertyKey[], root: string) => [root, ...path.map(String)].filter(Boolean).join('.');

/** The input at a path; undefined for an absent field. */
const inputAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

/** The code for a kind of rule, from the parser's name for it. A rule that an absent field breaks is `missing`, also with another text. */
const codeOf = (issue: z.core.$ZodIssue, value: unknown): BrokenRule['code'] => {
  if (inputAt(value, issue.path) === undefined) return 'missing';
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'unknown_field';
    case 'invalid_type':
      return 'wrong_type';
    case 'too_small':
    case 'too_big':
      return 'out_of_range';
    case 'invalid_value':
      return 'not_one_of';
    case 'invalid_format':
      return 'malformed';
    default:
      return 'rule';
  }
};

/** Each broken rule with the path of its field. An unknown field is named only when it has the form of a name. */
const brokenRules = (error: z.core.$ZodError, value: unknown, root: string): BrokenRule[] =>
  error.issues.slice(0, MOST_RULES).map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? quotable(issue.keys[0] ?? '').slice(2, -1) : '';
    return {
      path: pathOf([...issue.path, unknown], root) || 'request',
      code: codeOf(issue, value),
      detail: issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message,
    };
  });

/** The fields and the rules that they break, never a value: `options.threshold: must be 0 to 1`. */
export const explain = (error: z.core.$ZodError, root = ''): string =>
  error.issues
    .slice(0, MOST_RULES)
    .map((issue) => {
      const field = pathOf(issue.path, root) || 'request';
      if (issue.code === 'unrecognized_keys') return `${field}: unknown field${quotable(issue.keys[0] ?? '')}`;
      return `${field}: ${issue.message}`;
    })
    .join('; ');

/** Parses a caller's input. @param root the name of the input, for the error @throws RequestInvalidError */
export const parseOrRefuse = <Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  root = '',
): z.infer<Schema> => {
  const { success, data, error } = schema.safeParse(value, englishErrors);
  if (success) return data as z.infer<Schema>;
  const consent = error.issues.some(({ path }) => path.at(-1) === 'userAuthorized');
  throw new RequestInvalidError(
    consent ? 'consent_missing' : 'request_invalid',
    explain(error, root),
    brokenRules(error, value, root),
  );
};
