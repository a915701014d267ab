import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlarmName, alarmNames } from '../../infra/aws/alarm-table.ts';
import { cloneCommands } from '../../infra/cli/program/clone-commands.ts';
import { run } from '../../infra/cli/program/run.ts';
import { executionEvent } from '../../infra/local/event-bus.ts';
import { drop } from '../../infra/local/put-media.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { createCampaign } from '../../shared/campaigns/items.ts';
import { signWebhook } from '../../shared/truora/webhook.ts';
import { type AwsStage, openAwsStage } from '../support/aws-stage.ts';
import { campaign } from '../support/campaign.ts';
import { selfie } from '../support/commands.ts';
import { chapterOf, read } from '../support/documents.ts';
import { loseRepair, putJobMessage } from '../support/lost-repairs.ts';
import { commandsIn, type Documented, type Started, startedBy } from '../support/pasted.ts';
import { synthesized } from '../support/synthesized.ts';
import { waitFor } from '../support/wait-for.ts';

const RUNBOOK = 'infra/aws/RUNBOOK.md';

/** The helpers that a reader pastes first. */
const [, helpers = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(read(RUNBOOK).split('\n## ')[0] ?? '') ?? [];

let stage: AwsStage;

let secrets: Map<string, string>;

beforeAll(async () => {
  stage = await openAwsStage({ deliversFailures: () => false, config: { unclaimedMinutes: 0, campaigns: true } });
  secrets = new Map(stage.running.system.secrets);
}, 60_000);

beforeEach(() => {
  stage.reset();
  for (const [name, value] of secrets) stage.running.system.secrets.set(name, value);
  (stage.running.system.deadLetters as unknown[]).length = 0;
});

afterAll(() => stage.close());

/** The words in capitals that the document tells its reader to replace. */
type Replaced = Partial<Record<'ID' | 'CAMPAIGN' | 'ACCOUNT' | 'FILE', string>>;

const replaced = (text: string, words: Replaced): string =>
  Object.entries({ ...words, STAGE: 'test' }).reduce(
    (all, [word, value]) => all.replace(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'g'), value),
    text,
  );

const started = (command: string, words: Replaced): Started[] =>
  startedBy(replaced(helpers, words), replaced(command, words), stage.running.system.deployment.outputs);

/** Runs one of our commands as it was pasted, in a folder in which no local system is found: `--stage` leads it there. */
const runOurs = ({ words, env }: Started) => {
  expect(words[0]).toBe('face-revalidation');
  return stage.running.cli(words.slice(1), { stateFolder: '/nowhere', env });
};

/** What a command of AWS calls, its option with a resource, and the type of that resource; what stands alone is the first word. */
const calls: Record<string, { action: string; resource: string; type: string }> = {
  'logs tail': { action: 'logs:FilterLogEvents', resource: '', type: 'AWS::Logs::LogGroup' },
  'sqs receive-message': { action: 'sqs:ReceiveMessage', resource: '--queue-url', type: 'AWS::SQS::Queue' },
  'lambda invoke': { action: 'lambda:InvokeFunction', resource: '--function-name', type: 'AWS::Lambda::Function' },
  'stepfunctions list-executions': {
    action: 'states:ListExecutions',
    resource: '--state-machine-arn',
    type: 'AWS::StepFunctions::StateMachine',
  },
};

let template: Template;

/** A command of AWS must call what an operator may, on a resource that the deployment has. */
const checkAws = ({ words }: Started) => {
  template ??= synthesized(stage.running.system.config);
  const [service, operation, ...more] = words;
  const call = calls[`${service} ${operation}`];
  if (!call) throw new Error(`aws ${service} ${operation} is not a call that this test knows`);
  const value = call.resource === '' ? more[0] : more[more.indexOf(call.resource) + 1];
  expect(resourcesOf(template, call.type).map(({ ref }) => ref)).toContain(value?.split('/').at(-1));
  const policy = resourcesOf(template, 'AWS::IAM::ManagedPolicy').find(({ id }) =>
    id.startsWith('OperatorPermissions'),
  );
  expect(JSON.stringify(policy?.properties.PolicyDocument)).toContain(`"${call.action}"`);
};

const follow = async ({ command, code, prints }: Documented, words: Replaced) => {
  const all = started(command, words);
  expect(all, command).not.toEqual([]);
  for (const [n, one] of all.entries()) {
    if (one.program === 'aws') {
      checkAws(one);
      continue;
    }
    const isLast = n === all.length - 1;
    const ended = await runOurs(one);
    expect([ended.code, ended.err], command).toEqual([isLast ? code : 0, expect.any(String)]);
    if (isLast && prints !== undefined) expect(`${ended.out}\n${ended.err}`, command).toContain(prints);
  }
};

/** Drops media of a person whom the sandbox treats so, and waits for the outcome. */
const ended = async (scenario: string): Promise<Replaced> => {
  const { system } = stage.running;
  const who = { accountId: `runbook-${scenario}`, enrollmentId: `ENR-${scenario}` };
  system.sandbox?.enroll(who);
  const execution = await system.executionOf(await drop(system, { file: selfie, ...who, name: 'selfie.jpg' }));
  await execution.ended.catch(() => {});
  const [record] = (await system.recordsOf(who.accountId)).records;
  expect(record?.outcome, scenario).toBeDefined();
  return { ID: record?.revalidationId ?? '', ACCOUNT: who.accountId };
};

const keyFor = (days: number): string => {
  const exp = Math.floor(Date.now() / 1000) + days * 86_400 + 3600;
  return `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
};

/** A file in the folder of the commands. */
const fileWith = (text: string): Replaced => {
  writeFileSync(join(stage.running.folder, 'new-key.txt'), text);
  return { FILE: 'new-key.txt' };
};

const lostDrop = async (delivery: 'start nothing' | 'are lost', name: string): Promise<string> => {
  const { system } = stage.running;
  const who = { accountId: `runbook-${name}`, enrollmentId: `ENR-${name}` };
  system.sandbox?.enroll(who);
  system.setEventDelivery(delivery);
  await drop(system, { file: selfie, ...who, name: 'selfie.jpg' });
  if (delivery === 'start nothing') await waitFor(() => expect(system.deadLetters).toHaveLength(1));
  system.setEventDelivery('arrive');
  return who.accountId;
};

const outcomeOf = (accountId: string) =>
  waitFor(async () => {
    const [record] = (await stage.running.system.recordsOf(accountId)).records;
    expect(record?.outcome).toBeDefined();
    return record;
  });

/** A campaign that runs, and whose execution is not there. */
const campaignOf = async (name: string): Promise<string> => {
  const campaignId = `CMP${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  const ledger = { table: stage.running.system.table, retentionDays: 1 };
  await createCampaign(ledger, campaign({ campaignId, status: 'running', run: 1 }));
  return campaignId;
};

/** Brings about what each alarm is about. @returns what its reader puts in place of the words in capitals */
const states: Record<AlarmName, () => Promise<Replaced>> = {
  ExecutionsFailed: () => ended('system-error'),
  ExecutionsTimedOut: async () => {
    const { system } = stage.running;
    const { revalidationId, owner = '' } = await loseRepair(system, 'timed-out');
    (system.deadLetters as unknown[]).length = 0;
    const execution = system.machine.describe(owner);
    if (!execution) throw new Error('the record names no execution');
    putJobMessage(system, executionEvent({ ...execution, status: 'TIMED_OUT' }));
    expect((await stage.cli(['redrive', '--yes'])).code).toBe(0);
    return { ID: revalidationId };
  },
  DropsNotStarted: async () => {
    await lostDrop('start nothing', 'not-started');
    return {};
  },
  UnclaimedDrops: async () => {
    const accountId = await lostDrop('are lost', 'unclaimed');
    await stage.running.system.sweep();
    await outcomeOf(accountId);
    return {};
  },
  WebhookSilence: () => ended('webhook-lost'),
  WebhooksUnread: async () => {
    const { webhookUrl, webhookKey } = stage.running.system;
    const headers = { 'content-type': 'application/jwt' };
    const body = await signWebhook({ events: [{ colour: 'red' }] }, webhookKey);
    expect((await fetch(webhookUrl, { method: 'POST', headers, body })).status).toBe(200);
    return {};
  },
  TruoraErrorRate: () => ended('limited'),
  WebhookSignatureFailures: () => ended('webhook-forged'),
  Orphans: () => ended('create-lost'),
  VerdictMismatch: () => ended('percent'),
  VerdictUnconfirmed: () => ended('no-similarity'),
  UnknownReason: () => ended('declined-new'),
  KeyExpiry: async () => {
    const { system } = stage.running;
    system.secrets.set(system.deployment.outputs.TruoraKeySecret ?? '', keyFor(10));
    return fileWith(keyFor(90));
  },
  SweepFailures: () => ended('capitals'),
  RepairsNotDone: async () => ({ ID: (await loseRepair(stage.running.system, 'not-repaired')).revalidationId }),
  EvidenceNotSigned: async () => {
    const signed = await ended('approved');
    putJobMessage(stage.running.system, { detail: { revalidationId: signed.ID } }, 'EvidenceDeadLetters');
    return signed;
  },
  CampaignStopped: async () => ({ CAMPAIGN: await campaignOf('stopped') }),
  CampaignRowsFailed: async () => ({ CAMPAIGN: await campaignOf('failed') }),
  SweepsMissing: async () => ({}),
};

describe.each(alarmNames)('the entry of %s', (name) => {
  const documented = commandsIn(chapterOf(RUNBOOK, name));

  test('has a command that shows what happened, also on the local system', () => {
    expect(documented.filter(({ command, prints }) => command.startsWith('fr ') && prints)).not.toEqual([]);
  });

  test('can be followed by copy and paste, after the command in the mail', async () => {
    const words = await states[name]();
    const [, first = ''] = /^First run: (.+)$/m.exec(mailOf(name)) ?? [];
    const [one] = started(first.replace('--stage local', '--stage test'), {});
    if (one?.program === 'aws') checkAws(one);
    else expect((one ? await runOurs(one) : undefined)?.code).toBeLessThanOrEqual(1);
    for (const each of documented) await follow(each, words);
  });
});

const mailOf = (name: AlarmName): string => {
  template ??= synthesized(stage.running.system.config);
  const all = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
    resourcesOf(template, type),
  );
  return String(
    all.find(({ properties }) => properties.AlarmName === `face-revalidation-local-${name}`)?.properties
      .AlarmDescription,
  );
};

/** Procedures that the entries lead to. */
const procedures: [string, () => Promise<Replaced>][] = [
  ['Closing and opening Truora', async () => ({})],
  ['Redrive', async () => ({})],
  ['Announcing again', () => ended('announced')],
  ['Rotating a webhook key', async () => fileWith('key-of-the-new-rule')],
  ['Rotating the Truora key', async () => fileWith(keyFor(90))],
];

test.each(procedures)('the procedure "%s" can be followed by copy and paste', async (heading, state) => {
  const documented = commandsIn(chapterOf(RUNBOOK, heading));
  expect(documented).not.toEqual([]);
  const words = await state();
  for (const each of documented) await follow(each, words);
});

/** Every command, without its work: only its words are read. */
const onlyRead = cloneCommands.map((entry) => ({
  ...entry,
  load: async () => {
    const { define } = await entry.load();
    const only: typeof define = (command, does, context) => define(command, (inner) => does(inner, () => 0), context);
    return { define: only };
  },
}));

/** The commands of the runbook but for its helpers, and those of the page that restores the ledger. */
const allCommands = () => [
  ...commandsIn(read(RUNBOOK).split('\n## ').slice(1).join('\n## ')),
  ...commandsIn(read('infra/aws/RESTORE.md')),
];

test('every command of the runbook that is ours has the arguments and options of the command line', async () => {
  const ours = allCommands()
    .filter(({ command }) => !command.includes('aws '))
    .flatMap(({ command }) => started(command, {}))
    .filter(({ program }) => program === 'npx');
  expect(ours.length).toBeGreaterThan(30);
  const lines: string[] = [];
  const context = { log: (line: string) => void lines.push(line) } as Parameters<typeof run>[2];
  for (const { words } of ours) expect([await run(words.slice(1), onlyRead, context), lines]).toEqual([0, []]);
});

/** The SDK's clients, by the service's name on AWS's command line. */
const services: Record<string, () => Promise<object>> = {
  dynamodb: () => import('@aws-sdk/client-dynamodb'),
  lambda: () => import('@aws-sdk/client-lambda'),
  sqs: () => import('@aws-sdk/client-sqs'),
};

/** What is no operation of these clients: a command of AWS's command line alone, and a service that we do not call. */
const others = ['logs tail', 'cloudformation describe-stack-events', 'cloudformation detect-stack-drift'];

test('every command of AWS in the runbook is an operation of its service', async () => {
  const named = allCommands()
    .filter(({ command }) => /^(aws|lines) /.test(command))
    .flatMap(({ command }) => started(command, {}))
    .flatMap(({ program, words: [service = '', operation = ''] }) =>
      program === 'aws' && !others.includes(`${service} ${operation}`) ? [{ service, operation }] : [],
    );
  expect(named.length).toBeGreaterThan(4);
  for (const { service, operation } of named) {
    const client = (await services[service]?.()) ?? {};
    const words = operation.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
    expect(Object.keys(client), `aws ${service} ${operation}`).toContain(`${words.join('')}Command`);
  }
});

test('a command that cannot be pasted is found', () => {
  expect(() => started('fr show ID"', {})).toThrow(/show/);
  expect(() => started('frr show', {})).toThrow(/frr/);
  expect(commandsIn('see `fr redrive` (exit 1)\n  prints "x"; `ID`')).toEqual([
    { command: 'fr redrive', code: 1, prints: 'x' },
  ]);
});
