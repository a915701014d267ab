import { presentRevalidation, type Revalidation, type Ticket } from '../domain/api.ts';
import { type CaptureView, captureViewOf } from '../domain/capture.ts';
import type { ConsentTexts } from '../domain/consent.ts';
import type { Reader } from '../domain/person-view.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import { CallRefusedError } from '../domain/problem.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { type Bound, readSession } from '../ledger/capture-links.ts';
import { readWithPhrase } from '../ledger/recordings.ts';
import type { Ledger } from '../ledger/records.ts';
import { readTicket } from '../ledger/tickets.ts';

/** The case of a capture link: its ticket, its record once it is claimed, and how callers see both. */
export type CaptureCase = { ticket: Ticket; record: LedgerRecord | undefined; found: Revalidation };

/** The person of a case, who came with its link, as a caller. */
export const calledByPerson = (revalidationId: string): string => `capture:${revalidationId}`;

/** One answer for every link and session that opens nothing, so that it says nothing about why. */
export const notValid = () =>
  new CallRefusedError('capture_link_invalid', 'the link or its session is not valid, or not any more');

/** @throws CallRefusedError `capture_link_invalid` where the case is not in the ledger, or not any more */
export const readCase = async (ledger: Ledger, { revalidationId, accountId }: Bound): Promise<CaptureCase> => {
  const [{ record, phrase }, ticket] = await Promise.all([
    readWithPhrase(ledger, revalidationId),
    readTicket(ledger.table, revalidationId),
  ]);
  const found = presentRevalidation(record, ticket, phrase);
  if (!ticket?.capture || ticket.accountId !== accountId || !found) throw notValid();
  return { ticket, record, found };
};

/** The case of a session. @throws CallRefusedError `capture_link_invalid` */
export const caseOfSession = async (ledger: Ledger, session: string): Promise<CaptureCase> => {
  const bound = await readSession(ledger.table, session);
  if (!bound) throw notValid();
  return readCase(ledger, bound);
};

/** What a view of the capture page works with, as the deployment decides it. */
export type ViewSettings = { policies: Policies; texts: ConsentTexts; reader: Reader };

export const viewOf = ({ ticket, record, found }: CaptureCase, settings: ViewSettings): CaptureView => {
  const { policies, texts, reader } = settings;
  const hasMedia = record?.media !== undefined;
  return captureViewOf({ ticket, found, hasMedia }, applyPolicy(ticket, policies), texts, reader);
};
