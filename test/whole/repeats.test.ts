import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { dropped, fileOf, photo, someone } from '../support/drops.ts';

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem();
});

afterAll(() => system.close());

test('copies of one event, during the run and after its end, make one charge and one outcome', async () => {
  const { accountId, enrollmentId } = await someone(system);
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  const first = await system.executionOf(versionId);
  const during = [...system.redeliver(versionId), ...system.redeliver(versionId)];
  await first.ended;
  const after = [...system.redeliver(versionId), ...system.redeliver(versionId)];
  const all = [first, ...during, ...after];
  await Promise.all(all.map(({ ended }) => ended));

  expect(all.map(({ status }) => status)).toEqual(Array(5).fill('SUCCEEDED'));
  expect(new Set(all.map(({ executionArn }) => executionArn)).size).toBe(5);
  // All get the one outcome; those that came second say that they did.
  const outcomes = all.map(({ output }) => output as Outcome);
  for (const outcome of outcomes) expect({ ...outcome, isRepeat: true }).toEqual({ ...outcomes[0], isRepeat: true });
  expect(outcomes.filter(({ isRepeat }) => isRepeat)).toHaveLength(4);
  const { records } = await system.recordsOf(accountId);
  expect(records.map(({ trail }) => trail.map(({ phase }) => phase))).toEqual([
    ['claimed', 'created', 'moved', 'approved'],
  ]);
  expect(await chargesOf(accountId)).toBe(1);
});

test('two versions of one key make two re-validations, each with its own media', async () => {
  const { accountId, enrollmentId } = await someone(system);
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const other = Buffer.concat([photo, Buffer.from('second')]);
  const [one, two] = [await dropped(system, { key }), await dropped(system, { key, bytes: other })];
  expect((one.execution.output as Outcome).revalidationId).not.toBe((two.execution.output as Outcome).revalidationId);
  const { records } = await system.recordsOf(accountId);
  const sent = records.map(({ validationId }) => system.sandbox?.uploaded(validationId ?? '')?.bytes);
  expect(sent.sort()).toEqual([photo.length, other.length].sort());
});

test('an idempotency key returns the outcome, and refuses another request under it', async () => {
  const { accountId, enrollmentId } = await someone(system);
  await putMedia(system, { key: 'media/i.jpg', file: fileOf(photo) });
  const call = {
    kind: 'call',
    accountId,
    enrollmentId,
    userAuthorized: true,
    media: { key: 'media/i.jpg' },
    idempotencyKey: `order-${accountId}`,
  };
  const run = async (request: object) => {
    const execution = system.machine.start({ request });
    await execution.ended;
    return execution.output as Outcome;
  };
  const first = await run(call);
  // A newer version of the object does not matter: the key already stands for the first one.
  await putMedia(system, { key: 'media/i.jpg', file: fileOf(Buffer.concat([photo, Buffer.from('newer')])) });
  expect(await run(call)).toEqual({ ...first, isRepeat: true });
  expect(first.status).toBe('approved');
  const other = await run({ ...call, options: { threshold: 0.9 } });
  expect([other.status, other.reason]).toEqual(['refused', 'idempotency_key_reused']);
  expect(await chargesOf(accountId)).toBe(1);
});

test('another request about the same media never gets the outcome of the first', async () => {
  const { accountId, enrollmentId } = await someone(system);
  const versionId = await putMedia(system, { key: 'media/q.jpg', file: fileOf(photo) });
  const call = {
    kind: 'call',
    accountId,
    enrollmentId,
    userAuthorized: true,
    media: { key: 'media/q.jpg', versionId },
  };
  const run = async (request: object) => {
    const execution = system.machine.start({ request });
    await execution.ended;
    return { status: execution.status, outcome: execution.output as Outcome };
  };
  const first = await run({ ...call, options: { threshold: 0.75 } });
  expect(first.outcome.status).toBe('approved');
  const others = await Promise.all([
    run({ ...call, options: { threshold: 0.99 } }),
    run({ ...call, enrollmentId: 'ENR-of-another', options: { threshold: 0.75 } }),
    run({ ...call, options: { subvalidations: ['passive_liveness', 'similarity'] } }),
  ]);
  expect(others.map(({ status, outcome }) => [status, outcome.status, outcome.reason])).toEqual([
    ['SUCCEEDED', 'refused', 'already_asked_otherwise'],
    ['SUCCEEDED', 'refused', 'already_asked_otherwise'],
    ['SUCCEEDED', 'refused', 'photo_cannot_prove_liveness'],
  ]);
  expect(new Set([first, ...others].map(({ outcome }) => outcome.revalidationId)).size).toBe(4);
  expect((await run({ ...call, options: { threshold: 0.75 } })).outcome).toEqual({
    ...first.outcome,
    isRepeat: true,
  });
  expect(await chargesOf(accountId)).toBe(1);
});

test('an object that is overwritten after its drop is uploaded in the dropped version', async () => {
  const { accountId, enrollmentId } = await someone(system, '-enrollment-later');
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  const execution = await system.executionOf(versionId);
  await putMedia(system, { key, file: fileOf(Buffer.concat([photo, Buffer.from('overwritten')])) });
  await execution.ended;
  const { validationId } = execution.output as Outcome;
  expect(system.sandbox?.uploaded(validationId ?? '')?.bytes).toBe(photo.length);
});

/** The sandbox's own list of a person's validations: what Truora would charge for. */
const chargesOf = async (accountId: string): Promise<number> => {
  const response = await fetch(`${system.sandbox?.origin}/v1/accounts/${accountId}/validations`, {
    headers: { 'truora-api-key': 'any' },
  });
  return ((await response.json()) as { validations: unknown[] }).validations.length;
};
