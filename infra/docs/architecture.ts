import { EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import { EVIDENCE } from '../../shared/domain/evidence-key.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { jobs, routes } from '../../shared/workflow/functions.ts';
import { resourcesOf, type Template } from '../local/template.ts';

type Statement = { Action: string | string[]; Resource: string | string[] };

type Rule = { EventPattern?: { source?: string[] }; ScheduleExpression?: string; Targets: { Arn: string }[] };

const calls = Object.entries(routes).filter(([, { scope }]) => scope !== 'signature');

const webhooks = Object.entries(routes).filter(([, { scope }]) => scope === 'signature');

const namesOf = (entries: [string, unknown][]) => entries.map(([name]) => name);

/** The functions, by their caller. */
const all: Record<string, readonly string[]> = {
  steps: stepNames,
  calls: namesOf(calls),
  webhooks: namesOf(webhooks),
  jobs: Object.keys(jobs),
};

/** The arrow of each permission. Permissions for keys, logs and traces are left out. */
const meanings: [RegExp, string, string][] = [
  [/^dynamodb:(Get|BatchGet|Query)/, 'ledger', 'reads'],
  [/^dynamodb:(Put|Update|Delete)/, 'ledger', 'writes'],
  [/^s3:GetObject/, 'media', 'reads'],
  [/^s3:PutObject/, 'media', 'signs uploads'],
  [/^s3:DeleteObject/, 'media', 'deletes'],
  [/^s3:ListBucketVersions/, 'media', 'lists'],
  [/^events:PutEvents/, 'bus', 'announces'],
  [/^kms:Sign/, 'evidence', 'signs'],
  [/^secretsmanager:GetSecretValue/, 'secrets', 'reads'],
  [/^states:StartExecution/, 'machine', 'starts'],
  [/^states:StopExecution/, 'machine', 'stops'],
  [/^states:SendTaskSuccess/, 'machine', 'resumes'],
  [/^states:DescribeExecution/, 'machine', 'checks'],
];

/** The arrow of an action on evidence, which has a bucket of its own. */
const ofEvidence: typeof meanings = [
  [/^s3:GetObject/, 'evidence', 'reads'],
  [/^s3:PutObject/, 'evidence', 'writes'],
];

/** The arrows of a function: from its role, and from its variables if it calls Truora. */
const actionsOf = (template: Template, name: string): [string, string][] => {
  const own = (id: string) => new RegExp(`^Functions${name}(ServiceRole|[0-9A-F]{8}$)`).test(id);
  const actions = resourcesOf(template, 'AWS::IAM::Policy')
    .filter(({ id }) => own(id))
    .flatMap(({ properties }) => (properties.PolicyDocument as { Statement: Statement[] }).Statement)
    .flatMap(({ Action, Resource }) => [Action].flat().map((action) => [action, String(Resource)] as const));
  const [lambda] = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) => own(id));
  const { Variables = {} } = (lambda?.properties.Environment ?? {}) as { Variables?: Record<string, string> };
  return [
    ...actions.flatMap(([action, resource]): [string, string][] =>
      (resource.includes(`/${EVIDENCE}`) ? ofEvidence : meanings).flatMap(([permission, to, verb]) =>
        permission.test(action) ? [[to, verb]] : [],
      ),
    ),
    ...('TRUORA_ORIGIN' in Variables ? ([['truora', 'asks']] as [string, string][]) : []),
  ];
};

const rulesOf = (template: Template) =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(({ properties }) => {
    const { EventPattern, ScheduleExpression, Targets } = properties as unknown as Rule;
    const to = Targets.some(({ Arn }) => Arn.includes(':function:')) ? 'jobs' : 'machine';
    if (ScheduleExpression)
      return [`  clock(["a clock, ${ScheduleExpression.replace(/^rate\((.*)\)$/, 'every $1')}"]) --> ${to}`];
    if (EventPattern?.source?.includes(EVENT_SOURCE)) return [`  bus -.->|each end| ${to}`];
    if (EventPattern?.source?.includes('aws.s3')) return [`  media ==>|each drop| ${to}`];
    return [`  machine -.->|what failed| ${to}`];
  });

const box = (id: string, title: string, names: readonly string[]) => {
  const rows = Array.from({ length: Math.ceil(names.length / 3) }, (_, index) => names.slice(index * 3, index * 3 + 3));
  return `  ${id}["<b>${title}</b><br/>${rows.map((row) => row.join(', ')).join('<br/>')}"]`;
};

/**
 * The architecture as a Mermaid flowchart. Its boxes are the names in the code. Its arrows are what the synthesized roles,
 * variables and rules allow, so the picture shows nothing that cannot happen.
 * @param template the synthesized template of the stack
 */
export const architecture = (template: Template): string => {
  const isThere = (name: string) =>
    resourcesOf(template, 'AWS::Lambda::Function').some(({ id }) =>
      new RegExp(`^Functions${name}[0-9A-F]{8}$`).test(id),
    );
  const groups = Object.fromEntries(Object.entries(all).map(([group, names]) => [group, names.filter(isThere)]));
  const arrows = Object.entries(groups).flatMap(([group, names]) => {
    const verbs = new Map<string, Set<string>>();
    for (const [to, verb] of names.flatMap((name) => actionsOf(template, name))) {
      verbs.set(to, (verbs.get(to) ?? new Set()).add(verb));
    }
    return [...verbs].map(([to, all]) => `  ${group} -->|${[...all].join(', ')}| ${to}`);
  });
  const letters = resourcesOf(template, 'AWS::SQS::Queue').length;
  return [
    'flowchart LR',
    '  drop(["a drop"]) ==> media[("media bucket")]',
    '  workflow(["a workflow"]) ==> machine',
    '  call(["a call"]) ==> api["HTTP API"]',
    '  truora(["Truora"]) -.->|webhook| api',
    box('machine', 'state machine', ['calls each step, waits, retries']),
    box('steps', 'steps', groups.steps ?? []),
    box('calls', 'routes', groups.calls ?? []),
    box('webhooks', 'webhook', groups.webhooks ?? []),
    box('jobs', 'jobs', groups.jobs ?? []),
    '  ledger[("ledger")]',
    '  secrets[("secrets")]',
    '  evidence[("evidence")]',
    '  bus(["event bus"]) ==> listeners(["listeners"])',
    '  machine ==> steps',
    '  api ==> calls',
    '  api -.-> webhooks',
    ...rulesOf(template),
    ...arrows,
    `  machine & jobs -.->|what could not start| letters[("${letters} dead-letter queues")]`,
  ].join('\n');
};
