import { startExecution } from '../aws/executions.ts';
import { giveConsent } from '../consent/give.ts';
import { type CaptureConsentBody, CONSENT_SECONDS, textsFor } from '../domain/capture.ts';
import type { ConsentTexts } from '../domain/consent.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { purposeOf } from '../domain/policy.ts';
import { CallRefusedError } from '../domain/problem.ts';
import { requestOf } from '../domain/ticket.ts';
import type { Ledger } from '../ledger/records.ts';
import { agreeOnTicket } from '../ledger/tickets.ts';
import { refuseErased } from '../ledger/tombstones.ts';
import { type CaptureCase, calledByPerson } from './case.ts';

/** What a consent on the capture page works with. */
export type AgreeSettings = {
  ledger: Ledger;
  texts: ConsentTexts;
  /** Whether the deployment offers another way; the receipt says so. */
  alternativeOffered: boolean;
  machineArn: string;
};

/**
 * Records that the person of a case agreed to one of its texts: the receipt first, and then the consent on the ticket. The first consent
 * of a case stays, and a repeat changes nothing. A live capture starts then, under the id of its case: a repeat starts no second one.
 * @returns the case with the consent
 * @throws CallRefusedError `consent_text_unknown`, `already_decided`
 */
export const agree = async (
  settings: AgreeSettings,
  of: CaptureCase,
  body: CaptureConsentBody,
): Promise<CaptureCase> => {
  const agreed = await recordConsent(settings, of, body);
  const { ticket, record } = agreed;
  if (ticket.capture === 'live' && !record) {
    await startExecution(settings.machineArn, ticket.revalidationId, requestOf(ticket));
  }
  return agreed;
};

const recordConsent = async (
  { ledger, texts, alternativeOffered }: AgreeSettings,
  of: CaptureCase,
  { country, language, textVersion, textSha256 }: CaptureConsentBody,
): Promise<CaptureCase> => {
  const { ticket, record } = of;
  if (record && isEnd(record.phase)) {
    throw new CallRefusedError('already_decided', `the re-validation has ended as ${record.phase}`);
  }
  if (ticket.userAuthorized) return of;
  const { accountId, revalidationId } = ticket;
  await refuseErased(ledger.table, accountId);
  const isAllowed = textsFor(texts, ticket).some((one) => one.country === country && one.language === language);
  if (!isAllowed) throw new CallRefusedError('consent_text_unknown', 'country, language: name no text of this case');
  const now = Date.now();
  const body = {
    ...{ accountId, purpose: purposeOf(ticket), country, language, textVersion, textSha256, alternativeOffered },
    channel: 'capture page',
    method: 'button',
    optionalStated: true as const,
    givenAt: new Date(now).toISOString(),
    validUntil: new Date(now + CONSENT_SECONDS * 1000).toISOString(),
  };
  const { receiptId } = await giveConsent({ ledger, texts }, body, calledByPerson(revalidationId));
  const agreed = await agreeOnTicket(ledger.table, revalidationId, receiptId);
  if (!agreed) throw new TypeError('the ticket expired while the person agreed');
  return { ...of, ticket: agreed };
};
