import { describe, expect } from 'vitest';
import { checkConsent, enterOnConsent } from '../../shared/consent/check.ts';
import {
  beginRevocation,
  enterCase,
  leaveCase,
  MOST_RECEIPTS,
  readReceipt,
  receiptsOf,
  writeReceipt,
} from '../../shared/consent/receipts.ts';
import { blankConsent } from '../../shared/erasure/blank.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { consentBody, given, receiptFor, TEXT_HASH } from '../support/consent.ts';
import { inMinutes, newPerson, newRevalidationId, thrownBy } from '../support/journal.ts';
import type { Delivery } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

describe('a receipt', () => {
  test('has one id for one body, and another one for a body that differs in any field', () => {
    const body = consentBody();
    const { receiptId } = receiptFor(body);
    expect(receiptFor({ ...body }).receiptId).toBe(receiptId);
    const others = [
      { accountId: 'another' },
      { purpose: 'transfer' },
      { country: 'CL' },
      { language: 'en' as const },
      { textVersion: '2' },
      { channel: 'branch' },
      { method: 'signature' },
      { alternativeOffered: false },
      { givenAt: inMinutes(-2) },
      { validUntil: inMinutes(61) },
    ];
    expect(new Set(others.map((one) => receiptFor({ ...body, ...one }).receiptId).concat(receiptId)).size).toBe(11);
  });

  test('stays as it was first recorded, also when it is recorded again after its revocation', async ({ aws }) => {
    const receipt = receiptFor();
    const first = await writeReceipt(aws.ledger, receipt);
    await beginRevocation(aws.table, receipt.receiptId, CALLER);
    const again = await writeReceipt(aws.ledger, { ...receipt, recordedAt: inMinutes(5) });
    expect(again).toMatchObject({ ...first, revokedBy: CALLER });
    expect((await readReceipt(aws.table, receipt.receiptId))?.revokingAt).toBeDefined();
  });

  test('is on the list of its person, newest first, and on no other list', async ({ aws }) => {
    const { accountId } = newPerson();
    const old = await given(aws, { accountId, givenAt: inMinutes(-5) });
    const recent = await given(aws, { accountId, givenAt: inMinutes(-1) });
    await given(aws);
    aws.calls.length = 0;
    expect((await receiptsOf(aws.table, accountId)).map(({ receiptId }) => receiptId)).toEqual([
      recent.receiptId,
      old.receiptId,
    ]);
    // Both reads see every write before them.
    expect(JSON.stringify(aws.calls.map(({ input }) => input)).match(/"ConsistentRead":true/g)).toHaveLength(2);
    // The list outlives the last of its receipts, and no longer.
    const list = await aws.item(`CONSENTS#${accountId}`);
    const receipt = await aws.item(`CNS#${recent.receiptId}`);
    expect(Number(list?.expiresAt)).toBeGreaterThan(Number(receipt?.expiresAt));
  });

  test('is refused to a person who has the most receipts, and one of them may be recorded again', async ({ aws }) => {
    const { accountId } = newPerson();
    const own = receiptFor({ accountId });
    const ids = Array.from({ length: MOST_RECEIPTS - 1 }, (_, n) => `CNS${n.toString(16).padStart(32, '0')}`);
    await aws.putItem({ pk: `CONSENTS#${accountId}`, receipts: new Set([...ids, own.receiptId]) });
    expect(await thrownBy(writeReceipt(aws.ledger, receiptFor({ accountId, method: 'voice' })))).toMatchObject({
      reason: 'request_invalid',
    });
    expect(await writeReceipt(aws.ledger, own)).toEqual(own);
  });
});

describe('a case', () => {
  test('enters a receipt, twice with one effect, and leaves it', async ({ aws }) => {
    const { receiptId } = await given(aws);
    const id = newRevalidationId();
    for (const _ of [1, 2]) expect(await enterCase(aws.table, receiptId, id)).toBe(true);
    expect([...((await readReceipt(aws.table, receiptId))?.cases ?? [])]).toEqual([id]);
    await leaveCase(aws.table, receiptId, id);
    expect((await readReceipt(aws.table, receiptId))?.cases.size).toBe(0);
  });

  test('neither enters nor leaves a receipt that was revoked', async ({ aws }) => {
    const { receiptId } = await given(aws);
    const id = newRevalidationId();
    await enterCase(aws.table, receiptId, id);
    await beginRevocation(aws.table, receiptId, CALLER);
    expect(await enterCase(aws.table, receiptId, newRevalidationId())).toBe(false);
    await leaveCase(aws.table, receiptId, id);
    expect([...((await readReceipt(aws.table, receiptId))?.cases ?? [])]).toEqual([id]);
  });

  test('neither enters nor revokes nor reads a receipt whose person was erased', async ({ aws }) => {
    const { receiptId, accountId } = await given(aws);
    const item = (await aws.item(`CNS#${receiptId}`)) ?? {};
    await aws.putItem(blankConsent({ pk: `CNS#${receiptId}`, ...item }, personOf(accountId), inMinutes(0)));
    expect(await enterCase(aws.table, receiptId, newRevalidationId())).toBe(false);
    expect(await beginRevocation(aws.table, receiptId, CALLER)).toBeUndefined();
    expect(await receiptsOf(aws.table, accountId)).toEqual([]);
    expect(await thrownBy(checkConsent(aws.table, { accountId, consentReceiptId: receiptId }))).toMatchObject({
      reason: 'consent_unknown',
    });
    expect(await aws.item(`CNS#${receiptId}`)).not.toHaveProperty('dueAt');
  });

  test('enters no receipt that is not there', async ({ aws }) => {
    const { receiptId } = receiptFor();
    expect(await enterCase(aws.table, receiptId, newRevalidationId())).toBe(false);
    expect(await readReceipt(aws.table, receiptId)).toBeUndefined();
  });
});

describe('the check of a request', () => {
  test('takes a live receipt of the person for the purpose, and keeps the hash of its text', async ({ aws }) => {
    const { receiptId, accountId } = await given(aws, { purpose: 'transfer' });
    expect(await checkConsent(aws.table, { accountId, purpose: 'transfer', consentReceiptId: receiptId })).toEqual({
      consentReceiptId: receiptId,
      consentTextSha256: TEXT_HASH,
    });
  });

  test.for([
    ['consent_missing', 'none is named', () => ({ consentReceiptId: undefined })],
    ['consent_unknown', 'there is no such receipt', () => ({ consentReceiptId: receiptFor().receiptId })],
    ['consent_unknown', 'it is of another person', () => newPerson()],
    ['consent_wrong_purpose', 'it is for another purpose', () => ({ purpose: 'transfer' })],
  ] as const)('refuses with %s when %s', async ([reason, , more], { aws }) => {
    const { receiptId: consentReceiptId, accountId } = await given(aws);
    const asked = { accountId, consentReceiptId, ...more() };
    expect(await thrownBy(checkConsent(aws.table, asked))).toEqual({ name: 'RequestInvalidError', reason });
  });

  test('refuses with consent_expired when its time is over', async ({ aws }) => {
    const { receiptId, accountId } = await given(aws, { validUntil: inMinutes(-0.5) });
    expect(await thrownBy(checkConsent(aws.table, { accountId, consentReceiptId: receiptId }))).toMatchObject({
      reason: 'consent_expired',
    });
  });

  test('refuses with consent_revoked when it was revoked, also between the read and the entry', async ({ aws }) => {
    const { receiptId, accountId } = await given(aws);
    const asked = { accountId, consentReceiptId: receiptId };
    aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
      if (operation !== 'UpdateItem' || !JSON.stringify(input).includes('cases')) return 'through';
      aws.setDelivery();
      await beginRevocation(aws.table, receiptId, CALLER);
      return 'through';
    });
    expect(await thrownBy(enterOnConsent(aws.ledger, asked, newRevalidationId()))).toMatchObject({
      reason: 'consent_revoked',
    });
    expect((await readReceipt(aws.table, receiptId))?.cases.size).toBe(0);
    expect(await thrownBy(checkConsent(aws.table, asked))).toMatchObject({ reason: 'consent_revoked' });
  });
});
