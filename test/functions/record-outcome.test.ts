import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler } from '../../functions/record-outcome.ts';
import type { Outcome, Verdict } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { context, eventOf, executionOf, journalOf, thrownBy } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';

const OURS = executionOf('ours');

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('RecordOutcome');
});

afterAll(() => aws.close());

beforeEach(() => aws.setDelivery());

const recording = (journal: Partial<Journal>, executionId = OURS): Promise<Outcome> =>
  handler(eventOf('RecordOutcome', journal, { executionId }), context);

const claimed = async (overrides: Partial<Journal> = {}) => {
  const journal = journalOf(overrides);
  await claimRecord(aws.ledger, journal.claim, OURS);
  return journal;
};

const recordOf = ({ claim }: Pick<Journal, 'claim'>) => aws.item(`RUN#${claim.revalidationId}`);

describe('the outcome', () => {
  test('holds the verdict, the case and the times', async () => {
    const journal = await claimed();
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
    expect(await recordOf(journal)).toMatchObject({ phase: 'approved', outcome });
  });

  test.each<[string, Partial<Verdict>]>([
    ['declined', { status: 'declined', reason: 'no_face_detected' }],
    ['declined', { status: 'declined', reason: 'unknown_reason', rawReason: 'brand_new' }],
    ['expired', { status: 'expired', reason: 'undecided_at_deadline' }],
    ['failed', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['threshold', 'account_id'] }],
  ])('of a verdict that is %s states why', async (phase, verdict) => {
    const decidedAt = new Date().toISOString();
    const journal = await claimed({ verdict: { status: 'failed', decidedAt, ...verdict } });
    const outcome = await recording(journal);
    expect(outcome).toMatchObject(verdict);
    expect(await recordOf(journal)).toMatchObject({ phase, outcome });
  });

  test('without a notification states that the poll found it', async () => {
    const { notification: _, ...journal } = await claimed();
    expect(await recording(journal)).toMatchObject({ decidedBy: 'poll' });
  });

  test('leaves out what the journal does not hold', async () => {
    const { notification: _, receipt: __, ...journal } = await claimed();
    const { reference: ___, ...claim } = journal.claim;
    const outcome = await recording({ ...journal, claim });
    for (const field of ['movedAt', 'reference', 'reason', 'detail']) {
      expect(outcome).not.toHaveProperty(field);
    }
  });
});

describe('a repeat', () => {
  test('returns the recorded outcome and writes nothing', async () => {
    const journal = await claimed();
    const first = await recording(journal);
    const record = await recordOf(journal);
    expect(await recording(journal)).toEqual(first);
    expect(await recordOf(journal)).toEqual(record);
  });

  test('changes nothing when it has another verdict', async () => {
    const journal = await claimed();
    const first = await recording(journal);
    const other = { status: 'declined', decidedAt: new Date().toISOString() } as const;
    expect(await recording({ ...journal, verdict: other })).toEqual(first);
  });

  test('returns the cancellation after a cancellation', async () => {
    const journal = await claimed();
    const { revalidationId } = journal.claim;
    const decidedAt = new Date().toISOString();
    const canceled = { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt } as const;
    await recordOutcome(aws.ledger, canceled, OURS);
    expect(await recording(journal)).toEqual(canceled);
  });

  test.each(['lost', 'answer lost'] as const)(
    'ends in one outcome after a crash: the write was %s',
    async (delivery) => {
      const journal = await claimed();
      aws.setWriteDelivery(1, delivery);
      expect(await thrownBy(recording(journal))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      const outcome = await recording(journal);
      const record = await recordOf(journal);
      expect(record?.outcome).toEqual(outcome);
      expect(record?.trail).toHaveLength(2);
    },
  );

  test('ends in one outcome when many come at once', async () => {
    const journal = await claimed();
    const all = await Promise.all(Array.from({ length: 8 }, () => recording(journal)));
    for (const outcome of all) expect(outcome).toEqual(all[0]);
    expect((await recordOf(journal))?.trail).toHaveLength(2);
  });
});

test('does not change the open record of another execution', async () => {
  const journal = await claimed();
  expect(await thrownBy(recording(journal, executionOf('theirs')))).toEqual({
    name: 'ClaimedElsewhereError',
    reason: 'claimed_elsewhere',
  });
  expect(await recordOf(journal)).toMatchObject({ phase: 'claimed' });
});
