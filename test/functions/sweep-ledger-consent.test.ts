import { describe, expect } from 'vitest';
import { beginRevocation, enterCase, readReceipt } from '../../shared/consent/receipts.ts';
import { endCasesOf } from '../../shared/consent/revoke.ts';
import { amend } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { personOf, putTombstone } from '../../shared/ledger/tombstones.ts';
import { given } from '../support/consent.ts';
import { BUCKET, ERASURE_BUCKET, inMinutes, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { approval, details, ended, itemOf, OURS, running, says, sweep, test } from '../support/sweep-ledger.ts';

/** As if the receipt had been revoked a while ago, and nothing after that had been done. */
const revokedLongAgo = async (aws: LocalAws, receiptId: string) => {
  await beginRevocation(aws.table, receiptId, CALLER);
  const item = await aws.item(`CNS#${receiptId}`);
  await aws.putItem({ ...item, pk: `CNS#${receiptId}`, revokingAt: inMinutes(-10), dueAt: inMinutes(-5) });
};

describe('a revocation that died after its first write', () => {
  test('is completed by the sweep: the case ends, its execution is stopped, and nothing stays due', async ({ aws }) => {
    const { receiptId: consentReceiptId } = await given(aws);
    const { claim } = await running(aws, { consentReceiptId });
    await enterCase(aws.table, consentReceiptId, claim.revalidationId);
    await revokedLongAgo(aws, consentReceiptId);
    await sweep();
    expect(await itemOf(aws, claim.revalidationId)).toMatchObject({
      phase: 'alternative_required',
      outcome: { reason: 'consent_revoked' },
      announced: expect.any(String),
    });
    expect(aws.stopped).toContain(OURS);
    const receipt = await aws.item(`CNS#${consentReceiptId}`);
    for (const name of ['cases', 'dueAt', 'shard']) expect(receipt).not.toHaveProperty(name);
  });

  test('takes a case off the receipt that was entered and never claimed', async ({ aws }) => {
    const { receiptId } = await given(aws);
    await enterCase(aws.table, receiptId, newRevalidationId());
    await revokedLongAgo(aws, receiptId);
    await sweep();
    expect((await readReceipt(aws.table, receiptId))?.cases.size).toBe(0);
  });
});

describe('a late approval', () => {
  test.for(['alternative_required', 'failed'] as const)(
    'of a case that ended as %s and whose consent was revoked amends it, and approves nothing',
    async (status, { aws }) => {
      const { receiptId: consentReceiptId } = await given(aws);
      await beginRevocation(aws.table, consentReceiptId, CALLER);
      const closed = await ended(aws, status, { reason: 'consent_revoked', more: { consentReceiptId } });
      await says(approval(closed));
      await sweep();
      const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
      expect(record?.amendments).toEqual([
        { at: expect.any(String), from: 'sweep', status: 'alternative_required', verdict: 'approved' },
      ]);
      expect(details(aws).at(-1)).toMatchObject({ status: 'alternative_required', endedAs: status });
    },
  );

  test('of a case whose person took another way approves nothing, without any receipt', async ({ aws }) => {
    const closed = await ended(aws, 'alternative_required', { reason: 'alternative_chosen' });
    await says(approval(closed));
    await sweep();
    const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
    expect(record?.amendments).toMatchObject([{ status: 'alternative_required', verdict: 'approved' }]);
  });

  test('of a case whose consent is revoked after the check is refused, and approves nothing at the next sweep', async ({
    aws,
  }) => {
    const { receiptId: consentReceiptId } = await given(aws);
    const closed = await ended(aws, 'failed', { reason: 'execution_lost', more: { consentReceiptId } });
    const { revalidationId } = closed.outcome;
    const stale = await readRecord(aws.ledger, revalidationId);
    await enterCase(aws.table, consentReceiptId, revalidationId);
    const begun = await beginRevocation(aws.table, consentReceiptId, CALLER);
    const outcomeBus = { bus: 'outcomes', mediaHours: 24, emitOutcome: () => {} };
    if (begun)
      await endCasesOf(
        { ledger: aws.ledger, outcomeBus, alternative: undefined, mediaBucket: BUCKET, erasureBucket: ERASURE_BUCKET },
        begun,
      );
    const late = { status: 'approved', at: inMinutes(0), from: 'sweep' } as const;
    expect(stale && (await amend(aws.ledger, stale, late))).toBeUndefined();
    await says(approval(closed));
    await sweep();
    const record = await readRecord(aws.ledger, revalidationId);
    expect(record?.amendments).toMatchObject([{ status: 'alternative_required', verdict: 'approved' }]);
  });

  test('of a person who was erased meanwhile approves nothing', async ({ aws }) => {
    const closed = await ended(aws, 'failed', { reason: 'execution_lost' });
    const { accountId } = closed.claim;
    await putTombstone(aws.table, { person: personOf(accountId), requestedAt: inMinutes(0), accountId }, 150);
    await says(approval(closed));
    await sweep();
    const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
    expect(record?.amendments).toMatchObject([{ status: 'alternative_required', verdict: 'approved' }]);
  });

  test('of a case whose consent is live counts', async ({ aws }) => {
    const { receiptId: consentReceiptId } = await given(aws);
    const closed = await ended(aws, 'failed', { reason: 'execution_lost', more: { consentReceiptId } });
    await says(approval(closed));
    await sweep();
    const record = await readRecord(aws.ledger, closed.outcome.revalidationId);
    expect(record?.amendments).toMatchObject([{ status: 'approved', similarity: 0.9 }]);
  });
});

test('the last follow-up of an ended case takes it off its receipt', async ({ aws }) => {
  const { receiptId: consentReceiptId } = await given(aws);
  const { claim } = await ended(aws, 'failed', { reason: 'execution_lost', more: { consentReceiptId } });
  await enterCase(aws.table, consentReceiptId, claim.revalidationId);
  await sweep();
  expect((await readReceipt(aws.table, consentReceiptId))?.cases.size).toBe(0);
});
