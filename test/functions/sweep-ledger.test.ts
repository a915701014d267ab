import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler } from '../../functions/sweep-ledger.ts';
import type { LocalServer } from '../../infra/local/http.ts';
import { AmendmentAnnouncement, announcementOf } from '../../shared/domain/announcement.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Claim, Outcome } from '../../shared/domain/revalidation.ts';
import { recordNotification, storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { claim as claimRecord, recordCreated } from '../../shared/ledger/claims.ts';
import { markLateWebhook } from '../../shared/ledger/follow-ups.ts';
import { holdMedia } from '../../shared/ledger/holds.ts';
import { openIntent, readIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { enterCopy } from '../../shared/logic/copies.ts';
import {
  BUCKET,
  claimOf,
  context,
  executionOf,
  inMinutes,
  journalOf,
  newPerson,
  newRevalidationId,
} from '../support/journal.ts';
import { type Asked, type Delivery, type Line, type LocalAws, openLocalAws, standIn } from '../support/local-aws.ts';

const OURS = executionOf('ours');

const HOUR = 60;

let aws: LocalAws;

let truora: LocalServer & { asked: Asked[] };

beforeAll(async () => {
  aws = await openLocalAws('SweepLedger', { media: true });
});

afterAll(() => aws.close());

beforeEach(async () => {
  aws.setDelivery();
  aws.openBus(true);
  aws.statuses.clear();
  aws.announced.length = 0;
  aws.resumed.length = 0;
  aws.lines.length = 0;
  aws.metrics.length = 0;
  await says({ status: 404 });
});

const says = async (...script: Line[]) => {
  await truora?.close();
  truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
};

afterAll(() => truora.close());

const sweep = () => handler({}, context);

const itemOf = (revalidationId: string) => aws.item(`RUN#${revalidationId}`);

const details = () => aws.announced.map(({ detail }) => detail);

/** Leaves the record as it is, and makes it due now: no test waits for five minutes, or for a day. */
const due = async (revalidationId: string, more: Record<string, unknown> = {}) => {
  const item = await itemOf(revalidationId);
  if (!item) throw new TypeError('the record does not exist');
  const shard = `due#${revalidationId[3]}`;
  await aws.putItem({ ...item, pk: `RUN#${revalidationId}`, shard, dueAt: inMinutes(-1), ...more });
};

/** A case that is being worked on, with its validation, and due. */
const running = async (more: Partial<Claim> = {}) => {
  const { claim, validation } = journalOf({ claim: claimOf(more) });
  await claimRecord(aws.ledger, claim, OURS);
  await recordCreated(
    aws.ledger,
    { revalidationId: claim.revalidationId, owner: OURS },
    { ...validation, uploadLink: 'https://files.example.com/u' },
    { attempt: { n: 1, at: claim.claimedAt, result: 'created', validationId: validation.validationId }, orphans: [] },
  );
  await due(claim.revalidationId);
  return { claim, validation };
};

/** A case that has ended, hours ago, and was told of. */
const ended = async (
  status: OutcomeStatus,
  { hours = 25, reason, more = {} }: { hours?: number; reason?: string; more?: Partial<Claim> } = {},
) => {
  const { claim, validation } = await running(more);
  const { revalidationId, accountId, enrollmentId, reference } = claim;
  const outcome: Outcome = {
    revalidationId,
    status,
    ...(reason ? { reason } : {}),
    accountId,
    enrollmentId,
    ...(reference ? { reference } : {}),
    validationId: validation.validationId,
    decidedBy: 'workflow',
    decidedAt: inMinutes(-hours * HOUR),
  };
  await recordOutcome(aws.ledger, outcome, OURS);
  await due(revalidationId, { announced: outcome.decidedAt });
  return { claim, validation, outcome };
};

type Case = Awaited<ReturnType<typeof ended>>;

const approval = ({ claim, validation }: Pick<Case, 'claim' | 'validation'>, more: object = {}): Line => ({
  status: 200,
  body: {
    validation_id: validation.validationId,
    account_id: claim.accountId,
    validation_status: 'success',
    threshold: 0.7,
    details: {
      face_recognition_validations: {
        enrollment_id: claim.enrollmentId,
        similarity_status: 'success',
        confidence_score: 0.9,
      },
    },
    ...more,
  },
});

const pending = (of: Pick<Case, 'claim' | 'validation'>) => approval(of, { validation_status: 'pending' });

describe('each sweep', () => {
  test('emits that it recorded no notification itself, so that an alarm can tell silence from zero', async () => {
    await sweep();
    expect(aws.metrics).toContainEqual(expect.objectContaining({ NotificationsRecorded: 0 }));
  });
});

describe('an open record', () => {
  test('is left alone while its execution lives, and checked again', async () => {
    const { claim } = await running();
    await sweep();
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record).toMatchObject({ phase: 'created', dueAt: expect.any(String) });
    expect(Date.parse(record?.dueAt ?? '')).toBeGreaterThan(Date.now() + 4 * 60_000);
    expect(details()).toEqual([]);
  });

  test.each([
    ['ABORTED', 'execution_aborted'],
    ['TIMED_OUT', 'execution_timed_out'],
    ['FAILED', 'execution_failed'],
    ['SUCCEEDED', 'execution_lost'],
    ['FORGOTTEN', 'execution_lost'],
  ] as const)('fails with the execution status %s by %s, and its person is free', async (status, reason) => {
    const { claim, validation } = await running();
    aws.statuses.set(OURS, status);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record?.outcome).toMatchObject({
      status: 'failed',
      reason,
      accountId: claim.accountId,
      validationId: validation.validationId,
      claimedAt: claim.claimedAt,
    });
    expect(record?.announced).toMatch(/Z$/);
    expect(details()).toEqual([announcementOf(record?.outcome as Outcome)]);
    expect(aws.metrics).toContainEqual(expect.objectContaining({ Outcomes: 1, reason }));
  });

  test('leaves its open intent to the next run', async () => {
    const { claim } = journalOf();
    await claimRecord(aws.ledger, claim, OURS);
    await openIntent(aws.table, claim.accountId, { revalidationId: claim.revalidationId, attempt: 1 });
    await due(claim.revalidationId);
    aws.statuses.set(OURS, 'ABORTED');
    await sweep();
    expect((await readRecord(aws.ledger, claim.revalidationId))?.phase).toBe('failed');
    expect(await readIntent(aws.table, claim.accountId)).toMatchObject({ revalidationId: claim.revalidationId });
  });

  test('leaves the intent of another case of the person alone', async () => {
    const { claim } = await running();
    aws.statuses.set(OURS, 'ABORTED');
    await aws.putItem({
      pk: `ACC#${claim.accountId}`,
      revalidationId: claimOf().revalidationId,
      openedAt: inMinutes(0),
      attempt: 1,
    });
    await sweep();
    expect(await readIntent(aws.table, claim.accountId)).toBeDefined();
  });

  test('keeps its own outcome when it ends during the sweep', async () => {
    const { claim } = await running();
    aws.statuses.set(OURS, 'SUCCEEDED');
    const outcome: Outcome = {
      revalidationId: claim.revalidationId,
      status: 'approved',
      decidedBy: 'poll',
      decidedAt: inMinutes(0),
    };
    let once = true;
    aws.setDelivery(({ operation }) => {
      if (operation === 'DescribeExecution' && once) {
        once = false;
        void recordOutcome(aws.ledger, outcome, OURS);
      }
      return 'through';
    });
    await sweep();
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record?.trail.filter(({ phase }) => ['approved', 'failed'].includes(phase))).toHaveLength(1);
  });

  test.each([true, false])('resumes with a token and a notification (%s), if both exist', async (rings) => {
    const { validation } = await running();
    await storeTaskToken(aws.table, validation, `token-${rings}`);
    if (rings) await recordNotification(aws.table, validation, new Date());
    await sweep();
    expect(aws.resumed.map(({ taskToken }) => taskToken)).toEqual(rings ? ['token-true'] : []);
  });
});

describe('an outcome that was not announced', () => {
  test('is announced under its own id, and then followed up for its media', async () => {
    const { outcome } = await ended('declined', { hours: 0 });
    await due(outcome.revalidationId, { announced: undefined });
    await sweep();
    expect(details()).toEqual([announcementOf(outcome)]);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record).toMatchObject({ announced: expect.stringMatching(/Z$/) });
    expect(Date.parse(record?.dueAt ?? '')).toBe(Date.parse(outcome.decidedAt) + 24 * 3_600_000);
  });

  test('is counted when the bus does not accept it, and the others go on', async () => {
    const [one, two] = [await ended('declined', { hours: 0 }), await ended('approved', { hours: 25 })];
    await due(one.outcome.revalidationId, { announced: undefined });
    aws.openBus(false);
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(aws.metrics).toContainEqual(expect.objectContaining({ SweepFailures: 1 }));
    expect(aws.lines.join()).toContain('BusRefusedError');
    expect(await itemOf(two.outcome.revalidationId)).not.toHaveProperty('dueAt');
    aws.openBus(true);
    await due(one.outcome.revalidationId);
    await sweep();
    expect(details()).toEqual([announcementOf(one.outcome)]);
  });
});

describe('media', () => {
  const keyOf = ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }, name = 'a.jpg') =>
    `inbox/${accountId}/${enrollmentId}/${name}`;
  const left = (key: string, versionId: string) => aws.has(key, versionId);
  const withMedia = async () => {
    const person = newPerson();
    const key = keyOf(person);
    const versions = [await aws.put(key, 'first'), await aws.put(key, 'second'), await aws.put(key, 'third')];
    const [, { versionId, etag }] = versions as [(typeof versions)[0], (typeof versions)[0]];
    const media = { bucket: BUCKET, key, versionId, etag, bytes: 6, type: 'image/jpeg' as const };
    return { key, versions: versions.map((one) => one.versionId), more: { ...person, media } };
  };

  test('is deleted after its hours, only in the claimed version, and the follow-up ends', async () => {
    const { key, versions, more } = await withMedia();
    const { outcome } = await ended('approved', { more });
    await sweep();
    expect(await Promise.all(versions.map((one) => left(key, one)))).toEqual([true, false, true]);
    const item = await itemOf(outcome.revalidationId);
    expect(item).not.toHaveProperty('dueAt');
    expect(item).not.toHaveProperty('shard');
  });

  test('stays until its hours are over', async () => {
    const { key, versions, more } = await withMedia();
    const { outcome } = await ended('expired', { hours: 23, more });
    await sweep();
    expect(await Promise.all(versions.map((one) => left(key, one)))).toEqual([true, true, true]);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record?.dueAt).toBe(new Date(Date.parse(outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('stays while another case needs the same version, and is deleted with the last of them', async () => {
    const { key, versions, more } = await withMedia();
    const version = { bucket: BUCKET, key, versionId: versions[1] ?? '' };
    const [first, other] = [
      await ended('approved', { more }),
      await running({ ...more, revalidationId: newRevalidationId() }),
    ];
    for (const { claim } of [first, other]) await holdMedia(aws.ledger, version, claim.revalidationId);
    await sweep();
    expect(await left(key, version.versionId)).toBe(true);
    expect(await itemOf(first.claim.revalidationId)).not.toHaveProperty('dueAt');
    const { revalidationId } = other.claim;
    const outcome = {
      revalidationId,
      status: 'declined',
      decidedBy: 'workflow',
      decidedAt: inMinutes(-25 * HOUR),
    } as const;
    await recordOutcome(aws.ledger, outcome, OURS);
    await due(revalidationId, { announced: outcome.decidedAt });
    await sweep();
    expect(await left(key, version.versionId)).toBe(false);
  });

  test('is deleted with the copies of it that were not run for themselves', async () => {
    const { key, versions, more } = await withMedia();
    const { claim } = await ended('approved', { more });
    await enterCopy(aws.ledger, claim.revalidationId, versions[2] ?? '');
    await sweep();
    expect(await Promise.all(versions.map((one) => left(key, one)))).toEqual([true, false, false]);
  });

  test('is deleted with everything else that was uploaded under the same ticket', async () => {
    const { key, versions, more } = await withMedia();
    const { claim } = await ended('declined', { more });
    const upload = { key, type: 'image/jpeg' as const, maxBytes: 10 };
    const { revalidationId, accountId, enrollmentId } = claim;
    await issueTicket(aws.ledger, {
      revalidationId,
      accountId,
      enrollmentId,
      userAuthorized: true,
      options: {},
      calledBy: 'iam:caller',
      issuedAt: inMinutes(-1),
      upload,
      uploads: new Set(versions.slice(1)),
    });
    const neighbour = await aws.put(`${key}.jpg`, 'another');
    await sweep();
    expect(await Promise.all(versions.map((one) => left(key, one)))).toEqual([false, false, false]);
    expect(await left(neighbour.key, neighbour.versionId)).toBe(true);
  });

  test('of a refused drop without a claim is deleted too', async () => {
    const person = newPerson();
    const { key, versionId } = await aws.put(keyOf(person), 'refused');
    const { revalidationId } = claimOf();
    const outcome: Outcome = {
      revalidationId,
      status: 'refused',
      decidedBy: 'workflow',
      decidedAt: inMinutes(-25 * HOUR),
    };
    await recordOutcome(aws.ledger, outcome, OURS, { key, versionId });
    await due(revalidationId, { announced: outcome.decidedAt });
    await sweep();
    expect(await left(key, versionId)).toBe(false);
    expect(truora.asked).toEqual([]);
  });
});

describe('an amendment', () => {
  test.each(['expired', 'failed', 'canceled'] as const)('changes an outcome that was closed as %s', async (status) => {
    const closed = await ended(status, { reason: 'because' });
    await says(approval(closed));
    await sweep();
    const { revalidationId } = closed.outcome;
    const record = await readRecord(aws.ledger, revalidationId);
    expect(record?.outcome).toEqual(closed.outcome);
    expect(record?.phase).toBe(status);
    expect(record?.amendments).toEqual([
      { at: expect.stringMatching(/Z$/), from: 'sweep', status: 'approved', similarity: 0.9, threshold: 0.7 },
    ]);
    expect(aws.announced).toEqual([
      expect.objectContaining({ source: 'face-revalidation', 'detail-type': 'Re-validation Amended' }),
    ]);
    const detail = AmendmentAnnouncement.parse(details()[0]);
    expect(detail).toMatchObject({ revalidationId, status: 'approved', endedAs: status, reference: 'case-7' });
    expect(detail.eventId).not.toBe(announcementOf(closed.outcome).eventId);
  });

  test.each(['approved', 'declined'] as const)('is not requested for an outcome that is %s', async (status) => {
    const closed = await ended(status);
    await says(approval(closed));
    await sweep();
    expect(truora.asked).toEqual([]);
    expect(await itemOf(closed.outcome.revalidationId)).not.toHaveProperty('amendments');
  });

  test.each<[string, object]>([
    ['equals what stands', { validation_status: 'failure', failure_status: 'system_error' }],
    ['says only that the time ran out', { validation_status: 'failure', failure_status: 'expired' }],
    ['is none', { validation_status: 'pending' }],
  ])('is not made for a validation that %s', async (_, said) => {
    const closed = await ended('failed', { reason: 'system_error' });
    await says(approval(closed, said));
    await sweep();
    const item = await itemOf(closed.outcome.revalidationId);
    expect(truora.asked).toHaveLength(1);
    expect(item).not.toHaveProperty('amendments');
    expect(item).not.toHaveProperty('dueAt');
    expect(details()).toEqual([]);
  });

  test('about another validation is a mismatch, and approves no case', async () => {
    const closed = await ended('expired', { reason: 'undecided_at_deadline' });
    await says(approval(closed, { account_id: 'another' }));
    await sweep();
    const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
    expect(record?.amendments).toMatchObject([
      { status: 'failed', reason: 'verdict_mismatch', mismatch: ['account_id'] },
    ]);
  });

  test('is recorded and announced once, for many sweeps at any time', async () => {
    const closed = await ended('expired');
    const { revalidationId } = closed.outcome;
    await says(approval(closed));
    await Promise.all([sweep(), sweep(), sweep()]);
    const told = details().length;
    await due(revalidationId);
    await sweep();
    expect(details()).toHaveLength(told);
    const record = await readRecord(aws.ledger, revalidationId);
    expect(record?.amendments).toHaveLength(1);
    const ids = details().map((detail) => AmendmentAnnouncement.parse(detail).eventId);
    expect(new Set(ids).size).toBe(1);
  });

  test('after a notification states so, and the notification makes the case due for one check only', async () => {
    const closed = await ended('canceled', { hours: 1 });
    const { revalidationId } = closed.outcome;
    await due(revalidationId, { dueAt: inMinutes(23 * HOUR) });
    await says(approval(closed));
    await sweep();
    expect(truora.asked).toEqual([]);
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await sweep();
    const record = await readRecord(aws.ledger, revalidationId);
    expect(record?.amendments).toMatchObject([{ status: 'approved', from: 'webhook' }]);
    expect(record?.dueAt).toBe(new Date(Date.parse(closed.outcome.decidedAt) + 24 * 3_600_000).toISOString());
    expect(record).not.toHaveProperty('lateWebhookAt');
  });

  test('that was recorded while the repeat of the lost call found it stays due and is announced by the next sweep', async () => {
    const closed = await ended('expired');
    const { revalidationId } = closed.outcome;
    await says(approval(closed));
    // What the SDK does when DynamoDB's answer is lost: it makes the same call again.
    let isFirst = true;
    aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
      if (operation !== 'UpdateItem' || !isFirst || !JSON.stringify(input).includes('"amendments"')) return 'through';
      isFirst = false;
      await new DynamoDBClient({}).send(new UpdateItemCommand(input as never));
      return 'through';
    });
    await sweep();
    expect(await itemOf(revalidationId)).toMatchObject({ amended: expect.any(String), dueAt: expect.any(String) });
    expect(details()).toEqual([]);
    await sweep();
    expect(details()).toMatchObject([{ revalidationId, status: 'approved' }]);
    const item = await itemOf(revalidationId);
    expect(item?.amendments).toHaveLength(1);
    expect(item).not.toHaveProperty('dueAt');
  });

  test('is made for a notification between the end and its announcement', async () => {
    const closed = await ended('expired', { hours: 0 });
    const { revalidationId } = closed.outcome;
    await due(revalidationId, { announced: undefined });
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(approval(closed));
    await sweep();
    expect(details()).toEqual([announcementOf(closed.outcome)]);
    await sweep();
    expect(await itemOf(revalidationId)).toMatchObject({ amendments: [{ status: 'approved', from: 'webhook' }] });
  });

  test('is checked again when a notification comes during the call to Truora', async () => {
    const closed = await ended('expired');
    const { revalidationId } = closed.outcome;
    await says(async () => {
      await markLateWebhook(aws.table, revalidationId, new Date());
      return pending(closed) as Exclude<Line, (asked: Asked) => unknown>;
    });
    await sweep();
    expect(await itemOf(revalidationId)).toMatchObject({
      dueAt: expect.any(String),
      lateWebhookAt: expect.any(String),
    });
    await says(pending(closed));
    await sweep();
    const item = await itemOf(revalidationId);
    expect(item).toMatchObject({ dueAt: expect.any(String), lateWebhookAt: expect.any(String) });
    const minutes = (Date.parse(String(item?.dueAt)) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(0);
    expect(minutes).toBeLessThanOrEqual(5);
  });

  test('that the first check after a webhook does not find is checked within minutes, and names that webhook', async () => {
    const closed = await ended('expired', { hours: 0 });
    const { revalidationId } = closed.outcome;
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(pending(closed));
    await sweep();
    const first = await itemOf(revalidationId);
    expect(first).toMatchObject({ lateWebhookAt: expect.any(String) });
    expect(Date.parse(String(first?.dueAt)) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    await due(revalidationId, { lateWebhookAt: inMinutes(-20) });
    await sweep();
    const second = await itemOf(revalidationId);
    // As old as the call is, which grows while the test runs.
    const after = Date.parse(String(second?.dueAt)) - Date.parse(String(first?.dueAt));
    expect(after).toBeGreaterThanOrEqual(15 * 60_000);
    expect(after).toBeLessThan(30 * 60_000);
    // A second call does not wait for that.
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(approval(closed));
    await sweep();
    const last = await itemOf(revalidationId);
    expect(last).toMatchObject({ amendments: [{ status: 'approved', from: 'webhook' }] });
    expect(last).not.toHaveProperty('lateWebhookAt');
    expect(last?.dueAt).toBe(new Date(Date.parse(closed.outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('that no validation can bring any more is awaited until the media is deleted, and names no webhook', async () => {
    const closed = await ended('expired', { hours: 8 });
    const { revalidationId } = closed.outcome;
    await due(revalidationId, { lateWebhookAt: inMinutes(-6 * HOUR - 1) });
    await says(pending(closed));
    await sweep();
    const item = await itemOf(revalidationId);
    expect(item).not.toHaveProperty('lateWebhookAt');
    expect(item?.dueAt).toBe(new Date(Date.parse(closed.outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('is tried again for days while Truora cannot be called, and then no more', async () => {
    const [young, old] = [await ended('expired'), await ended('expired', { hours: 24 * 6 })];
    await says({ status: 503 });
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(await itemOf(young.outcome.revalidationId)).toHaveProperty('dueAt');
    expect(await itemOf(old.outcome.revalidationId)).not.toHaveProperty('dueAt');
  });

  /** Each change of the sweep for an amendment: the amendment, the event, its mark, the due time. */
  const crashes = [1, 2, 3, 4].flatMap((nth) =>
    (['lost', 'answer lost'] as Delivery[]).map((delivery) => [nth, delivery] as const),
  );
  test.each(crashes)(
    'is made and announced once, under one id, after a crash at change %i (%s)',
    async (nth, delivery) => {
      const closed = await ended('expired');
      const { revalidationId } = closed.outcome;
      await says(approval(closed));
      let changes = 0;
      aws.setDelivery(({ operation, input }) => {
        const isHold = JSON.stringify(input.Key ?? '').includes('HOLD#');
        if (/^(PutEvents|UpdateItem)$/.test(operation) && !isHold) changes += 1;
        return changes >= nth ? (changes === nth ? delivery : 'lost') : 'through';
      });
      await sweep();
      aws.setDelivery();
      await due(revalidationId);
      await sweep();
      const record = await readRecord(aws.ledger, revalidationId);
      expect(record?.amendments).toHaveLength(1);
      expect(record?.amendmentAnnounced).toBe(record?.amended);
      const ids = details().map((detail) => AmendmentAnnouncement.parse(detail).eventId);
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids)).toEqual(new Set([record?.amended]));
    },
  );
});

describe('a sweep', () => {
  test('leaves the rest to the next when its time is nearly over', async () => {
    await ended('approved');
    const late = { ...context, getRemainingTimeInMillis: () => 10_000 };
    expect(await handler({}, late)).toEqual({ seen: 0, failed: 0 });
    expect((await sweep()).seen).toBe(1);
  });

  test('reads every page of what is due, and nothing else', async () => {
    const cases = await Promise.all(Array.from({ length: 60 }, () => running()));
    // All in one shard, which is more than a page of it.
    for (const { claim } of cases) await due(claim.revalidationId, { shard: 'due#7' });
    const later = await running();
    await due(later.claim.revalidationId, { dueAt: inMinutes(5) });
    expect(await sweep()).toEqual({ seen: 60, failed: 0 });
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  test('counts and names a record that cannot be read, postpones it, and goes on with the others', async () => {
    const [broken, well] = [await ended('approved'), await ended('approved')];
    // As a person may have set it by hand: the longest due of all, and no timestamp of ours.
    await due(broken.outcome.revalidationId, { dueAt: '2026-01-01T00:00:00Z' });
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(await itemOf(well.outcome.revalidationId)).not.toHaveProperty('dueAt');
    expect(aws.metrics).toContainEqual(expect.objectContaining({ SweepFailures: 1 }));
    expect(aws.lines.join()).toContain(
      `"unreadable","step":"SweepLedger","revalidationId":"${broken.outcome.revalidationId}"`,
    );
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    const { dueAt } = (await readRecord(aws.ledger, broken.outcome.revalidationId)) ?? {};
    expect(Date.parse(dueAt ?? '')).toBeGreaterThan(Date.now());
    await due(broken.outcome.revalidationId);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  });

  test('skips an expired record', async () => {
    const { outcome } = await ended('approved');
    await due(outcome.revalidationId, { expiresAt: 1 });
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    await due(outcome.revalidationId);
  });
});
