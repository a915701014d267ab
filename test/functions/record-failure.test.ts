import { describe, expect } from 'vitest';
import { handler } from '../../functions/record-failure.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { openIntent, readIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { BUCKET, caughtOf, context, errorOf, eventOf, executionOf, journalOf, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const UNCONFIRMED = caughtOf('CreationUnconfirmedError', 'creation_unconfirmed: a person has to decide');

const test = withLocalAws('RecordFailure');

test.beforeEach(({ aws }) => aws.setDelivery());

const recording = (journal: Partial<Journal>, executionId = OURS): Promise<Outcome> =>
  handler(eventOf('RecordFailure', journal, { executionId }), context);

const claimed = async (aws: LocalAws) => {
  const { request, claim, validation, receipt } = journalOf();
  await claimRecord(aws.ledger, claim, OURS);
  return { request, claim, validation, receipt, failure: UNCONFIRMED };
};

const recordOf = (aws: LocalAws, { claim }: Pick<Journal, 'claim'>) => aws.item(`RUN#${claim.revalidationId}`);

describe('the outcome', () => {
  test('states the error and how far the run had come', async ({ aws }) => {
    const journal = await claimed(aws);
    const { claim, validation, receipt } = journal;
    const outcome = await recording(journal);
    expect(outcome).toEqual({
      revalidationId: claim.revalidationId,
      status: 'failed',
      reason: 'creation_unconfirmed',
      detail: 'a person has to decide',
      accountId: claim.accountId,
      enrollmentId: claim.enrollmentId,
      validationId: validation.validationId,
      reference: claim.reference,
      threshold: claim.requested.threshold,
      decidedBy: 'workflow',
      claimedAt: claim.claimedAt,
      movedAt: receipt.movedAt,
      decidedAt: expect.stringMatching(/Z$/),
    });
    expect(await recordOf(aws, journal)).toMatchObject({ phase: 'failed', outcome });
  });

  test('leaves out what was never reached', async ({ aws }) => {
    const { request, claim, failure } = await claimed(aws);
    const outcome = await recording({ request, claim, failure });
    expect(outcome).not.toHaveProperty('validationId');
    expect(outcome).not.toHaveProperty('movedAt');
  });

  test('of a request that was never claimed has the id that its claim would have had', async () => {
    const { request, claim } = journalOf();
    const { accountId, media } = claim;
    const failure = { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate exceeded' };
    const outcome = await recording({ request, failure });
    expect(outcome).toMatchObject({
      revalidationId: revalidationIdOf({ accountId, bucket: BUCKET, key: media.key, version: media.versionId ?? '' }),
      status: 'failed',
      reason: 'unexpected',
      detail: 'Lambda.TooManyRequestsException after every retry',
      accountId,
    });
  });

  test('of an unexpected error keeps its name alone', async ({ aws }) => {
    const { request, claim } = await claimed(aws);
    const failure = caughtOf('TypeError', 'unexpected: TypeError');
    expect(await recording({ request, claim, failure })).toMatchObject({ reason: 'unexpected', detail: 'TypeError' });
  });
});

test('leaves any open intent alone, because the result of its call is not known yet', async ({ aws }) => {
  const journal = await claimed(aws);
  const { accountId, revalidationId } = journal.claim;
  const intent = await openIntent(aws.table, accountId, { revalidationId, attempt: 1 });
  await recording(journal);
  expect(await readIntent(aws.table, accountId)).toEqual(intent);
});

describe('a repeat', () => {
  test('returns the first outcome and writes nothing', async ({ aws }) => {
    const journal = await claimed(aws);
    const first = await recording(journal);
    const record = await recordOf(aws, journal);
    const other = { ...journal, failure: caughtOf('TruoraRejectedError', 'truora_rejected: Truora answered 400') };
    expect(await recording(journal)).toEqual(first);
    expect(await recording(other)).toEqual(first);
    expect(await recordOf(aws, journal)).toEqual(record);
  });

  test('throws by name after another end: a recorded verdict is not failed afterwards', async ({ aws }) => {
    const journal = await claimed(aws);
    const { revalidationId } = journal.claim;
    const decidedAt = new Date().toISOString();
    const approved = { revalidationId, status: 'approved', decidedBy: 'poll', decidedAt } as const;
    await recordOutcome(aws.ledger, approved, OURS);
    expect((await errorOf(recording(journal))).message).toBe(`already_decided: ${revalidationId}`);
    expect((await recordOf(aws, journal))?.outcome).toEqual(approved);
  });

  test.for(['lost', 'answer lost'] as const)(
    'ends in one outcome after a crash: the write was %s',
    async (delivery, { aws }) => {
      const journal = await claimed(aws);
      aws.setWriteDelivery(1, delivery);
      expect(await thrownBy(recording(journal))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      const outcome = await recording(journal);
      expect((await recordOf(aws, journal))?.outcome).toEqual(outcome);
      expect((await recordOf(aws, journal))?.trail).toHaveLength(2);
    },
  );
});

test('changes neither the open record of another execution nor its intent', async ({ aws }) => {
  const journal = await claimed(aws);
  const { accountId, revalidationId } = journal.claim;
  await openIntent(aws.table, accountId, { revalidationId, attempt: 1 });
  expect(await thrownBy(recording(journal, executionOf('theirs')))).toEqual({
    name: 'ClaimedElsewhereError',
    reason: 'claimed_elsewhere',
  });
  expect(await recordOf(aws, journal)).toMatchObject({ phase: 'claimed' });
  expect(await readIntent(aws.table, accountId)).toMatchObject({ revalidationId });
});
