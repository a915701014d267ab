import { describe, expect } from 'vitest';
import { Announcement, announcementOf } from '../../shared/domain/announcement.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { dueRecords } from '../../shared/ledger/follow-ups.ts';
import { markAnnounced, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { announce } from '../../shared/logic/outcome.ts';
import { claimOf, errorOf, executionOf, inMinutes, newValidationId, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const BUS = 'outcomes';

const RESULTS = { bus: BUS, mediaHours: 24 };

const test = withLocalAws(undefined);

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.openBus(true);
  aws.announced.length = 0;
});

const outcomeOf = (more: Partial<Outcome> = {}): Outcome => {
  const { revalidationId, accountId, enrollmentId, reference } = claimOf();
  return {
    revalidationId,
    status: 'declined',
    reason: 'face_in_blocklist',
    similarity: 0.2,
    accountId,
    enrollmentId,
    validationId: newValidationId(),
    ...(reference ? { reference } : {}),
    decidedBy: 'poll',
    decidedAt: new Date().toISOString(),
    ...more,
  };
};

/** What each recording step does, and does again after a crash. */
const recording = async (aws: LocalAws, outcome: Outcome): Promise<Outcome> =>
  announce(aws.ledger, RESULTS, await recordOutcome(aws.ledger, outcome, OURS));

/** The announced ids of one re-validation: a repeat is the same id twice. */
const idsOf = (aws: LocalAws, { revalidationId }: Outcome) =>
  aws.announced
    .map(({ detail }) => Announcement.parse(detail))
    .filter((detail) => detail.revalidationId === revalidationId)
    .map(({ eventId }) => eventId);

/** What the sweep will find so many minutes from now. */
const dueIn = async (aws: LocalAws, minutes: number) => {
  const found: string[] = [];
  for await (const { records } of dueRecords(aws.ledger, new Date(inMinutes(minutes)))) {
    found.push(...records.map(({ revalidationId }) => revalidationId));
  }
  return found;
};

describe('the announcement', () => {
  test('holds ids, the reference and the status, and nothing else of the outcome', async ({ aws }) => {
    const outcome = outcomeOf();
    const { revalidationId, status, accountId, validationId, reference, decidedAt } = outcome;
    expect(await recording(aws, outcome)).toEqual(outcome);
    expect(aws.announced).toEqual([
      expect.objectContaining({
        source: 'face-revalidation',
        'detail-type': 'Re-validation Ended',
        time: decidedAt.replace(/\.\d+Z$/, 'Z'),
        detail: {
          eventId: announcementOf(outcome).eventId,
          revalidationId,
          status,
          accountId,
          validationId,
          reference,
          decidedAt,
        },
      }),
    ]);
  });

  test('goes to the bus of its settings', async ({ aws }) => {
    await recording(aws, outcomeOf());
    expect(aws.calls.findLast(({ operation }) => operation === 'PutEvents')?.input).toMatchObject({
      Entries: [{ EventBusName: BUS }],
    });
  });

  test('leaves out what the outcome does not hold', () => {
    const { accountId: _, validationId: __, reference: ___, ...outcome } = outcomeOf();
    expect(Object.keys(announcementOf(outcome))).toEqual(['eventId', 'revalidationId', 'status', 'decidedAt']);
  });

  test('keeps the same id for the same outcome, and gets another for another end, time or case', () => {
    const outcome = outcomeOf();
    const others = [{ status: 'approved' }, { decidedAt: inMinutes(1) }, outcomeOf()] as Partial<Outcome>[];
    const ids = [outcome, { ...outcome }, ...others.map((more) => ({ ...outcome, ...more }))].map(
      (one) => announcementOf(one).eventId,
    );
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(ids[1]);
  });

  test('records its time, and leaves the case due when its media expires', async ({ aws }) => {
    const outcome = outcomeOf();
    await recording(aws, outcome);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record?.announced).toMatch(/Z$/);
    expect(record?.dueAt).toBe(new Date(Date.parse(outcome.decidedAt) + 24 * 3_600_000).toISOString());
    expect(await dueIn(aws, 23 * 60)).not.toContain(outcome.revalidationId);
    expect(await dueIn(aws, 25 * 60)).toContain(outcome.revalidationId);
  });

  test('costs two writes and one event', async ({ aws }) => {
    aws.calls.length = 0;
    await recording(aws, outcomeOf());
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'PutEvents', 'UpdateItem']);
  });
});

describe('a repeat', () => {
  test('announces nothing that was announced', async ({ aws }) => {
    const outcome = outcomeOf();
    await recording(aws, outcome);
    aws.calls.length = 0;
    expect(await recording(aws, outcome)).toEqual(outcome);
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'GetItem']);
    expect(idsOf(aws, outcome)).toHaveLength(1);
  });

  test.for([
    [1, 'lost', 1],
    [1, 'answer lost', 1],
    [2, 'lost', 1],
    [2, 'answer lost', 2],
    [3, 'lost', 2],
    [3, 'answer lost', 1],
  ] as const)(
    'after a crash at write %i (%s) has announced %i times, under one id',
    async ([nth, delivery, told], { aws }) => {
      const outcome = outcomeOf();
      aws.setWriteDelivery(nth, delivery);
      expect(await thrownBy(recording(aws, outcome))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      // What the step would write by now differs; the outcome that stands is the one that is told.
      const existing = await recording(aws, {
        ...outcome,
        decidedAt: nth === 1 && delivery === 'lost' ? outcome.decidedAt : inMinutes(1),
      });
      expect(existing).toEqual(outcome);
      expect(idsOf(aws, outcome)).toHaveLength(told);
      expect(new Set(idsOf(aws, outcome))).toEqual(new Set([announcementOf(outcome).eventId]));
      expect((await readRecord(aws.ledger, outcome.revalidationId))?.announced).toMatch(/Z$/);
    },
  );

  test('by another execution announces an end whose writer died', async ({ aws }) => {
    const outcome = outcomeOf();
    await recordOutcome(aws.ledger, outcome, executionOf('died'));
    expect(await recording(aws, { ...outcome, status: 'failed' })).toEqual(outcome);
    expect(idsOf(aws, outcome)).toEqual([announcementOf(outcome).eventId]);
  });

  test('announces under one id when many come at once', async ({ aws }) => {
    const outcome = outcomeOf();
    await Promise.all(Array.from({ length: 6 }, () => recording(aws, outcome)));
    expect(idsOf(aws, outcome).length).toBeGreaterThan(0);
    expect(new Set(idsOf(aws, outcome)).size).toBe(1);
  });
});

describe('a bus that answers yes and accepts nothing', () => {
  test('throws by name; the outcome stays, and is due within minutes', async ({ aws }) => {
    const outcome = outcomeOf();
    aws.openBus(false);
    const error = await errorOf(recording(aws, outcome));
    expect(error.name).toBe('BusRefusedError');
    expect(error.message).toBe('bus_refused: EventBridge did not take the event: ResourceNotFoundException');
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record).toMatchObject({ phase: outcome.status, outcome });
    expect(record).not.toHaveProperty('announced');

    aws.openBus(true);
    expect(await dueIn(aws, 6)).toContain(outcome.revalidationId);
    await announce(aws.ledger, RESULTS, { outcome, isAnnounced: false });
    expect(idsOf(aws, outcome)).toEqual([announcementOf(outcome).eventId]);
    expect(await dueIn(aws, 6)).not.toContain(outcome.revalidationId);
  });
});

describe('the mark of the announcement', () => {
  test('keeps the first time', async ({ aws }) => {
    const outcome = outcomeOf();
    await recording(aws, outcome);
    const record = await aws.item(`RUN#${outcome.revalidationId}`);
    await markAnnounced(aws.ledger, outcome, 24);
    expect(await aws.item(`RUN#${outcome.revalidationId}`)).toEqual(record);
  });

  test('restores no deleted record, and marks no open one', async ({ aws }) => {
    const gone = outcomeOf();
    await markAnnounced(aws.ledger, gone, 24);
    expect(await aws.item(`RUN#${gone.revalidationId}`)).toBeUndefined();
    const open = claimOf();
    await claim(aws.ledger, open, OURS);
    await markAnnounced(aws.ledger, outcomeOf({ revalidationId: open.revalidationId }), 24);
    expect(await aws.item(`RUN#${open.revalidationId}`)).not.toHaveProperty('announced');
  });
});
