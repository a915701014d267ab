import * as z from 'zod/mini';
import { englishErrors } from '../../../shared/domain/parse.ts';
import { resourcesOf, type Template } from '../template.ts';

/** The condition key with the partition keys of the items that a call touches. */
export const LEADING_KEYS = 'dynamodb:LeadingKeys';

/** One call: its action, its resource, and the condition keys that the service gives (DynamoDB: the items' keys). */
export type Ask = { action: string; resource: string; context?: Record<string, string[]> };

const texts = z.union([
  z.pipe(
    z.string(),
    z.transform((one) => [one]),
  ),
  z.array(z.string()),
]);

/** `asked` are the values of the call (none when the service does not give the key), `written` those of the policy. */
type Operator = (asked: string[], written: string[]) => boolean;

const operators = {
  StringEquals: (asked, written) => asked.length === 1 && written.some((one) => one === asked[0]),
  StringLike: (asked, written) => asked.length === 1 && written.some((one) => isLike(one, asked[0] ?? '')),
  Bool: (asked, written) => asked.length === 1 && written.some((one) => one === asked[0]),
  // Whether the key must be absent from the call.
  Null: (asked, written) => written.some((one) => one === String(asked.length === 0)),
  // True for an absent key, as in AWS.
  'ForAllValues:StringEquals': (asked, written) => asked.every((value) => written.some((one) => one === value)),
  'ForAllValues:StringLike': (asked, written) => asked.every((value) => written.some((one) => isLike(one, value))),
} as const satisfies Record<string, Operator>;

type OperatorName = keyof typeof operators;

/** The supported parts of a statement. Everything else (NotAction, Principal, other operators) is an error. */
export const Statement = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: z.optional(
    z.partialRecord(
      z.enum(Object.keys(operators) as [OperatorName, ...OperatorName[]]),
      z.record(
        z.string(),
        texts.check(z.refine((values) => values.every((value) => !value.includes('${')), 'has a variable')),
      ),
    ),
  ),
});

export type Statement = z.infer<typeof Statement>;

/** Every call is checked, and the patterns are those of the template, so each is compiled once. */
const compiledOnce = (flags: string, textOf: (escaped: string) => string) => {
  const compiled = new Map<string, RegExp>();
  return (pattern: string, value: string): boolean => {
    const known = compiled.get(pattern);
    if (known) return known.test(value);
    const like = new RegExp(`^${textOf(pattern.replace(/[.+^$()|[\]{}\\]/g, '\\$&'))}$`, flags);
    compiled.set(pattern, like);
    return like.test(value);
  };
};

/** `*` stands for any characters of a set, and `?` for one of them. */
const wildcards = (escaped: string, any = '.'): string => escaped.replaceAll('*', `${any}*`).replaceAll('?', any);

const isLike = compiledOnce('s', (escaped) => wildcards(escaped));

export const isAction = compiledOnce('is', (escaped) => wildcards(escaped));

/** A wildcard matches within its part of the ARN only; the last of the six parts may have colons. Case-sensitive. */
export const isResource = compiledOnce('s', (escaped) => {
  const parts = escaped.split(':').map((part, index) => wildcards(part, index < 5 ? '[^:]' : '.'));
  return escaped === '*' ? '.*' : parts.join(':');
});

const appliesTo = ({ Action, Resource, Condition = {} }: Statement, { action, resource, context = {} }: Ask): boolean =>
  Action.some((pattern) => isAction(pattern, action)) &&
  Resource.some((pattern) => isResource(pattern, resource)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, written]) => operators[operator as OperatorName](context[key] ?? [], written)),
  );

/** IAM's decision: an explicit Deny overrides every Allow, and without an Allow the call is denied. */
export const isAllowed = (statements: readonly Statement[], ask: Ask): boolean =>
  !statements.some((one) => one.Effect === 'Deny' && appliesTo(one, ask)) &&
  statements.some((one) => one.Effect === 'Allow' && appliesTo(one, ask));

/**
 * The statements of each role of the template, by the role's ARN.
 * @throws TypeError for what this module does not evaluate: managed policies, boundaries, unknown parts of a statement
 */
export const policiesOf = (template: Template): Map<string, Statement[]> => {
  const all = resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => {
    const { Roles, PolicyDocument } = properties as { Roles: string[]; PolicyDocument: { Statement: unknown[] } };
    return { Roles, statements: z.array(Statement).parse(PolicyDocument.Statement, englishErrors) };
  });
  return new Map(
    resourcesOf(template, 'AWS::IAM::Role').map(({ id, ref, arn, properties }) => {
      const unknown = Object.keys(properties).filter((name) => !/^(AssumeRolePolicyDocument|Description)$/.test(name));
      if (unknown.length > 0) throw new TypeError(`the role ${id} has ${unknown}, which is not evaluated here`);
      return [arn, all.filter(({ Roles }) => Roles.includes(ref)).flatMap(({ statements }) => statements)];
    }),
  );
};

/** One permission of a role: an action on a resource, and the pattern of the items' keys if the statement has one. */
export type Grant = { role: string; action: string; resource: string; keys: string | undefined };

/** Each action on each resource in the Allow statements, one by one. */
export const grantsOf = (policies: ReadonlyMap<string, readonly Statement[]>): Grant[] =>
  [...policies].flatMap(([role, statements]) =>
    statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource, Condition }) => {
        const keys = Condition?.['ForAllValues:StringLike']?.[LEADING_KEYS] ?? [undefined];
        return Action.flatMap((action) =>
          Resource.flatMap((resource) => keys.map((key) => ({ role, action, resource, keys: key }))),
        );
      }),
  );

/** Whether a call used a grant. */
export const isUseOf = ({ action, resource, keys }: Grant, ask: Ask): boolean =>
  isAction(action, ask.action) &&
  isResource(resource, ask.resource) &&
  (keys === undefined || (ask.context?.[LEADING_KEYS] ?? []).some((key) => isLike(keys, key)));
