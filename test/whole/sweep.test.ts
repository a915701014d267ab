import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { AmendmentAnnouncement, type Announcement, announcementOf } from '../../shared/domain/announcement.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { dropped, fileOf, photo, someone } from '../support/drops.ts';
import { agedIn, dueIn } from '../support/follow-ups.ts';

const heard: BusEvent[] = [];

let hearsFailure = true;

let at: LocalSystem;

beforeAll(async () => {
  at = await startLocalSystem({
    // Longer than a case that gives Truora four seconds lives. Its media arrives within them on a busy machine, too.
    sandboxSettings: { slowMs: 9000 },
    deliversFailures: () => hearsFailure,
    onAnnounced: (event) => heard.push(event),
  });
});

afterAll(() => at.close());

afterEach(() => {
  hearsFailure = true;
});

const toldOf = (type: string, revalidationId = '') =>
  heard
    .filter((event) => event['detail-type'] === type)
    .map(({ detail }) => detail as Announcement)
    .filter((detail) => detail.revalidationId === revalidationId);

const tellings = (id: string | undefined) => toldOf('Re-validation Ended', id);

const makeDue = (id: string, remove: string[] = []) => dueIn(at.table, id, remove);

const age = (outcome: Outcome, hours: number) => agedIn(at.table, outcome, hours);

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Drops a face that Truora never decides about, and waits until the case has come so far. */
const halfWay = async (phase: 'created' | 'moved') => {
  const { accountId, enrollmentId } = await someone(at, '-never');
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(at, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  const execution = await at.executionOf(versionId);
  const record = await until(async () => {
    const { records } = await at.recordsOf(accountId);
    return records.find(({ trail }) => trail.some((step) => step.phase === phase));
  });
  return { execution, revalidationId: record.revalidationId, accountId, enrollmentId, key, versionId };
};

const recordsOf = async (accountId: string) => (await at.recordsOf(accountId)).records;

const ended = (revalidationId: string) =>
  until(async () => {
    const record = await at.record(revalidationId);
    return record?.announced ? record : undefined;
  });

describe('an execution that is stopped by hand', () => {
  test.each(['created', 'moved'] as const)('gets one outcome at once when it is %s', async (phase) => {
    const { execution, revalidationId } = await halfWay(phase);
    at.machine.stop(execution.executionArn);
    const { outcome } = await ended(revalidationId);
    expect([outcome?.status, outcome?.reason]).toEqual(['failed', 'execution_aborted']);
    expect(tellings(revalidationId)).toEqual([outcome && announcementOf(outcome)]);
  });

  test('whose event is lost is found by the sweep, and its person can be verified again', async () => {
    hearsFailure = false;
    const { execution, revalidationId, accountId, enrollmentId } = await halfWay('created');
    at.machine.stop(execution.executionArn);
    await execution.ended;
    await at.sweep();
    expect((await at.record(revalidationId))?.outcome).toBeUndefined();
    await makeDue(revalidationId);
    await at.sweep();
    const { outcome, phase } = await ended(revalidationId);
    expect([phase, outcome?.reason]).toEqual(['failed', 'execution_aborted']);
    expect(tellings(revalidationId)).toHaveLength(1);
    await at.sweep();
    expect(tellings(revalidationId)).toHaveLength(1);

    const again = await halfWayAgain(accountId, enrollmentId);
    expect(again.trail.map((step) => step.phase)).toContain('created');
  });

  test('before its claim gets one outcome', async () => {
    const { accountId, enrollmentId } = await someone(at);
    const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
    const versionId = await putMedia(at, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
    const execution = await at.executionOf(versionId);
    at.machine.stop(execution.executionArn);
    const [record] = await until(async () => {
      const { records } = await at.recordsOf(accountId);
      return records[0]?.announced ? records : undefined;
    });
    expect(record?.outcome?.reason).toBe('execution_aborted');
    // S3 may tell of it again; a decided drop is not run.
    const [copy] = at.redeliver(versionId);
    await copy?.ended;
    expect(copy?.output).toMatchObject({ status: 'failed', reason: 'execution_aborted' });
    expect(await recordsOf(accountId)).toHaveLength(1);
  });
});

const halfWayAgain = async (accountId: string, enrollmentId: string) => {
  const key = `inbox/${accountId}/${enrollmentId}/again.jpg`;
  const before = (await at.recordsOf(accountId)).records.map(({ revalidationId }) => revalidationId);
  await putMedia(at, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  return until(async () => {
    const { records } = await at.recordsOf(accountId);
    return records.find((one) => !before.includes(one.revalidationId) && one.validationId);
  });
};

test('a crash between record and event is repaired by the sweep, under the same id', async () => {
  const { accountId, enrollmentId } = await someone(at);
  const { execution } = await dropped(at, { key: `inbox/${accountId}/${enrollmentId}/a.jpg` });
  const outcome = execution.output as Outcome;
  heard.length = 0;
  await makeDue(outcome.revalidationId, ['announced']);
  await at.sweep();
  expect(tellings(outcome.revalidationId)).toEqual([announcementOf(outcome)]);
});

test('media is deleted after its hours, in exactly the version that was dropped', async () => {
  const { accountId, enrollmentId } = await someone(at);
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const other = Buffer.concat([photo, Buffer.from('another')]);
  const first = await dropped(at, { key });
  const second = await dropped(at, { key, bytes: other });
  const s3 = new S3Client({});
  const has = (VersionId: string) =>
    s3.send(new GetObjectCommand({ Bucket: at.bucket, Key: key, VersionId })).then(
      async ({ Body }) => (await Body?.transformToByteArray()) !== undefined,
      () => false,
    );
  await age(first.execution.output as Outcome, 23);
  await at.sweep();
  expect(await Promise.all([first, second].map(({ versionId }) => has(versionId)))).toEqual([true, true]);
  await age(first.execution.output as Outcome, 25);
  await at.sweep();
  expect(await Promise.all([first, second].map(({ versionId }) => has(versionId)))).toEqual([false, true]);
  s3.destroy();
});

test('an approval after the case had expired amends it, and the bus gets both', async () => {
  // Truora decides after our deadline, and calls long after that.
  const { accountId, enrollmentId } = await someone(at, '-slow');
  const { execution } = await dropped(at, {
    key: `inbox/${accountId}/${enrollmentId}/a.jpg`,
    metadata: { 'user-authorized': 'true', options: '{"timeoutSeconds":4,"resultMode":"poll"}' },
  });
  const outcome = execution.output as Outcome;
  expect([outcome.status, outcome.reason]).toEqual(['expired', 'undecided_at_deadline']);
  const { revalidationId } = outcome;
  // The webhook of the verdict makes it due, and nothing else does.
  await until(async () => (await at.record(revalidationId))?.lateWebhookAt);
  await at.sweep();
  const record = await at.record(revalidationId);
  expect(record?.outcome).toEqual(outcome);
  expect(record?.amendments).toMatchObject([{ status: 'approved', from: 'webhook' }]);
  expect(tellings(revalidationId)).toEqual([announcementOf(outcome)]);
  const amended = toldOf('Re-validation Amended', revalidationId).map((one) => AmendmentAnnouncement.parse(one));
  expect(amended).toMatchObject([{ status: 'approved', endedAs: 'expired', accountId }]);
  await makeDue(revalidationId);
  await at.sweep();
  expect((await at.record(revalidationId))?.amendments).toHaveLength(1);
  expect(toldOf('Re-validation Amended', revalidationId)).toHaveLength(1);
});
