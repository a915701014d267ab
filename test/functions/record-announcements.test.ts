import { describe, expect } from 'vitest';
import { handler as recordFailure } from '../../functions/record-failure.ts';
import { handler as recordOutcome } from '../../functions/record-outcome.ts';
import { handler as recordRefusal } from '../../functions/record-refusal.ts';
import { Announcement, announcementOf } from '../../shared/domain/announcement.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { caughtOf, context, eventOf, executionOf, journalOf, thrownBy } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const test = withLocalAws('RecordFailure');

test.beforeEach(({ aws }) => {
  // RecordOutcome reads it, and it has the variables of RecordFailure here.
  process.env.ALTERNATIVE = 'none';
  aws.setDelivery();
  aws.announced.length = 0;
});

const claimed = async (aws: LocalAws) => {
  const journal = journalOf();
  await claimRecord(aws.ledger, journal.claim, OURS);
  return {
    ...journal,
    refusal: caughtOf('EnrollmentPendingError', 'enrollment_pending: enrollmentId: is not ready'),
    failure: caughtOf('CreationUnconfirmedError', 'creation_unconfirmed: a person has to decide'),
  };
};

type Recording = (journal: Partial<Journal>) => Promise<Outcome>;

/** The functions that record an outcome, and each thing they change: the ledger, and the bus. */
const recorders: { name: string; record: Recording; writes: number }[] = [
  {
    name: 'RecordOutcome',
    record: (journal) => recordOutcome(eventOf('RecordOutcome', journal, { executionId: OURS }), context),
    writes: 3,
  },
  {
    name: 'RecordRefusal',
    record: (journal) => recordRefusal(eventOf('RecordRefusal', journal, { executionId: OURS }), context),
    writes: 3,
  },
  {
    name: 'RecordFailure',
    record: (journal) => recordFailure(eventOf('RecordFailure', journal, { executionId: OURS }), context),
    writes: 3,
  },
];

const crashes = recorders.flatMap(({ name, record, writes }) =>
  Array.from({ length: writes }, (_, index) => index + 1).flatMap((nth) =>
    (['lost', 'answer lost'] as Delivery[]).map((delivery) => ({ name, record, nth, delivery })),
  ),
);

describe.each(recorders)('$name', ({ record, writes }) => {
  test('announces the outcome once, and not again at a repeat', async ({ aws }) => {
    const journal = await claimed(aws);
    aws.calls.length = 0;
    const outcome = await record(journal);
    expect(aws.writes()).toHaveLength(writes);
    expect(await record(journal)).toEqual(outcome);
    expect(aws.announced.map(({ detail }) => detail)).toEqual([announcementOf(outcome)]);
  });
});

test.for(crashes)(
  '$name announces the outcome under one id after a crash at write $nth ($delivery)',
  async ({ record, nth, delivery }, { aws }) => {
    const journal = await claimed(aws);
    aws.setWriteDelivery(nth, delivery);
    expect(await thrownBy(record(journal))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    const outcome = await record(journal);
    const ids = aws.announced.map(({ detail }) => Announcement.parse(detail).eventId);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids)).toEqual(new Set([announcementOf(outcome).eventId]));
    const existing = await readRecord(aws.ledger, journal.claim.revalidationId);
    expect(existing).toMatchObject({ outcome, announced: expect.stringMatching(/Z$/) });
  },
);
