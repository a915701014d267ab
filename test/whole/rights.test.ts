import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { drop, putMedia } from '../../infra/local/drop.ts';
import { grantsOf, policiesOf } from '../../infra/local/iam.ts';
import type { RoleCall } from '../../infra/local/rights.ts';
import type { Template } from '../../infra/local/template.ts';
import { startWorld, type World } from '../../infra/local/world.ts';
import { revalidationIdOf } from '../../shared/domain/ids.ts';
import { calling, upload } from '../support/callers.ts';
import { fileOf, photo, someone } from '../support/drops.ts';
import { edited, holderOf, implicit, isImplicit, judge, superfluous, without } from '../support/rights.ts';

let world: World;
let template: Template;
let call: ReturnType<typeof calling>;
let desk: DynamoDBClient;
const calls: RoleCall[] = [];

/** A call that is refused may hold up its run for hours: soon after the first one, all that others say is known. */
const SOON_MS = 3000;
/** Longer than any run takes on a busy machine. */
const RUN_MS = 100_000;
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

type Person = { accountId: string; enrollmentId: string };

const dropOf = async (suffix: string, resultMode: 'callback' | 'poll' = 'callback') => {
  const who = await someone(world, suffix);
  const versionId = await drop(world, { file: fileOf(photo), ...who, name: 'a.jpg', options: { resultMode } });
  return { who, versionId, execution: await world.executionOf(versionId) };
};

/** A drop from its beginning to its end, and the same event once more. */
const walk = async (suffix: string, resultMode: 'callback' | 'poll' = 'callback') => {
  const { execution, versionId } = await dropOf(suffix, resultMode);
  await execution.ended;
  await Promise.all(world.redeliver(versionId).map(({ ended }) => ended));
};

/** Puts an item into the ledger, whatever stood there before. */
const stand = async (item: Record<string, unknown>) => {
  await desk.send(new PutItemCommand({ TableName: world.table, Item: marshall(item) }));
};

const recordsOnce = async ({ accountId }: Person, phase: string) => {
  let { records } = await world.recordsOf(accountId);
  await until(async () => {
    ({ records } = await world.recordsOf(accountId));
    return records[0]?.phase === phase;
  });
  return records;
};

/** A drop whose record, once it is in this phase, is another execution's and has expired: its end is written anew. */
const outlive = async (suffix: string, phase: string) => {
  const { who, execution } = await dropOf(suffix);
  const [record] = await recordsOnce(who, phase);
  const { revalidationId = '', claimedAt = '' } = record ?? {};
  const expired = { owner: 'another', phase: 'canceled', trail: [], expiresAt: 1 };
  await stand({ pk: `RUN#${revalidationId}`, revalidationId, accountId: who.accountId, claimedAt, ...expired });
  await execution.ended;
};

const media = async (folder: string, { accountId }: Person) => {
  const key = folder === 'inbox' ? `inbox/${accountId}/x` : `media/${accountId}.jpg`;
  return { key, versionId: await putMedia(world, { key, file: fileOf(photo) }) };
};

const ask = async (who: Person, of: object, more: object = {}) => {
  const execution = world.machine.start({
    request: { kind: 'call', ...who, userAuthorized: true, media: of, ...more },
  });
  await execution.ended;
};

const ticketFor = async (suffix = '', headers: Record<string, string> = {}) => {
  const who = await someone(world, suffix);
  const body = { ...who, userAuthorized: true, upload: { type: 'image/jpeg' } };
  const { content } = await call('POST /revalidations', { body, headers });
  return { who, body, id: content.revalidationId, form: content.upload };
};

const phaseOf = async (id: string) => (await call(`GET /revalidations/${id}`)).content.phase;

/**
 * Everything that has to happen for each right to be used once. A right that none of these uses fails the test below by
 * its name: then it goes, or what it is for is done here.
 */
const runs: Record<string, () => Promise<unknown>> = {
  'a bell that rings after the token was left': () => walk(''),
  'a bell that rings before': () => walk('-webhook-early'),
  'a verdict that is polled for': () => walk('', 'poll'),
  'a refusal': () => walk('-enrollment-unknown'),
  'a failure, which frees the person': () => walk('-create-down'),
  'an outcome of a record that has expired': () => outlive('-slow', 'moved'),
  'a refusal of a record that has expired': () => outlive('-enrollment-pending', 'claimed'),
  'a failure of a record that has expired': () => outlive('-create-hung', 'claimed'),
  'a call about the newest media, and one with the same key': async () => {
    const who = await someone(world);
    const { key } = await media('media', who);
    await ask(who, { key }, { idempotencyKey: who.accountId });
    await ask(who, { key }, { idempotencyKey: who.accountId });
  },
  'a call about one version': async () => {
    const who = await someone(world);
    await ask(who, await media('media', who));
  },
  'a call about the newest object of the inbox': async () => {
    const who = await someone(world);
    const { key } = await media('inbox', who);
    await ask(who, { key });
  },
  'a call about media that is not there': async () => ask(await someone(world), { key: 'media/nobody.jpg' }),
  'a creation whose answer is there already, and was spread half': async () => {
    const who = await someone(world);
    const { key, versionId } = await media('media', who);
    const { accountId } = who;
    const revalidationId = revalidationIdOf({ accountId, bucket: world.bucket, key, version: versionId });
    const deadline = new Date(Date.now() + 5000).toISOString();
    const created = { validationId: `VLD${accountId.replaceAll('-', '').slice(1, 33)}`, deadline };
    const uploadLink = `${world.sandbox?.origin}/none`;
    const openedAt = new Date().toISOString();
    await stand({ pk: `ACC#${accountId}`, revalidationId, openedAt, created: { ...created, uploadLink } });
    await stand({ pk: `VLD#${created.validationId}`, revalidationId, deadline });
    await ask(who, { key, versionId });
  },
  'a ticket, asked for twice under one key, read, and used': async () => {
    const headers = { 'idempotency-key': `key-${Math.random()}` };
    const { who, body, id, form } = await ticketFor('', headers);
    await call('POST /revalidations', { body, headers });
    await call(`GET /revalidations/${id}`);
    await upload(form, photo);
    await until(async () => (await phaseOf(id)) === 'approved');
    await call(`GET /accounts/${who.accountId}/revalidations`);
    // A workflow may ask about a drop that came under a ticket.
    await ask(who, { key: form.fields.key });
  },
  'a ticket whose media is none': async () => {
    const { id, form } = await ticketFor();
    await upload(form, Buffer.from('%PDF-1.7'));
    await until(async () => (await phaseOf(id)) === 'refused');
  },
  'a ticket whose claim fails': async () => {
    const { id, form } = await ticketFor();
    await stand({ pk: `RUN#${id}`, unreadable: true });
    await upload(form, photo);
    const isRead = ({ role, context = {} }: RoleCall) =>
      /RecordFailure/.test(role) && Object.values(context).flat().includes(`TICKET#${id}`);
    await until(() => calls.some(isRead));
  },
  'a start on the newest media, and on one version': async () => {
    const who = await someone(world);
    const { key, versionId } = await media('media', who);
    const start = (of: object) => call('POST /revalidations', { body: { ...who, userAuthorized: true, media: of } });
    await start({ key });
    await start({ key, versionId });
    await start({ key: 'media/nobody.jpg' });
  },
  'a cancellation of what runs': async () => {
    const { id, form } = await ticketFor('-never');
    await upload(form, photo);
    await until(async () => (await phaseOf(id)) === 'moved');
    await call(`POST /revalidations/${id}/cancel`);
  },
};

const ends: Record<string, string> = {};
const readers = new Set<string>();

beforeAll(async () => {
  world = await startWorld({
    edit: (synthesized) => {
      template = synthesized;
      const secrets = grantsOf(policiesOf(template)).filter(({ action }) => action.startsWith('secretsmanager:'));
      for (const { role } of secrets) readers.add(holderOf(role));
      return synthesized;
    },
    onCall: (one) => {
      calls.push(one);
      if (!one.allowed) setTimeout(endAll, SOON_MS, 'a call was refused');
      if (one.action === 'secretsmanager:GetSecretValue') readers.delete(holderOf(one.role));
      // In Lambda each function is a process of its own, and does not find in its memory what another has read. Here each
      // begins with an empty one, as long as it has not read its secret.
      if ([...readers].some((name) => one.resource.includes(`:function:Functions${name}`))) vi.resetModules();
    },
  });
  call = calling(world);
  desk = new DynamoDBClient({});
  const tooLong = setTimeout(endAll, RUN_MS, 'it took too long');
  await Promise.all(
    Object.entries(runs).map(async ([name, run]) => {
      ends[name] = await Promise.race([run(), over.promise]).then(
        () => 'done',
        (error: Error) => error.message,
      );
    }),
  );
  clearTimeout(tooLong);
}, RUN_MS + 20_000);
afterAll(async () => {
  isOver = true;
  await world.close();
  desk.destroy();
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

  test('allow nothing twice: without any one right, some call would have been refused', () => {
    expect(superfluous(policiesOf(template), calls)).toEqual([]);
  });

  test('are a role of the template for each caller, so that nobody called as the desk', () => {
    const roles = grantsOf(policiesOf(template)).map(({ role }) => role);
    expect(new Set(calls.map(({ role }) => role))).toEqual(new Set(roles));
  });
});

test.each(Object.keys(runs))('%s: it is done', (name) => {
  expect(ends[name]).toBe('done');
});

describe('what AWS does implicitly', () => {
  test.each(implicit)('$actions stands in the template: $what', ({ actions, since, what }) => {
    const actionsIn = grantsOf(policiesOf(template)).filter(({ action }) => actions.test(action));
    expect(actionsIn).not.toEqual([]);
    expect(since).toMatch(/^2026-\d\d-\d\d$/);
    expect(what).toMatch(/\(documented: .+\)\.$/);
  });

  test('is the use of keys, logs and traces, and nothing else', () => {
    const services = grantsOf(policiesOf(template))
      .filter(isImplicit)
      .map(({ action }) => action.split(':')[0]);
    expect(new Set(services)).toEqual(new Set(['kms', 'logs', 'xray']));
  });
});

describe('a change of a right is seen', () => {
  test.each([
    ['MoveMedia', 's3:GetObjectVersion', 'MoveMedia was denied s3:GetObjectVersion on arn:aws:s3:::'],
    ['AwaitWebhook', 'states:SendTaskSuccess', 'AwaitWebhook was denied states:SendTaskSuccess on '],
    ['ListRevalidations', 'dynamodb:Query', 'ListRevalidations was denied dynamodb:Query on '],
    ['StartRevalidation', 's3:PutObject', 'StartRevalidation was denied s3:PutObject on '],
    ['ReadVerdict', 'secretsmanager:GetSecretValue', 'ReadVerdict was denied secretsmanager:GetSecretValue on '],
    ['RecordOutcome', 'events:PutEvents', 'RecordOutcome was denied events:PutEvents on '],
    ['Workflow', 'lambda:InvokeFunction', 'Workflow was denied lambda:InvokeFunction on '],
    ['DropDoor', 'states:StartExecution', 'DropDoor was denied states:StartExecution on '],
  ])('%s without %s', (holder, action, said) => {
    const { denied } = judge(edited(template, holder, without(action)), calls);
    expect(denied).toContainEqual(expect.stringContaining(said));
  });

  test('a kind of items that a function may not touch any more', () => {
    const { denied } = judge(
      edited(template, 'MoveMedia', (statements) =>
        JSON.parse(JSON.stringify(statements).replaceAll('"LINK#*"', '"OTHER#*"')),
      ),
      calls,
    );
    expect(denied).toEqual([expect.stringMatching(/^MoveMedia was denied dynamodb:GetItem on .* with keys LINK#$/)]);
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

  test('the same right in wider words', () => {
    const more = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' };
    const wider = edited(template, 'ReadOutcome', (statements) => [...statements, more]);
    expect(superfluous(wider, calls)).toContainEqual(
      expect.stringContaining('ReadOutcome may dynamodb:GetItem on arn'),
    );
  });
});
