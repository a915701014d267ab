import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { RequestInvalidError } from './errors.ts';
import type { BrokenRule } from './problem.ts';

/** The parser's own sentences, for a rule that brings none. It loads none by itself: only whoever tells people needs them. */
export const inWords = { error: en().localeError };

/** How many broken rules one sentence names; the rest would not be read. */
const MOST_RULES = 3;

/** A field's name may be quoted in an error only if it looks like a name: it comes from the caller. */
const quotable = (name: string) => (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) ? ` "${name}"` : '');

const pathOf = (path: readonly PropertyKey[], root: string) => [root, ...path.map(String)].filter(Boolean).join('.');

/** A code per kind of rule, from what the parser calls it. */
const codeOf = (issue: z.core.$ZodIssue): BrokenRule['code'] => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'unknown_field';
    case 'invalid_type':
      return /received undefined$/.test(issue.message) ? 'missing' : 'wrong_type';
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

/** Each broken rule with the path of its field; a field nobody knows is named only if it looks like a name. */
const brokenRules = (error: z.core.$ZodError, root: string): BrokenRule[] =>
  error.issues.slice(0, MOST_RULES).map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? quotable(issue.keys[0] ?? '').slice(2, -1) : '';
    return {
      path: pathOf([...issue.path, unknown], root) || 'request',
      code: codeOf(issue),
      detail: issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message,
    };
  });

/** Says which field breaks which rule, and never the value: `options.threshold: must be 0 to 1`. */
export const explain = (error: z.core.$ZodError, root = ''): string =>
  error.issues
    .slice(0, MOST_RULES)
    .map((issue) => {
      const field = pathOf(issue.path, root) || 'request';
      if (issue.code === 'unrecognized_keys') return `${field}: unknown field${quotable(issue.keys[0] ?? '')}`;
      return `${field}: ${issue.message}`;
    })
    .join('; ');

/** Parses what a caller sent, or refuses it by name. @param root the name of what is parsed, for the sentence */
export const parseOrRefuse = <Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  root = '',
): z.infer<Schema> => {
  const { success, data, error } = schema.safeParse(value, inWords);
  if (success) return data as z.infer<Schema>;
  const consent = error.issues.some(({ path }) => path.at(-1) === 'userAuthorized');
  throw new RequestInvalidError(
    consent ? 'consent_missing' : 'request_invalid',
    explain(error, root),
    brokenRules(error, root),
  );
};
