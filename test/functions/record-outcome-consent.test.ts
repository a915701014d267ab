import { expect } from 'vitest';
import { handler } from '../../functions/record-outcome.ts';
import { enterCase, markRevoked, readReceipt } from '../../shared/consent/receipts.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { given } from '../support/consent.ts';
import { claimOf, context, eventOf, executionOf, journalOf } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const test = withLocalAws('RecordOutcome');

test.beforeEach(({ aws }) => aws.setDelivery());

const claimedUnder = async (aws: LocalAws) => {
  const { receiptId: consentReceiptId } = await given(aws);
  const journal = journalOf({ claim: claimOf({ consentReceiptId }) });
  await claimRecord(aws.ledger, journal.claim, OURS);
  await enterCase(aws.table, consentReceiptId, journal.claim.revalidationId);
  const record = (): Promise<Outcome> => handler(eventOf('RecordOutcome', journal, { executionId: OURS }), context);
  return { consentReceiptId, record };
};

test('approves a case whose consent is live, which then leaves its receipt', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  expect(await record()).toMatchObject({ status: 'approved' });
  expect((await readReceipt(aws.table, consentReceiptId))?.cases.size).toBe(0);
});

test('does not approve a case whose consent was revoked before', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  await markRevoked(aws.table, consentReceiptId, CALLER);
  const outcome = await record();
  expect(outcome).toMatchObject({ status: 'alternative_required', reason: 'consent_revoked' });
  expect(outcome).not.toHaveProperty('similarity');
});

test('keeps an outcome that was written before the revocation', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  const first = await record();
  await markRevoked(aws.table, consentReceiptId, CALLER);
  expect(await record()).toEqual(first);
});
