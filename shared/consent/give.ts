import { type ConsentBody, type ConsentReceipt, type ConsentTexts, hashOfText, receiptOf } from '../domain/consent.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import { CallRefusedError } from '../domain/problem.ts';
import type { Ledger } from '../ledger/records.ts';
import { refuseErased } from '../ledger/tombstones.ts';
import { LONGEST_DAYS, writeReceipt } from './receipts.ts';

/** How far the clock of a caller may be ahead. Milliseconds. */
const AHEAD_MS = 300_000;

const broken = (path: string, detail: string) =>
  new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code: 'out_of_range', detail }]);

/**
 * Records that a person agreed to a text. The same body gives the same receipt, also after it was revoked: who agrees again does so at
 * another time.
 * @throws CallRefusedError `consent_text_unknown`; RequestInvalidError for times that cannot be, and `account_erased`
 */
export const giveConsent = async (
  { ledger, texts }: { ledger: Ledger; texts: ConsentTexts },
  body: ConsentBody,
  recordedBy: string,
): Promise<ConsentReceipt> => {
  const now = new Date();
  const [given, until] = [Date.parse(body.givenAt), Date.parse(body.validUntil)];
  if (given > now.getTime() + AHEAD_MS) throw broken('givenAt', 'must not be in the future');
  if (until <= Math.max(given, now.getTime())) throw broken('validUntil', 'must be later than givenAt and than now');
  if (until > given + LONGEST_DAYS * 86_400_000) throw broken('validUntil', 'must be at most five years after givenAt');
  const sha256 = hashOfText(texts, body);
  if (sha256 === undefined)
    throw new CallRefusedError(
      'consent_text_unknown',
      'textVersion: this deployment has no text of this purpose, country, language and version',
    );
  if (body.textSha256 !== undefined && body.textSha256 !== sha256)
    throw new CallRefusedError('consent_text_unknown', 'textSha256: is not the hash of the text of this deployment');
  await refuseErased(ledger.table, body.accountId);
  return writeReceipt(ledger, receiptOf(body, sha256, { recordedAt: now.toISOString(), recordedBy }));
};
