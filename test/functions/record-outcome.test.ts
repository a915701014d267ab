import { describe, expect } from 'vitest';
import { handler } from '../../functions/record-outcome.ts';
import type { Outcome, Verdict } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { context, eventOf, executionOf, journalOf, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const test = withLocalAws('RecordOutcome');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.metrics.length = 0;
});

const recording = (journal: Partial<Journal>, executionId = OURS): Promise<Outcome> =>
  handler(eventOf('RecordOutcome', journal, { executionId }), context);

const claimed = async (aws: LocalAws, overrides: Partial<Journal> = {}) => {
  const journal = journalOf(overrides);
  await claimRecord(aws.ledger, journal.claim, OURS);
  return journal;
};

const recordOf = (aws: LocalAws, { claim }: Pick<Journal, 'claim'>) => aws.item(`RUN#${claim.revalidationId}`);

/** The lines of the metric of outcomes. A cancellation is counted by the call that cancels. */
const counted = (aws: LocalAws) => aws.metrics.filter((metric) => 'Outcomes' in metric);

describe('the outcome', () => {
  test('holds the verdict, the case and the times', async ({ aws }) => {
    const journal = await claimed(aws);
    const { claim, validation, receipt, verdict } = journal;
    const outcome = await recording(journal);
    expect(outcome).toEqual({
      revalidationId: claim.revalidationId,
      status: 'approved',
      similarity: 0.97,
      threshold: 0.7,
      reference: 'case-7',
      accountId: claim.accountId,
      enrollmentId: claim.enrollmentId,
      validationId: validation.validationId,
      decidedBy: 'webhook',
      claimedAt: claim.claimedAt,
      movedAt: receipt.movedAt,
      decidedAt: verdict.decidedAt,
    });
    expect(await recordOf(aws, journal)).toMatchObject({ phase: 'approved', outcome });
  });

  test.for<[string, Partial<Verdict>]>([
    ['declined', { status: 'declined', reason: 'no_face_detected' }],
    ['declined', { status: 'declined', reason: 'unknown_reason', rawReason: 'brand_new' }],
    ['expired', { status: 'expired', reason: 'undecided_at_deadline' }],
    ['failed', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['threshold', 'account_id'] }],
  ])('of a verdict that is %s states why', async ([phase, verdict], { aws }) => {
    const decidedAt = new Date().toISOString();
    const journal = await claimed(aws, { verdict: { status: 'failed', decidedAt, ...verdict } });
    const outcome = await recording(journal);
    expect(outcome).toMatchObject(verdict);
    expect(await recordOf(aws, journal)).toMatchObject({ phase, outcome });
  });

  test('without a notification states that the poll found it', async ({ aws }) => {
    const { notification: _, ...journal } = await claimed(aws);
    expect(await recording(journal)).toMatchObject({ decidedBy: 'poll' });
  });

  test('leaves out what the journal does not hold', async ({ aws }) => {
    const { notification: _, receipt: __, ...journal } = await claimed(aws);
    const { reference: ___, ...claim } = journal.claim;
    const outcome = await recording({ ...journal, claim });
    for (const field of ['movedAt', 'reference', 'reason', 'detail']) {
      expect(outcome).not.toHaveProperty(field);
    }
  });
});

describe('a repeat', () => {
  test('returns the recorded outcome and writes nothing', async ({ aws }) => {
    const journal = await claimed(aws);
    const first = await recording(journal);
    const record = await recordOf(aws, journal);
    expect(await recording(journal)).toEqual(first);
    expect(await recordOf(aws, journal)).toEqual(record);
  });

  test('changes nothing when it has another verdict', async ({ aws }) => {
    const journal = await claimed(aws);
    const first = await recording(journal);
    const other = { status: 'declined', decidedAt: new Date().toISOString() } as const;
    expect(await recording({ ...journal, verdict: other })).toEqual(first);
  });

  test('returns the cancellation after a cancellation', async ({ aws }) => {
    const journal = await claimed(aws);
    const { revalidationId } = journal.claim;
    const decidedAt = new Date().toISOString();
    const canceled = { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt } as const;
    await recordOutcome(aws.ledger, canceled, OURS);
    expect(await recording(journal)).toEqual(canceled);
    expect(counted(aws)).toEqual([]);
  });

  test('counts in the metric Outcomes once', async ({ aws }) => {
    const journal = await claimed(aws);
    for (const _ of [1, 2]) await recording(journal);
    expect(counted(aws)).toMatchObject([{ Outcomes: 1, status: 'approved' }]);
  });

  test.for(['lost', 'answer lost'] as const)(
    'ends in one outcome after a crash: the write was %s',
    async (delivery, { aws }) => {
      const journal = await claimed(aws);
      aws.setWriteDelivery(1, delivery);
      expect(await thrownBy(recording(journal))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      const outcome = await recording(journal);
      const record = await recordOf(aws, journal);
      expect(record?.outcome).toEqual(outcome);
      expect(record?.trail).toHaveLength(2);
      expect(counted(aws)).toHaveLength(1);
    },
  );

  test('ends in one outcome when many come at once', async ({ aws }) => {
    const journal = await claimed(aws);
    const all = await Promise.all(Array.from({ length: 8 }, () => recording(journal)));
    for (const outcome of all) expect(outcome).toEqual(all[0]);
    expect((await recordOf(aws, journal))?.trail).toHaveLength(2);
  });
});

test('does not change the open record of another execution', async ({ aws }) => {
  const journal = await claimed(aws);
  expect(await thrownBy(recording(journal, executionOf('theirs')))).toEqual({
    name: 'ClaimedElsewhereError',
    reason: 'claimed_elsewhere',
  });
  expect(await recordOf(aws, journal)).toMatchObject({ phase: 'claimed' });
});
