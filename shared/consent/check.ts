import { endOfConsent } from '../domain/consent.ts';
import { AlreadyDecidedError, RequestInvalidError } from '../domain/errors.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { outcomeOf, type Subject } from '../domain/outcome.ts';
import type { Alternative } from '../domain/person-messages.ts';
import { purposeOf } from '../domain/policy.ts';
import type { Claim, Outcome } from '../domain/revalidation.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import type { ClaimedConsent } from '../logic/claim.ts';
import { endCase, type OutcomeBus } from '../logic/outcome.ts';
import { enterCase, readReceipt } from './receipts.ts';

/** What a request says about its consent. */
type Asked = { accountId: string; purpose?: string | undefined; consentReceiptId?: string | undefined };

type Reason = 'consent_missing' | 'consent_unknown' | 'consent_wrong_purpose' | 'consent_expired' | 'consent_revoked';

const refused = (reason: Reason, rule: string) =>
  new RequestInvalidError(reason, `consentReceiptId: ${rule}`, [
    { path: 'consentReceiptId', code: 'rule', detail: rule },
  ]);

/**
 * Checks the receipt that a request names. It only reads, consistently.
 * @returns what a claim keeps of it
 * @throws RequestInvalidError `consent_missing`, `consent_unknown`, `consent_wrong_purpose`, `consent_expired`, `consent_revoked`
 */
export const checkConsent = async (table: string, asked: Asked) => {
  const { consentReceiptId: receiptId, accountId } = asked;
  if (!receiptId) throw refused('consent_missing', 'is missing: the person must have agreed');
  const found = await readReceipt(table, receiptId);
  // A receipt of another person is not shown to be one.
  if (found?.receipt.accountId !== accountId) throw refused('consent_unknown', 'is no receipt of this person');
  const { purpose, textSha256 } = found.receipt;
  if (purpose !== purposeOf(asked)) throw refused('consent_wrong_purpose', `is for the purpose ${purpose}`);
  const ended = endOfConsent(found, new Date());
  if (ended === 'consent_expired') throw refused(ended, 'its time is over');
  if (ended) throw refused(ended, 'was revoked');
  return { consentReceiptId: receiptId, consentTextSha256: textSha256 };
};

/**
 * Checks the receipt of a request that is about to claim a case, and enters the case on it. A receipt that is revoked in between takes
 * no case. So each case that is claimed under a receipt is one that its revocation knows.
 * @throws RequestInvalidError as `checkConsent` does
 */
export const enterOnConsent = async (ledger: Ledger, asked: Asked, revalidationId: string): Promise<ClaimedConsent> => {
  const { table } = ledger;
  const consent = await checkConsent(table, asked);
  // A repeat of a decided case is answered by the claim. An entry of it would stay on the receipt.
  const record = await readRecord(ledger, revalidationId);
  if (record && isEnd(record.phase)) return consent;
  if (await enterCase(table, consent.consentReceiptId, revalidationId)) return consent;
  throw refused('consent_revoked', 'was revoked');
};

/** What the end of a case for want of consent works with. */
export type ConsentSettings = { ledger: Ledger; outcomeBus: OutcomeBus; alternative: Alternative | undefined };

/** How a case ends whose face may not be used any more. */
export const alternativeEnd = (
  reason: 'consent_revoked' | 'consent_expired' | 'alternative_chosen',
  alternative: Alternative | undefined,
) => ({ status: 'alternative_required' as const, reason, ...(alternative ? { alternative } : {}) });

/**
 * Directly before the charged call, and before the first byte of media moves: reads the receipt of a claim consistently. Where it has
 * ended, the case ends here as `alternative_required`, and the machine goes on to the outcome: the states of the machine need no path of
 * their own for it.
 * @throws AlreadyDecidedError when the consent has ended
 */
export const requireConsent = async (
  settings: () => ConsentSettings,
  table: string,
  claim: Claim & Pick<Subject, 'validationId'>,
  owner: string,
): Promise<void> => {
  const { consentReceiptId: receiptId, revalidationId } = claim;
  if (!receiptId) return;
  const found = await readReceipt(table, receiptId);
  const ended = found ? endOfConsent(found, new Date()) : 'consent_expired';
  if (!ended) return;
  const { ledger, outcomeBus, alternative } = settings();
  const outcome = outcomeOf(claim, { ...alternativeEnd(ended, alternative), decidedBy: 'workflow' });
  await endCase(ledger, outcomeBus, outcome, { owner });
  throw new AlreadyDecidedError('already_decided', revalidationId);
};

/**
 * Before the outcome of a verdict is written: a case whose consent is being revoked is not decided by a face. The case stays on its
 * receipt, so that a revocation that begins after this read ends it, or finds its outcome, before the receipt is marked as revoked.
 * @returns the outcome to write
 */
export const outcomeUnderConsent = async (
  settings: Pick<ConsentSettings, 'ledger' | 'alternative'>,
  claim: Claim & Subject,
  outcome: Outcome,
): Promise<Outcome> => {
  const { consentReceiptId: receiptId } = claim;
  if (!receiptId) return outcome;
  const found = await readReceipt(settings.ledger.table, receiptId);
  if (found && found.revokingAt === undefined) return outcome;
  return outcomeOf(claim, { ...alternativeEnd('consent_revoked', settings.alternative), decidedBy: 'workflow' });
};
