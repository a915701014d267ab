import { expect } from 'vitest';
import { handler } from '../../functions/record-outcome.ts';
import { beginRevocation, enterCase, readReceipt } from '../../shared/consent/receipts.ts';
import { endCasesOf } from '../../shared/consent/revoke.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { personOf, putTombstone } from '../../shared/ledger/tombstones.ts';
import { given } from '../support/consent.ts';
import {
  BUCKET,
  claimOf,
  context,
  ERASURE_BUCKET,
  eventOf,
  executionOf,
  inMinutes,
  journalOf,
} from '../support/journal.ts';
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
  return { consentReceiptId, accountId: journal.claim.accountId, record };
};

test('approves a case whose consent is live, which stays on its receipt for a revocation to find', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  expect(await record()).toMatchObject({ status: 'approved' });
  expect((await readReceipt(aws.table, consentReceiptId))?.cases.size).toBe(1);
});

test('does not approve a case whose consent was revoked before', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  await beginRevocation(aws.table, consentReceiptId, CALLER);
  const outcome = await record();
  expect(outcome).toMatchObject({ status: 'alternative_required', reason: 'consent_revoked' });
  expect(outcome).not.toHaveProperty('similarity');
});

test('does not approve a case that a revocation ended after the receipt was read', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  const settings = {
    ledger: aws.ledger,
    outcomeBus: { bus: 'outcomes', mediaHours: 24, emitOutcome: () => {} },
    alternative: undefined,
    mediaBucket: BUCKET,
    erasureBucket: ERASURE_BUCKET,
  };
  let isRevoked = false;
  aws.setDelivery(async ({ operation }) => {
    if (operation === 'UpdateItem' && !isRevoked) {
      isRevoked = true;
      const begun = await beginRevocation(aws.table, consentReceiptId, CALLER);
      if (begun) await endCasesOf(settings, begun);
    }
    return 'through' as const;
  });
  expect(await record()).toMatchObject({ status: 'alternative_required', reason: 'consent_revoked' });
});

test('keeps an outcome that was written before the revocation', async ({ aws }) => {
  const { consentReceiptId, record } = await claimedUnder(aws);
  const first = await record();
  await beginRevocation(aws.table, consentReceiptId, CALLER);
  expect(await record()).toEqual(first);
});

test('decides nothing about a person who was erased meanwhile', async ({ aws }) => {
  const { accountId, record } = await claimedUnder(aws);
  await putTombstone(aws.table, { person: personOf(accountId), requestedAt: inMinutes(0), accountId }, 150);
  const outcome = await record();
  expect(outcome).toMatchObject({ status: 'canceled', reason: 'canceled_by_caller' });
  expect(outcome).not.toHaveProperty('similarity');
});
