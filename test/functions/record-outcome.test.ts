import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  it('holds the verdict, the case and when things happened', async () => {
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

  it.each<[string, Partial<Verdict>]>([
    ['declined', { status: 'declined', reason: 'no_face_detected' }],
    ['declined', { status: 'declined', reason: 'unknown_reason', rawReason: 'brand_new' }],
    ['expired', { status: 'expired', reason: 'undecided_at_deadline' }],
    ['failed', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['threshold', 'account_id'] }],
  ])('of a verdict that is %s says why', async (phase, verdict) => {
    const decidedAt = new Date().toISOString();
    const journal = await claimed({ verdict: { status: 'failed', decidedAt, ...verdict } });
    const outcome = await recording(journal);
    expect(outcome).toMatchObject(verdict);
    expect(await recordOf(journal)).toMatchObject({ phase, outcome });
  });

  it('without a notification was found by the poll', async () => {
    const { notification: _, ...journal } = await claimed();
    expect(await recording(journal)).toMatchObject({ decidedBy: 'poll' });
  });

  it('leaves out what the journal does not hold', async () => {
    const { notification: _, receipt: __, ...journal } = await claimed();
    const { reference: ___, ...claim } = journal.claim;
    const outcome = await recording({ ...journal, claim });
    for (const field of ['movedAt', 'reference', 'reason', 'detail']) {
      expect(outcome).not.toHaveProperty(field);
    }
  });
});

describe('the repeat', () => {
  it('gives back what stands, and writes nothing', async () => {
    const journal = await claimed();
    const first = await recording(journal);
    const record = await recordOf(journal);
    expect(await recording(journal)).toEqual(first);
    expect(await recordOf(journal)).toEqual(record);
  });

  it('with another verdict changes nothing', async () => {
    const journal = await claimed();
    const first = await recording(journal);
    const other = { status: 'declined', decidedAt: new Date().toISOString() } as const;
    expect(await recording({ ...journal, verdict: other })).toEqual(first);
  });

  it('after a cancellation gives that back', async () => {
    const journal = await claimed();
    const { revalidationId } = journal.claim;
    const decidedAt = new Date().toISOString();
    const canceled = { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt } as const;
    await recordOutcome(aws.ledger, canceled, OURS);
    expect(await recording(journal)).toEqual(canceled);
  });

  it.each(['lost', 'answer lost'] as const)('after a crash ends in one outcome: the write was %s', async (delivery) => {
    const journal = await claimed();
    aws.setWriteDelivery(1, delivery);
    expect(await thrownBy(recording(journal))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    const outcome = await recording(journal);
    const record = await recordOf(journal);
    expect(record?.outcome).toEqual(outcome);
    expect(record?.trail).toHaveLength(2);
  });

  it('of many at once is one outcome', async () => {
    const journal = await claimed();
    const all = await Promise.all(Array.from({ length: 8 }, () => recording(journal)));
    for (const outcome of all) expect(outcome).toEqual(all[0]);
    expect((await recordOf(journal))?.trail).toHaveLength(2);
  });
});

it("does not write over another execution's open record", async () => {
  const journal = await claimed();
  expect(await thrownBy(recording(journal, executionOf('theirs')))).toEqual({
    name: 'ClaimedElsewhereError',
    reason: 'claimed_elsewhere',
  });
  expect(await recordOf(journal)).toMatchObject({ phase: 'claimed' });
});
