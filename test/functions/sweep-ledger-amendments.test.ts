import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect } from 'vitest';
import { AmendmentAnnouncement, announcementOf } from '../../shared/domain/announcement.ts';
import { markLateWebhook } from '../../shared/ledger/follow-ups.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { inMinutes } from '../support/journal.ts';
import type { Asked, Delivery, Line } from '../support/local-aws.ts';
import { approval, details, due, ended, HOUR, itemOf, says, sweep, test, truora } from '../support/sweep-ledger.ts';

type Case = Awaited<ReturnType<typeof ended>>;

const pending = (of: Pick<Case, 'claim' | 'validation'>) => approval(of, { validation_status: 'pending' });

describe('an amendment', () => {
  test.for(['expired', 'failed', 'canceled'] as const)(
    'changes an outcome that was closed as %s',
    async (status, { aws }) => {
      const closed = await ended(aws, status, { reason: 'because' });
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
      const detail = AmendmentAnnouncement.parse(details(aws)[0]);
      expect(detail).toMatchObject({ revalidationId, status: 'approved', endedAs: status, reference: 'case-7' });
      expect(detail.eventId).not.toBe(announcementOf(closed.outcome).eventId);
    },
  );

  test.for(['approved', 'declined'] as const)('needs no call for an outcome that is %s', async (status, { aws }) => {
    const closed = await ended(aws, status);
    await says(approval(closed));
    await sweep();
    expect(truora.asked).toEqual([]);
    expect(await itemOf(aws, closed.outcome.revalidationId)).not.toHaveProperty('amendments');
  });

  test.for<[string, object]>([
    ['equals what stands', { validation_status: 'failure', failure_status: 'system_error' }],
    ['says only that the time ran out', { validation_status: 'failure', failure_status: 'expired' }],
    ['is none', { validation_status: 'pending' }],
  ])('does not happen for a validation that %s', async ([_, said], { aws }) => {
    const closed = await ended(aws, 'failed', { reason: 'system_error' });
    await says(approval(closed, said));
    await sweep();
    const item = await itemOf(aws, closed.outcome.revalidationId);
    expect(truora.asked).toHaveLength(1);
    expect(item).not.toHaveProperty('amendments');
    expect(item).not.toHaveProperty('dueAt');
    expect(details(aws)).toEqual([]);
  });

  test('about another validation is a mismatch, and approves no case', async ({ aws }) => {
    const closed = await ended(aws, 'expired', { reason: 'undecided_at_deadline' });
    await says(approval(closed, { account_id: 'another' }));
    await sweep();
    const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
    expect(record?.amendments).toMatchObject([
      { status: 'failed', reason: 'verdict_mismatch', mismatch: ['account_id'] },
    ]);
  });

  test('happens once, with one event, for many sweeps at any time', async ({ aws }) => {
    const closed = await ended(aws, 'expired');
    const { revalidationId } = closed.outcome;
    await says(approval(closed));
    await Promise.all([sweep(), sweep(), sweep()]);
    const told = details(aws).length;
    await due(aws, revalidationId);
    await sweep();
    expect(details(aws)).toHaveLength(told);
    const record = await readRecord(aws.ledger, revalidationId);
    expect(record?.amendments).toHaveLength(1);
    const ids = details(aws).map((detail) => AmendmentAnnouncement.parse(detail).eventId);
    expect(new Set(ids).size).toBe(1);
  });

  test('after a notification states so, and the notification makes the case due for one check only', async ({
    aws,
  }) => {
    const closed = await ended(aws, 'canceled', { hours: 1 });
    const { revalidationId } = closed.outcome;
    await due(aws, revalidationId, { dueAt: inMinutes(23 * HOUR) });
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

  test('that was recorded while the repeat of the lost call found it stays due and is announced by the next sweep', async ({
    aws,
  }) => {
    const closed = await ended(aws, 'expired');
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
    expect(await itemOf(aws, revalidationId)).toMatchObject({ amended: expect.any(String), dueAt: expect.any(String) });
    expect(details(aws)).toEqual([]);
    await sweep();
    expect(details(aws)).toMatchObject([{ revalidationId, status: 'approved' }]);
    const item = await itemOf(aws, revalidationId);
    expect(item?.amendments).toHaveLength(1);
    expect(item).not.toHaveProperty('dueAt');
  });

  test('follows a notification between the end and its announcement', async ({ aws }) => {
    const closed = await ended(aws, 'expired', { hours: 0 });
    const { revalidationId } = closed.outcome;
    await due(aws, revalidationId, { announced: undefined });
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(approval(closed));
    await sweep();
    expect(details(aws)).toEqual([announcementOf(closed.outcome)]);
    await sweep();
    expect(await itemOf(aws, revalidationId)).toMatchObject({ amendments: [{ status: 'approved', from: 'webhook' }] });
  });

  test('gets another check when a notification comes during the call to Truora', async ({ aws }) => {
    const closed = await ended(aws, 'expired');
    const { revalidationId } = closed.outcome;
    await says(async () => {
      await markLateWebhook(aws.table, revalidationId, new Date());
      return pending(closed) as Exclude<Line, (asked: Asked) => unknown>;
    });
    await sweep();
    expect(await itemOf(aws, revalidationId)).toMatchObject({
      dueAt: expect.any(String),
      lateWebhookAt: expect.any(String),
    });
    await says(pending(closed));
    await sweep();
    const item = await itemOf(aws, revalidationId);
    expect(item).toMatchObject({ dueAt: expect.any(String), lateWebhookAt: expect.any(String) });
    const minutes = (Date.parse(String(item?.dueAt)) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(0);
    expect(minutes).toBeLessThanOrEqual(5);
  });

  test('that the first check after a webhook does not find is checked within minutes, and names that webhook', async ({
    aws,
  }) => {
    const closed = await ended(aws, 'expired', { hours: 0 });
    const { revalidationId } = closed.outcome;
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(pending(closed));
    await sweep();
    const first = await itemOf(aws, revalidationId);
    expect(first).toMatchObject({ lateWebhookAt: expect.any(String) });
    expect(Date.parse(String(first?.dueAt)) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    await due(aws, revalidationId, { lateWebhookAt: inMinutes(-20) });
    await sweep();
    const second = await itemOf(aws, revalidationId);
    // As old as the call is, which grows while the test runs.
    const after = Date.parse(String(second?.dueAt)) - Date.parse(String(first?.dueAt));
    expect(after).toBeGreaterThanOrEqual(15 * 60_000);
    expect(after).toBeLessThan(30 * 60_000);
    // A second call does not wait for that.
    await markLateWebhook(aws.table, revalidationId, new Date(Date.now() - 1000));
    await says(approval(closed));
    await sweep();
    const last = await itemOf(aws, revalidationId);
    expect(last).toMatchObject({ amendments: [{ status: 'approved', from: 'webhook' }] });
    expect(last).not.toHaveProperty('lateWebhookAt');
    expect(last?.dueAt).toBe(new Date(Date.parse(closed.outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('that no validation can bring any more is awaited until the media is deleted, and names no webhook', async ({
    aws,
  }) => {
    const closed = await ended(aws, 'expired', { hours: 8 });
    const { revalidationId } = closed.outcome;
    await due(aws, revalidationId, { lateWebhookAt: inMinutes(-6 * HOUR - 1) });
    await says(pending(closed));
    await sweep();
    const item = await itemOf(aws, revalidationId);
    expect(item).not.toHaveProperty('lateWebhookAt');
    expect(item?.dueAt).toBe(new Date(Date.parse(closed.outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('gets new tries for days while Truora cannot be called, and then no more', async ({ aws }) => {
    const [young, old] = [await ended(aws, 'expired'), await ended(aws, 'expired', { hours: 24 * 6 })];
    await says({ status: 503 });
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(await itemOf(aws, young.outcome.revalidationId)).toHaveProperty('dueAt');
    expect(await itemOf(aws, old.outcome.revalidationId)).not.toHaveProperty('dueAt');
  });

  /** Each change of the sweep for an amendment: the amendment, the event, its mark, the due time. */
  const crashes = [1, 2, 3, 4].flatMap((nth) =>
    (['lost', 'answer lost'] as Delivery[]).map((delivery) => [nth, delivery] as const),
  );
  test.for(crashes)(
    'happens once, with one event under one id, after a crash at change %i (%s)',
    async ([nth, delivery], { aws }) => {
      const closed = await ended(aws, 'expired');
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
      await due(aws, revalidationId);
      await sweep();
      const record = await readRecord(aws.ledger, revalidationId);
      expect(record?.amendments).toHaveLength(1);
      expect(record?.amendmentAnnounced).toBe(record?.amended);
      const ids = details(aws).map((detail) => AmendmentAnnouncement.parse(detail).eventId);
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids)).toEqual(new Set([record?.amended]));
    },
  );
});
