import { expect } from 'vitest';
import { beginRevocation } from '../../shared/consent/receipts.ts';
import { given } from '../support/consent.ts';
import { charging, claimed, creating, intentWord, OURS, recordOf, test } from '../support/create-validation.ts';
import { inMinutes, newRevalidationId, thrownBy } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

const claimedUnder = async (aws: LocalAws, more: Parameters<typeof given>[1] = {}) => {
  const { receiptId: consentReceiptId } = await given(aws, more);
  return { consentReceiptId, claim: await claimed(aws, '', { consentReceiptId }) };
};

test('pays for a case whose consent is live', async ({ aws }) => {
  const { claim } = await claimedUnder(aws);
  const counts = charging(aws);
  await creating(claim);
  expect(counts()).toEqual({ creates: 1, charges: 1 });
});

test.for([
  ['consent_revoked', {}],
  ['consent_expired', { validUntil: inMinutes(-0.5) }],
] as const)(
  'ends a case with %s in place of the charged call, and the person is free',
  async ([reason, more], { aws }) => {
    const { claim, consentReceiptId } = await claimedUnder(aws, more);
    if (reason === 'consent_revoked') await beginRevocation(aws.table, consentReceiptId, CALLER);
    const counts = charging(aws);
    expect(await thrownBy(creating(claim))).toEqual(DECIDED);
    expect(counts().creates).toBe(0);
    expect(await recordOf(aws, claim)).toMatchObject({
      phase: 'alternative_required',
      owner: OURS,
      outcome: { reason },
    });
    expect(await intentWord(aws, claim)).toBe('none');
    expect(aws.announced.at(-1)?.detail).toMatchObject({ status: 'alternative_required' });
  },
);

test('is not paid for when the revocation comes directly after the intent is written', async ({ aws }) => {
  const { claim, consentReceiptId } = await claimedUnder(aws);
  const counts = charging(aws);
  aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
    if (operation !== 'PutItem' || !JSON.stringify(input).includes('ACC#')) return 'through';
    aws.setDelivery();
    await beginRevocation(aws.table, consentReceiptId, CALLER);
    return 'through';
  });
  expect(await thrownBy(creating(claim))).toEqual(DECIDED);
  expect(counts().creates).toBe(0);
});

test('treats a receipt that is not in the ledger any more as one whose time is over', async ({ aws }) => {
  const claim = await claimed(aws, '', { consentReceiptId: `CNS${newRevalidationId().slice(3)}` });
  expect(await thrownBy(creating(claim))).toEqual(DECIDED);
  expect(await recordOf(aws, claim)).toMatchObject({ outcome: { reason: 'consent_expired' } });
});

test('reads no receipt for a case that was claimed without one', async ({ aws }) => {
  await creating(await claimed(aws));
  expect(JSON.stringify(aws.calls)).not.toContain('CNS#');
});
