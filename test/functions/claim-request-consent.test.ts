import { describe, expect } from 'vitest';
import { beginRevocation, readReceipt } from '../../shared/consent/receipts.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { CONSENT, call, claiming, drop, JPEG, test } from '../support/claim-request.ts';
import { given, receiptFor, TEXT_HASH } from '../support/consent.ts';
import { dropOf, inMinutes, newPerson, thrownBy } from '../support/journal.ts';
import type { Delivery } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';

test.beforeEach(() => {
  process.env.CONSENT_MODE = 'receipt';
});

describe('a claim where receipts are required', () => {
  test('keeps the receipt and the hash of its text, and is entered on it', async ({ aws }) => {
    const person = newPerson();
    const { receiptId } = await given(aws, { accountId: person.accountId });
    const one = await drop(aws, { ...CONSENT, consent: receiptId }, { person });
    const claim = await claiming(one.request);
    expect(claim).toMatchObject({ consentReceiptId: receiptId, consentTextSha256: TEXT_HASH });
    expect([...((await readReceipt(aws.table, receiptId))?.cases ?? [])]).toEqual([claim.revalidationId]);
  });

  test('takes the receipt of a call, and that of the ticket of a form', async ({ aws }) => {
    const person = newPerson();
    const { receiptId: consentReceiptId } = await given(aws, { accountId: person.accountId });
    const one = await call(aws, { ...person, consentReceiptId });
    expect(await claiming(one.request)).toMatchObject({ consentReceiptId });

    const body = {
      ...person,
      userAuthorized: true as const,
      upload: { type: 'image/jpeg' as const },
      consentReceiptId,
    };
    const ticket = uploadTicket(body, newRevalidationId(), CALLER);
    await issueTicket(aws.ledger, ticket);
    const put = await aws.put(ticket.upload?.key ?? '', JPEG);
    expect(await claiming(dropOf(put))).toMatchObject({ revalidationId: ticket.revalidationId, consentReceiptId });
  });

  test.for([
    ['consent_missing', 'names no receipt', async (): Promise<string | undefined> => undefined],
    ['consent_unknown', 'names an unknown receipt', async (): Promise<string | undefined> => receiptFor().receiptId],
  ] as const)('is refused with %s for a drop that %s, and writes nothing', async ([reason, , idOf], { aws }) => {
    const consent = await idOf();
    const one = await drop(aws, { ...CONSENT, ...(consent ? { consent } : {}) });
    expect(await thrownBy(claiming(one.request))).toEqual({ name: 'RequestInvalidError', reason });
    expect(aws.writes()).toEqual([]);
  });

  test.for([
    ['consent_wrong_purpose', { purpose: 'transfer' }],
    ['consent_expired', { validUntil: inMinutes(-0.5) }],
  ] as const)('is refused with %s', async ([reason, more], { aws }) => {
    const person = newPerson();
    const { receiptId: consentReceiptId } = await given(aws, { accountId: person.accountId, ...more });
    const one = await call(aws, { ...person, consentReceiptId });
    expect(await thrownBy(claiming(one.request))).toMatchObject({ reason });
  });

  test('is refused with consent_revoked when the revocation comes directly before the claim', async ({ aws }) => {
    const person = newPerson();
    const { receiptId: consentReceiptId } = await given(aws, { accountId: person.accountId });
    const one = await call(aws, { ...person, consentReceiptId });
    aws.calls.length = 0;
    aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
      if (operation !== 'UpdateItem' || !JSON.stringify(input).includes(consentReceiptId)) return 'through';
      aws.setDelivery();
      await beginRevocation(aws.table, consentReceiptId, CALLER);
      return 'through';
    });
    expect(await thrownBy(claiming(one.request))).toMatchObject({ reason: 'consent_revoked' });
    expect(aws.calls.filter(({ operation }) => operation === 'PutItem')).toEqual([]);
  });

  test('is repeated with one entry when the answer to any write was lost', async ({ aws }) => {
    for (const nth of [1, 2, 3]) {
      const person = newPerson();
      const { receiptId: consentReceiptId } = await given(aws, { accountId: person.accountId });
      const one = await call(aws, { ...person, consentReceiptId });
      aws.setWriteDelivery(nth, 'answer lost');
      await thrownBy(claiming(one.request)).catch(() => {});
      aws.setDelivery();
      const { revalidationId } = await claiming(one.request);
      expect([...((await readReceipt(aws.table, consentReceiptId))?.cases ?? [])]).toEqual([revalidationId]);
    }
  });
});

test('where the flag is enough, a named receipt is neither read nor kept', async ({ aws }) => {
  process.env.CONSENT_MODE = 'flag';
  const person = newPerson();
  const { receiptId: consentReceiptId } = await given(aws, { accountId: person.accountId });
  await beginRevocation(aws.table, consentReceiptId, CALLER);
  const one = await call(aws, { ...person, consentReceiptId });
  aws.calls.length = 0;
  expect(await claiming(one.request)).not.toHaveProperty('consentReceiptId');
  expect(JSON.stringify(aws.calls)).not.toContain('CNS#');
});
