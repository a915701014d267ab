import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { fileOf, photo, someone, video } from '../support/drops.ts';

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem({ config: { allowedRetries: 1 } });
});

afterAll(() => system.close());

const DAY = 86_400;

/** Lets days pass for everything that the ledger forgets by the clock. */
const daysPass = async (days: number) => {
  const dynamo = new DynamoDBClient({});
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: system.table, ConsistentRead: true }));
  for (const item of Items) {
    if (!item.expiresAt?.N) continue;
    const expiresAt = { N: String(Number(item.expiresAt.N) - days * DAY) };
    await dynamo.send(new PutItemCommand({ TableName: system.table, Item: { ...item, expiresAt } }));
  }
  dynamo.destroy();
};

const run = async (request: object, more: object = {}): Promise<Outcome> => {
  const execution = system.machine.start({ ...more, request });
  await execution.ended;
  return execution.output as Outcome;
};

/** The sandbox's own list of a person's validations: what Truora would charge for. */
const chargesOf = async (accountId: string): Promise<number> => {
  const url = `${system.sandbox?.origin}/v1/accounts/${accountId}/validations`;
  const response = await fetch(url, { headers: { 'truora-api-key': 'any' } });
  return ((await response.json()) as { validations: unknown[] }).validations.length;
};

const nested = {
  AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:aws:states:us-east-1:000000000000:execution:Caller:one',
};

test('a drop five times over 91 days, a call twice and a nested workflow make one claim, one charge, one outcome', async () => {
  const { accountId, enrollmentId } = await someone(system);
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  const about = { kind: 'call', accountId, enrollmentId, userAuthorized: true, media: { key, versionId } };
  const call = { ...about, idempotencyKey: `order-${accountId}` };
  const first = await system.executionOf(versionId);
  const beside = [
    run(call),
    run(about, nested),
    ...system.redeliver(versionId).map((one) => one.ended.then(() => one.output)),
  ];
  await first.ended;
  const outcomes = [first.output, ...(await Promise.all(beside))];
  for (const days of [1, 29, 61]) {
    await daysPass(days);
    for (const again of system.redeliver(versionId)) {
      await again.ended;
      outcomes.push(again.output);
    }
    outcomes.push(await run(call));
  }
  expect(outcomes).toHaveLength(10);
  expect(first.output).toMatchObject({ status: 'approved' });
  // The first to come ran; all others are repeats.
  for (const { isRepeat: _, ...outcome } of outcomes as Outcome[]) {
    expect({ ...outcome, isRepeat: true }).toEqual({ ...(first.output as Outcome), isRepeat: true });
  }
  expect((outcomes as Outcome[]).filter(({ isRepeat }) => isRepeat)).toHaveLength(9);
  const { records } = await system.recordsOf(accountId);
  expect(records.map(({ trail }) => trail.map(({ phase }) => phase))).toEqual([
    ['claimed', 'created', 'moved', 'approved'],
  ]);
  expect(await chargesOf(accountId)).toBe(1);
  const other = await run({ ...call, options: { threshold: 0.9 } });
  expect([other.status, other.reason]).toEqual(['refused', 'idempotency_key_reused']);
  expect(await chargesOf(accountId)).toBe(1);
});

test('forceNew is paid for once more, once per key, and is recorded', async () => {
  const { accountId, enrollmentId } = await someone(system);
  const key = `media/${accountId}.jpg`;
  await putMedia(system, { key, file: fileOf(photo) });
  const call = { kind: 'call', accountId, enrollmentId, userAuthorized: true, media: { key } };
  const first = await run(call);
  const forced = { ...call, forceNew: { reason: 'asked by the auditor' }, idempotencyKey: `force-${accountId}` };
  const outcomes = await Promise.all([run(forced), run(forced)]);
  expect(outcomes[0]).toMatchObject({ status: 'approved' });
  // One of the two ran, and the other is told that its answer is a repeat.
  const bare = outcomes.map(({ isRepeat: _, ...outcome }) => outcome);
  expect(bare[1]).toEqual(bare[0]);
  expect(outcomes.filter(({ isRepeat }) => isRepeat)).toHaveLength(1);
  expect(outcomes[0]?.revalidationId).not.toBe(first.revalidationId);
  expect(await system.record(outcomes[0]?.revalidationId ?? '')).toMatchObject({ forceNew: forced.forceNew });
  expect(await run(call)).toEqual({ ...first, isRepeat: true });
  expect(await chargesOf(accountId)).toBe(2);
});

test('a decline may be retried as often as the account allows, and a refused retry is never paid for', async () => {
  const { accountId, enrollmentId } = await someone(system, '-declined');
  const live = { subvalidations: ['passive_liveness', 'similarity'] };
  const put = async (n: number) => {
    const key = `media/${accountId}-${n}.mp4`;
    await putMedia(system, { key, file: fileOf(video) });
    return { kind: 'call', accountId, enrollmentId, userAuthorized: true, media: { key } };
  };
  const first = await run({ ...(await put(1)), options: live });
  expect(first.status).toBe('declined');
  const options = { ...live, retryOf: first.revalidationId };
  const retry = await run({ ...(await put(2)), options });
  expect(retry.status).toBe('declined');
  expect(await system.record(retry.revalidationId)).toMatchObject({
    linkedTo: first.revalidationId,
    requested: { retryOf: first.validationId },
  });
  const late = await run({ ...(await put(3)), options });
  expect([late.status, late.reason]).toEqual(['refused', 'retries_used_up']);
  expect(late.detail).toMatch(/forceNew$/);
  const unknown = await run({ ...(await put(4)), options: { ...live, retryOf: 'VLDnobody' } });
  expect([unknown.status, unknown.reason]).toEqual(['refused', 'retry_unknown']);
  expect(await chargesOf(accountId)).toBe(2);
});
