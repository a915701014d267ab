import * as z from 'zod/mini';
import { englishErrors } from '../../../shared/domain/parse.ts';
import { resourcesOf, type Template } from '../template.ts';

/** What DynamoDB says of a call: the partition keys of the items it touches. */
export const LEADING_KEYS = 'dynamodb:LeadingKeys';

/** What somebody would do, and what the service says of the call beside it (DynamoDB: the items' keys). */
export type Ask = { action: string; resource: string; context?: Record<string, string[]> };

const texts = z.union([
  z.pipe(
    z.string(),
    z.transform((one) => [one]),
  ),
  z.array(z.string()),
]);

/** `asked` are the values of the call (none when the service does not speak of the key), `written` those of the policy. */
type Operator = (asked: string[], written: string[]) => boolean;

const operators = {
  StringEquals: (asked, written) => asked.length === 1 && written.some((one) => one === asked[0]),
  StringLike: (asked, written) => asked.length === 1 && written.some((one) => isLike(one, asked[0] ?? '')),
  Bool: (asked, written) => asked.length === 1 && written.some((one) => one === asked[0]),
  // Whether the service must not speak of the key at all.
  Null: (asked, written) => written.some((one) => one === String(asked.length === 0)),
  // Of a key that the service does not speak of this is true, in AWS too.
  'ForAllValues:StringEquals': (asked, written) => asked.every((value) => written.some((one) => one === value)),
  'ForAllValues:StringLike': (asked, written) => asked.every((value) => written.some((one) => isLike(one, value))),
} as const satisfies Record<string, Operator>;

type OperatorName = keyof typeof operators;

/** What a statement of ours may hold. Anything else (NotAction, Principal, other operators) is refused, not overlooked. */
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

/** Every call of every function asks, and the patterns are those of the template: each is made once. */
const made = new Map<string, RegExp>();

/** `*` stands for any run of characters and `?` for one; everything else for itself. */
const isLike = (pattern: string, value: string): boolean => {
  let like = made.get(pattern);
  if (!like) {
    const text = pattern
      .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    like = new RegExp(`^${text}$`, 's');
    made.set(pattern, like);
  }
  return like.test(value);
};

/** The six parts of an ARN; the last one may hold colons of its own. */
const partsOf = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

export const isAction = (pattern: string, action: string): boolean =>
  isLike(pattern.toLowerCase(), action.toLowerCase());

/** A wildcard reaches no further than its part of the ARN. Case counts. */
export const isResource = (pattern: string, arn: string): boolean => {
  const parts = partsOf(arn);
  return pattern === '*' || partsOf(pattern).every((part, index) => isLike(part, parts[index] ?? ''));
};

const speaksOf = ({ Action, Resource, Condition = {} }: Statement, { action, resource, context = {} }: Ask): boolean =>
  Action.some((pattern) => isAction(pattern, action)) &&
  Resource.some((pattern) => isResource(pattern, resource)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, written]) => operators[operator as OperatorName](context[key] ?? [], written)),
  );

/** IAM's answer: an explicit Deny beats every Allow, and what no Allow speaks of is denied. */
export const isAllowed = (statements: readonly Statement[], ask: Ask): boolean =>
  !statements.some((one) => one.Effect === 'Deny' && speaksOf(one, ask)) &&
  statements.some((one) => one.Effect === 'Allow' && speaksOf(one, ask));

/**
 * What each role of the template may do, by the role's ARN.
 * @throws for what this file does not evaluate: managed policies, boundaries, unknown parts of a statement
 */
export const policiesOf = (template: Template): Map<string, Statement[]> =>
  new Map(
    resourcesOf(template, 'AWS::IAM::Role').map(({ id, ref, arn, properties }) => {
      const unknown = Object.keys(properties).filter((name) => !/^(AssumeRolePolicyDocument|Description)$/.test(name));
      if (unknown.length > 0) throw new TypeError(`the role ${id} has ${unknown}, which nobody evaluates here`);
      const policies = resourcesOf(template, 'AWS::IAM::Policy')
        .map(({ properties: policy }) => policy as { Roles: string[]; PolicyDocument: { Statement: unknown[] } })
        .filter(({ Roles }) => Roles.includes(ref));
      return [
        arn,
        policies.flatMap(({ PolicyDocument }) => z.array(Statement).parse(PolicyDocument.Statement, englishErrors)),
      ];
    }),
  );

/** One thing a role may do: an action on a resource, and on items with such keys where the statement names some. */
export type Grant = { role: string; action: string; resource: string; keys: string | undefined };

/** Every action on every resource that the Allow statements name, one by one. */
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

/** Whether a call made use of a grant. */
export const isUseOf = ({ action, resource, keys }: Grant, ask: Ask): boolean =>
  isAction(action, ask.action) &&
  isResource(resource, ask.resource) &&
  (keys === undefined || (ask.context?.[LEADING_KEYS] ?? []).some((key) => isLike(keys, key)));
