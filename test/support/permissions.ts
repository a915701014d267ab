import {
  type Grant,
  grantsOf,
  isAllowed,
  isUseOf,
  policiesOf,
  type Statement,
} from '../../infra/local/iam/policies.ts';
import type { RoleCall } from '../../infra/local/iam/roles.ts';
import type { Template } from '../../infra/local/template.ts';

type Policies = ReadonlyMap<string, readonly Statement[]>;

/** `FunctionsMoveMediaServiceRole58F34709` is MoveMedia's, `WorkflowRole98C7DC98` the machine's. */
export const holderOf = (role: string): string =>
  role.replace(/^.*:role\//, '').replace(/^(?:Functions)?(\w+?)(?:Service)?Role[0-9A-F]{8}$/, '$1');

/**
 * What AWS does in a role's name without a call of ours, so that no run here can use the permission. Everything else that a
 * role may do, some run has to do.
 */
export const implicit: { actions: RegExp; since: string; what: string }[] = [
  {
    actions: /^kms:(Decrypt|DescribeKey|Encrypt|GenerateDataKey|ReEncryptFrom|ReEncryptTo)$/,
    since: '2026-11-25',
    what: 'S3 and DynamoDB use the data key in the name of the reader or writer (documented: SSE-KMS, encryption at rest).',
  },
  {
    actions: /^logs:(CreateLogStream|PutLogEvents)$/,
    since: '2026-11-25',
    what: "Lambda writes a function's output to its log group with the function's role (documented: execution role).",
  },
  {
    actions:
      /^logs:((Create|Get|Update|Delete)LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/,
    since: '2026-11-25',
    what: 'Step Functions sets up the delivery of its log with the role of the machine (documented: CloudWatch Logs).',
  },
  {
    actions: /^xray:Put(TraceSegments|TelemetryRecords)$/,
    since: '2026-11-25',
    what: 'Lambda and Step Functions send their segments with the role (documented: active tracing).',
  },
  {
    actions: /^xray:GetSampling(Rules|Targets)$/,
    since: '2026-11-25',
    what: 'Step Functions asks how much to sample with the role of the machine (documented: X-Ray).',
  },
  {
    actions: /^sqs:SendMessage$/,
    since: '2026-11-25',
    what: "Lambda sends the event of an asynchronous call that failed to the queue, with the function's role (documented: destinations).",
  },
];

export const isImplicit = ({ action }: Grant): boolean => implicit.some(({ actions }) => actions.test(action));

const said = ({ role, action, resource, keys }: Grant) =>
  `${holderOf(role)} may ${action} on ${resource}${keys ? ` with keys ${keys}` : ''}`;

/** The calls of each role. There are thousands, and each grant is compared with those of its role. */
const callsByRole = (calls: readonly RoleCall[]) => {
  const byRole = Map.groupBy(calls, ({ role }) => role);
  return (role: string): readonly RoleCall[] => byRole.get(role) ?? [];
};

/** Which calls the policies refuse, and which of their grants no call used, in words. */
export const judge = (policies: Policies, calls: readonly RoleCall[]): { denied: string[]; unused: string[] } => {
  const callsOf = callsByRole(calls);
  return {
    denied: [
      ...new Set(
        calls
          .filter((call) => !isAllowed(policies.get(call.role) ?? [], call))
          .map(({ role, action, resource, context = {} }) => {
            const keys = Object.values(context)
              .flat()
              .map((key) => key.replace(/#.*$/s, '#'));
            return `${holderOf(role)} was denied ${action} on ${resource.replace(/(:execution:[^:]+|:::[^/]+\/[^/]+).*$/s, '$1')}${keys.length > 0 ? ` with keys ${[...new Set(keys)]}` : ''}`;
          }),
      ),
    ],
    unused: grantsOf(policies)
      .filter((grant) => !isImplicit(grant))
      .filter((grant) => !callsOf(grant.role).some((call) => isUseOf(grant, call)))
      .map((grant) => `${said(grant)}, and no run used it`),
  };
};

/** The same policies with each Allow taken apart into one statement a grant, so that a single one can be taken away. */
const apart = (policies: Policies): { role: string; statement: Statement }[] =>
  [...policies].flatMap(([role, statements]) =>
    statements.flatMap(({ Action, Resource, Condition, ...rest }) => {
      const { 'ForAllValues:StringLike': keys, ...others } = Condition ?? {};
      const conditions = Object.entries(keys ?? {}).flatMap(([key, values]) =>
        values.map((value) => ({ ...others, 'ForAllValues:StringLike': { [key]: [value] } })),
      );
      return Action.flatMap((action) =>
        Resource.flatMap((resource) =>
          (conditions.length > 0 ? conditions : [Condition]).map((condition) => ({
            role,
            statement: { ...rest, Action: [action], Resource: [resource], Condition: condition } as Statement,
          })),
        ),
      );
    }),
  );

/** Grants that could go without any call being refused: what is allowed twice, or is of no use. */
export const superfluous = (policies: Policies, calls: readonly RoleCall[]): string[] => {
  const atoms = apart(policies);
  const callsOf = callsByRole(calls);
  return atoms.flatMap((atom) => {
    const [grant] = grantsOf(new Map([[atom.role, [atom.statement]]]));
    if (!grant || isImplicit(grant)) return [];
    const others = atoms.filter((one) => one !== atom && one.role === atom.role).map(({ statement }) => statement);
    const used = callsOf(atom.role).filter((call) => isUseOf(grant, call));
    return used.every((call) => isAllowed(others, call)) ? [said(grant)] : [];
  });
};

type Written = { Action: string | string[]; Resource: unknown; Effect: string };

/** The policies of a template with a change in the role of one function. */
export const edited = (
  template: Template,
  holder: string,
  change: (statements: Written[]) => Written[],
): Map<string, Statement[]> => policiesOf(editedTemplate(template, holder, change));

export const editedTemplate = (
  template: Template,
  holder: string,
  change: (statements: Written[]) => Written[],
): Template => {
  const copy = structuredClone(template);
  const policies = Object.entries(copy.Resources).filter(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && new RegExp(`^(Functions)?${holder}(Service)?Role`).test(id),
  );
  if (policies.length !== 1) throw new TypeError(`${holder} has not exactly one policy`);
  for (const [, { Properties }] of policies) {
    const document = Properties.PolicyDocument as { Statement: Written[] };
    document.Statement = change(document.Statement);
  }
  return copy;
};

/** Takes one action out of every statement that has it. */
export const without =
  (action: string) =>
  (statements: Written[]): Written[] =>
    statements
      .map((one) => ({ ...one, Action: [one.Action].flat().filter((other) => other !== action) }))
      .filter(({ Action }) => Action.length > 0);
