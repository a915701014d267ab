import { expect } from 'vitest';
import { beginRevocation } from '../../shared/consent/receipts.ts';
import { recordEarlyEnd } from '../../shared/ledger/outcomes.ts';
import { given } from '../support/consent.ts';
import { inMinutes, thrownBy } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { arrivedOf, created, moving, recordOf, test } from '../support/move-media.ts';
import { CALLER } from '../support/routes.ts';

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

const createdUnder = async (aws: LocalAws, more: Parameters<typeof given>[1] = {}) => {
  const { receiptId: consentReceiptId } = await given(aws, more);
  const one = await created(aws);
  return { ...one, consentReceiptId, claim: { ...one.claim, consentReceiptId } };
};

test('sends the media of a case whose consent is live', async ({ aws }) => {
  const one = await createdUnder(aws);
  await moving(one);
  expect(arrivedOf(aws, one)).toBeDefined();
});

test.for([
  ['consent_revoked', {}],
  ['consent_expired', { validUntil: inMinutes(-0.5) }],
] as const)('ends a case with %s before the first byte is sent', async ([reason, more], { aws }) => {
  const one = await createdUnder(aws, more);
  if (reason === 'consent_revoked') await beginRevocation(aws.table, one.consentReceiptId, CALLER);
  expect(await thrownBy(moving(one))).toEqual(DECIDED);
  expect(arrivedOf(aws, one)).toBeUndefined();
  const record = await recordOf(aws, one);
  expect(record).toMatchObject({
    phase: 'alternative_required',
    outcome: { reason, validationId: one.validation.validationId },
  });
  // The link can open nothing any more, so it is not kept.
  expect(record).not.toHaveProperty('uploadLink');
});

test('sends nothing when the revocation comes after the record was read', async ({ aws }) => {
  const one = await createdUnder(aws);
  aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
    if (operation !== 'GetItem' || !JSON.stringify(input).includes('CNS#')) return 'through';
    aws.setDelivery();
    await beginRevocation(aws.table, one.consentReceiptId, CALLER);
    return 'through';
  });
  expect(await thrownBy(moving(one))).toEqual(DECIDED);
  expect(arrivedOf(aws, one)).toBeUndefined();
});

test('sends nothing of a case that a caller has ended, and goes on to its outcome', async ({ aws }) => {
  const one = await created(aws);
  const end = { status: 'alternative_required', reason: 'alternative_chosen' } as const;
  await recordEarlyEnd(aws.ledger, one.claim, end, { endedBy: CALLER });
  expect(await thrownBy(moving(one))).toEqual(DECIDED);
  expect(arrivedOf(aws, one)).toBeUndefined();
});
