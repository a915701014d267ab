import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { grantsOf, policiesOf } from '../../infra/local/iam/policies.ts';
import type { RoleCall } from '../../infra/local/iam/roles.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import type { Template } from '../../infra/local/template.ts';
import { edited, holderOf, implicit, isImplicit, judge, superfluous, without } from '../support/permissions.ts';
import { runsIn, settingsOfRuns } from '../support/permissions-runs.ts';

let system: LocalSystem;

let template: Template;

const calls: RoleCall[] = [];

/** A call that is refused may hold up its run for hours: soon after the first one, all that others say is known. */
const SOON_MS = 3000;

/** Longer than any run takes on a busy machine. */
const RUN_MS = 300_000;

const over = Promise.withResolvers<never>();

let isOver = false;

const endAll = (why: string) => {
  isOver = true;
  over.reject(new Error(why));
};

over.promise.catch(() => {});

/** Asks again and again, as long as the runs go on. */
const until = async (isThere: () => Promise<boolean> | boolean) => {
  while (!isOver && !(await isThere())) await sleep(30);
};

type Awaited = { isIt: (one: RoleCall) => boolean; resolve: () => void };

const awaited = new Set<Awaited>();

/** Waits for a call, and goes on before the call itself does: what follows may have a second for it, and a busy machine looks late. */
const called = (isIt: (one: RoleCall) => boolean): Promise<void> =>
  calls.some(isIt) ? Promise.resolve() : new Promise((resolve) => awaited.add({ isIt, resolve }));

const resume = (one: RoleCall) => {
  for (const each of awaited) {
    if (!each.isIt(one)) continue;
    awaited.delete(each);
    each.resolve();
  }
};

/** How each run has ended: that it is done, or why not. */
const ends: Record<string, string> = {};

const readers = new Set<string>();

/** Between the beginnings of two runs: forty at once would hold each other up past a limit of a call to Truora. Milliseconds. */
const APART_MS = 100;

const end = async (name: string, run: () => Promise<unknown>): Promise<void> => {
  ends[name] = await Promise.race([run(), over.promise]).then(
    () => 'done',
    (error: Error) => error.message,
  );
};

beforeAll(async () => {
  system = await startLocalSystem({
    ...settingsOfRuns,
    edit: (synthesized) => {
      template = synthesized;
      const secrets = grantsOf(policiesOf(template)).filter(({ action }) => action.startsWith('secretsmanager:'));
      for (const { role } of secrets) readers.add(holderOf(role));
      return synthesized;
    },
    onCall: (one) => {
      calls.push(one);
      resume(one);
      if (!one.allowed) setTimeout(endAll, SOON_MS, 'a call was refused');
      if (one.action === 'secretsmanager:GetSecretValue') readers.delete(holderOf(one.role));
      // In Lambda each function is a process of its own, and does not find in its memory what another has read. Here each
      // begins with an empty one, as long as it has not read its secret.
      if ([...readers].some((name) => one.resource.includes(`:function:Functions${name}`))) vi.resetModules();
    },
  });
  const tooLong = setTimeout(endAll, RUN_MS, 'it took too long');
  const { atOnce, afterwards } = runsIn(system, called, until);
  const begun: Promise<void>[] = [];
  for (const [name, run] of Object.entries(atOnce)) {
    begun.push(end(name, run));
    await sleep(APART_MS);
  }
  await Promise.all(begun);
  for (const [name, run] of Object.entries(afterwards)) {
    // The clock, which wakes these, makes no call of its own.
    vi.resetModules();
    await end(name, run);
  }
  clearTimeout(tooLong);
}, RUN_MS + 20_000);

afterAll(async () => {
  isOver = true;
  await system.close();
});

describe('the roles that CDK synthesized', () => {
  test('allow every call that was made under them', () => {
    expect(calls.length).toBeGreaterThan(300);
    expect(judge(policiesOf(template), calls).denied).toEqual([]);
    expect(calls.filter(({ allowed }) => !allowed)).toEqual([]);
  });

  test('allow nothing that no run used, but for what AWS does implicitly', () => {
    expect(judge(policiesOf(template), calls).unused).toEqual([]);
  });

  test('allow nothing twice: without any one permission, some call would have been refused', () => {
    expect(superfluous(policiesOf(template), calls)).toEqual([]);
  });

  test('belong to the template for each caller, so that no call used the local credentials', () => {
    const roles = grantsOf(policiesOf(template)).map(({ role }) => role);
    expect(new Set(calls.map(({ role }) => role))).toEqual(new Set(roles));
  });
});

test('every run happened', () => {
  expect(Object.keys(ends).length).toBeGreaterThan(20);
  expect(Object.entries(ends).filter(([, how]) => how !== 'done')).toEqual([]);
});

describe('what AWS does implicitly', () => {
  test.each(implicit)('$actions appears in the template: $what', ({ actions, since, what }) => {
    const actionsIn = grantsOf(policiesOf(template)).filter(({ action }) => actions.test(action));
    expect(actionsIn).not.toEqual([]);
    expect(since).toMatch(/^2026-\d\d-\d\d$/);
    expect(what).toMatch(/\(documented: .+\)\.$/);
  });

  test('covers keys, logs, traces and the queue of failed events, and nothing else', () => {
    const services = grantsOf(policiesOf(template))
      .filter(isImplicit)
      .map(({ action }) => action.split(':')[0]);
    expect(new Set(services)).toEqual(new Set(['kms', 'logs', 'xray', 'sqs']));
  });

  test('lets only the jobs for failures and outcomes send to their queues, only the health count, and no function read one', () => {
    const ofQueues = grantsOf(policiesOf(template)).filter(({ action }) => action.startsWith('sqs:'));
    const found = ofQueues.map(({ role, action, resource }) => {
      const [, queue] = /:(DropRule|Jobs|Evidence)DeadLetters\w+$/.exec(resource) ?? [];
      return `${holderOf(role)} ${action} ${queue}`;
    });
    expect(found.toSorted()).toEqual([
      'ReadHealth sqs:GetQueueAttributes DropRule',
      'ReadHealth sqs:GetQueueAttributes Evidence',
      'ReadHealth sqs:GetQueueAttributes Jobs',
      'RepairExecution sqs:SendMessage Jobs',
      'SignEvidence sqs:SendMessage Evidence',
    ]);
  });
});

describe('a changed permission is found', () => {
  test.each([
    ['MoveMedia', 's3:GetObjectVersion', 'MoveMedia was denied s3:GetObjectVersion on arn:aws:s3:::'],
    ['AwaitWebhook', 'states:SendTaskSuccess', 'AwaitWebhook was denied states:SendTaskSuccess on '],
    ['ListRevalidations', 'dynamodb:Query', 'ListRevalidations was denied dynamodb:Query on '],
    ['StartRevalidation', 's3:PutObject', 'StartRevalidation was denied s3:PutObject on '],
    ['ReadVerdict', 'secretsmanager:GetSecretValue', 'ReadVerdict was denied secretsmanager:GetSecretValue on '],
    ['RecordOutcome', 'events:PutEvents', 'RecordOutcome was denied events:PutEvents on '],
    ['Workflow', 'lambda:InvokeFunction', 'Workflow was denied lambda:InvokeFunction on '],
    ['DropRule', 'states:StartExecution', 'DropRule was denied states:StartExecution on '],
    ['SweepInbox', 's3:ListBucketVersions', 'SweepInbox was denied s3:ListBucketVersions on arn:aws:s3:::'],
    ['SignEvidence', 'kms:Sign', 'SignEvidence was denied kms:Sign on arn:aws:kms:'],
    ['ReadEvidence', 's3:PutObject', 'ReadEvidence was denied s3:PutObject on arn:aws:s3:::'],
    ['ReadJwks', 'kms:GetPublicKey', 'ReadJwks was denied kms:GetPublicKey on arn:aws:kms:'],
    ['SweepLedger', 's3:DeleteObjectVersion', 'SweepLedger was denied s3:DeleteObjectVersion on arn:aws:s3:::'],
  ])('%s without %s', (holder, action, said) => {
    const { denied } = judge(edited(template, holder, without(action)), calls);
    expect(denied).toContainEqual(expect.stringContaining(said));
  });

  test('a kind of items that a function may not change any more', () => {
    const { denied } = judge(
      edited(template, 'ReadRevalidation', (statements) =>
        JSON.parse(JSON.stringify(statements).replaceAll('"TICKET#*"', '"OTHER#*"')),
      ),
      calls,
    );
    expect(denied).toEqual([
      expect.stringMatching(/^ReadRevalidation was denied dynamodb:GetItem on .* with keys TICKET#$/),
    ]);
  });

  test.each([
    ['another action', 'ReadOutcome', 'dynamodb:DeleteItem', 'arn:aws:dynamodb:us-east-1:000000000000:table/Other'],
    ['another resource', 'CheckEnrollment', 'secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:::secret:Other'],
    ['another function for the machine', 'Workflow', 'lambda:InvokeFunction', 'arn:aws:lambda:::function:Other'],
  ])('%s', (_, holder, Action, Resource) => {
    const more = { Effect: 'Allow', Action, Resource };
    const { unused } = judge(
      edited(template, holder, (statements) => [...statements, more]),
      calls,
    );
    expect(unused).toContainEqual(
      expect.stringContaining(`${holder} may ${Action} on ${Resource}, and no run used it`),
    );
  });

  test('the same permission in wider words', () => {
    const more = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' };
    const wider = edited(template, 'ReadOutcome', (statements) => [...statements, more]);
    expect(superfluous(wider, calls)).toContainEqual(
      expect.stringContaining('ReadOutcome may dynamodb:GetItem on arn'),
    );
  });
});
