/** Fixtures of consent: bodies, receipts and cases under one. */

import { writeReceipt } from '../../shared/consent/receipts.ts';
import { type ConsentBody, type ConsentReceipt, receiptOf } from '../../shared/domain/consent.ts';
import { inMinutes, newPerson } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { CALLER } from './routes.ts';

export const TEXT_HASH = 'ab'.repeat(32);

export const consentBody = (more: Partial<ConsentBody> = {}): ConsentBody => ({
  accountId: newPerson().accountId,
  purpose: 'default',
  country: 'CO',
  language: 'es',
  textVersion: '1',
  channel: 'app',
  method: 'checkbox',
  optionalStated: true,
  alternativeOffered: true,
  givenAt: inMinutes(-1),
  validUntil: inMinutes(60),
  ...more,
});

export const receiptFor = (more: Partial<ConsentBody> = {}): ConsentReceipt =>
  receiptOf(consentBody(more), TEXT_HASH, { recordedAt: new Date().toISOString(), recordedBy: CALLER });

/** A receipt in the ledger. */
export const given = (aws: Pick<LocalAws, 'ledger'>, more: Partial<ConsentBody> = {}): Promise<ConsentReceipt> =>
  writeReceipt(aws.ledger, receiptFor(more));
