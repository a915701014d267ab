import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Execution } from '../../infra/local/state-machine.ts';
import { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { calling, upload } from '../support/callers.ts';
import { fileOf, photo, someone } from '../support/drops.ts';

let system: LocalSystem;

const lines: string[] = [];

beforeAll(async () => {
  // No waiting for the age of a drop; a test of the function waits.
  system = await startLocalSystem({ config: { unclaimedMinutes: 0 }, onLog: (line) => lines.push(line) });
});

afterAll(() => system.close());

/** Puts media, with this delivery of its event. */
const put = async (delivery: 'are lost' | 'arrive' | 'start nothing', key: string, more: object = {}) => {
  system.setEventDelivery(delivery);
  const metadata = { 'user-authorized': 'true' };
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata, ...more });
  // The event goes out one turn of the loop behind the answer.
  await setImmediate();
  system.setEventDelivery('arrive');
  const [, accountId] = /^inbox\/([^/]+)\/[^/]+\/[^/]+$/.exec(key) ?? [];
  const id = revalidationIdOf({ bucket: system.bucket, key, version: versionId, ...(accountId ? { accountId } : {}) });
  return { versionId, id };
};

const keyOf = ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }, name = 'a.jpg') =>
  `inbox/${accountId}/${enrollmentId}/${name}`;

/** Sweeps, and says how many drops it found that nothing had claimed. */
const sweep = async (): Promise<number> => {
  const before = lines.length;
  for (const invocation of await system.sweep()) expect(invocation).toHaveProperty('result.failed', 0);
  const numbers = lines.slice(before).filter((line) => line.includes('"UnclaimedDrops":'));
  return numbers.reduce((sum, line) => sum + JSON.parse(line).UnclaimedDrops, 0);
};

const ended = async (id: string): Promise<LedgerRecord> => {
  for (;;) {
    const record = await system.record(id);
    if (record?.outcome) return record;
    await sleep(50);
  }
};

/** The execution that a sweep has started for a drop, if one has. */
const sweptAs = (id: string): Execution | undefined =>
  system.machine.describe(`${system.machine.arn.replace(':stateMachine:', ':execution:')}:sweep-${id}-0`);

const creates = () => system.sandbox?.counts().creates ?? 0;

test('a drop whose event is lost is found by the sweep, with one charge and one outcome, even if the event comes later', async () => {
  const before = creates();
  const { id, versionId } = await put('are lost', keyOf(await someone(system)));
  expect(await system.record(id)).toBeUndefined();
  expect(await sweep()).toBe(1);
  expect(await ended(id)).toMatchObject({ phase: 'approved', media: { versionId } });
  const late = system.redeliver(versionId);
  await Promise.all(late.map((execution) => execution.ended));
  expect(late).toMatchObject([{ status: 'SUCCEEDED', output: { revalidationId: id, status: 'approved' } }]);
  expect(await sweep()).toBe(0);
  expect(creates()).toBe(before + 1);
});

test('a drop that is running, was refused, or was decided is not started again', async () => {
  const working = await put('arrive', keyOf(await someone(system, '-never')));
  const refused = await put('arrive', keyOf(await someone(system)), { metadata: {} });
  const unreadable = await put('arrive', 'inbox/unreadable.jpg');
  const decided = await put('arrive', keyOf(await someone(system)));
  for (const { id } of [refused, unreadable, decided]) await ended(id);
  expect(await sweep()).toBe(0);
  for (const { id } of [working, refused, unreadable, decided]) expect(sweptAs(id)).toBeUndefined();
});

test('a lost drop that breaks a rule is recorded as refused, once', async () => {
  const before = creates();
  const unreadable = await put('are lost', 'inbox/../person.jpg');
  const without = await put('are lost', keyOf(await someone(system)), { metadata: {} });
  expect(await sweep()).toBe(2);
  expect(await ended(unreadable.id)).toMatchObject({ outcome: { status: 'refused', reason: 'unreadable_key' } });
  expect(await ended(without.id)).toMatchObject({ outcome: { status: 'refused', reason: 'consent_missing' } });
  expect(await sweep()).toBe(0);
  expect(creates()).toBe(before);
});

test('a version that was overwritten, and whose event was lost, is uploaded as it was dropped', async () => {
  const key = keyOf(await someone(system));
  const lost = await put('are lost', key);
  const other = Buffer.concat([photo, Buffer.from('overwritten')]);
  const over = await put('arrive', key, { file: fileOf(other) });
  expect((await ended(over.id)).receipt?.bytes).toBe(other.length);
  expect(await sweep()).toBe(1);
  expect(await ended(lost.id)).toMatchObject({ phase: 'approved', receipt: { bytes: photo.length } });
});

test('an upload under a ticket whose event is lost gets the promised case; a later one is a repeat and no run', async () => {
  const call = calling(system);
  const body = {
    ...(await someone(system)),
    userAuthorized: true,
    upload: { type: 'image/jpeg' },
    reference: 'case 7',
  };
  const { revalidationId, upload: form } = Started.parse((await call('POST /revalidations', { body })).content);
  if (!form) throw new TypeError('no form');
  const before = creates();
  system.setEventDelivery('are lost');
  await upload(form, photo);
  await setImmediate();
  expect(await sweep()).toBe(1);
  expect(await ended(revalidationId)).toMatchObject({ phase: 'approved', reference: 'case 7' });

  await upload(form, Buffer.concat([photo, Buffer.from('again')]));
  await setImmediate();
  system.setEventDelivery('arrive');
  expect(await sweep()).toBe(1);
  while ((await call(`GET /revalidations/${revalidationId}`)).content.repeats !== 1) await sleep(50);
  expect(await sweep()).toBe(0);
  expect((await system.recordsOf(body.accountId)).records).toHaveLength(1);
  expect(creates()).toBe(before + 1);
});

test('two concurrent sweeps start one execution for each drop', async () => {
  const before = creates();
  const drops = [];
  for (let n = 0; n < 5; n += 1) drops.push(await put('are lost', keyOf(await someone(system))));
  await Promise.all([system.sweep(), system.sweep()]);
  for (const { id } of drops) {
    expect(await ended(id)).toMatchObject({ phase: 'approved', owner: sweptAs(id)?.executionArn });
  }
  expect(creates()).toBe(before + drops.length);
});

test('a drop that the rule could not start lies in the dead letters, and ends well when it is redriven as the runbook says', async () => {
  const before = creates();
  const known = system.deadLetters.length;
  const { id } = await put('start nothing', keyOf(await someone(system), 'a","kind":"call.jpg'));
  const [letter, ...others] = system.deadLetters.slice(known);
  expect(others).toEqual([]);
  expect(letter?.queueArn).toMatch(/:DropRuleDeadLetters\w+$/);
  expect(letter?.attributes).toMatchObject({ TARGET_ARN: system.machine.arn, ERROR_CODE: 'NO_PERMISSIONS' });
  expect(await system.record(id)).toBeUndefined();

  const redriven = system.machine.start({ request: { kind: 'drop', event: JSON.parse(letter?.body ?? '') } });
  await redriven.ended;
  expect(redriven.output as Outcome).toMatchObject({ revalidationId: id, status: 'approved' });
  expect(await sweep()).toBe(0);
  expect(creates()).toBe(before + 1);
});

test('a drop in the dead letters is started by the sweep too, and redriving it then does no harm', async () => {
  const before = creates();
  const { id } = await put('start nothing', keyOf(await someone(system)));
  expect(await sweep()).toBe(1);
  await ended(id);
  const event = JSON.parse(system.deadLetters.at(-1)?.body ?? '');
  const redriven = system.machine.start({ request: { kind: 'drop', event } });
  await redriven.ended;
  expect(redriven).toMatchObject({ status: 'SUCCEEDED', output: { revalidationId: id, status: 'approved' } });
  expect(creates()).toBe(before + 1);
});
