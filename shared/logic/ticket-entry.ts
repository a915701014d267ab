import { MOST_UPLOADS, type Ticket } from '../domain/api.ts';
import { defined } from '../domain/defined.ts';
import { ticketIdIn } from '../domain/drop.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { RevalidationId } from '../domain/ids.ts';
import { type Intake, versionOf } from '../domain/intake.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import type { RequestDetails } from '../domain/request-details.ts';
import { refuseDifferentRequest } from '../ledger/claims.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { enterDrop, fullTicketOf, readTicket } from '../ledger/tickets.ts';

/**
 * Enters a drop on the ticket of its key. The first upload becomes the case; a later one is entered as a repeat and gets the
 * outcome of the first. A full ticket enters nothing more.
 * @returns the ticket of this drop; undefined for a call, and for a drop whose key is no ticket's
 * @throws AlreadyDecidedError, ClaimedElsewhereError for a later upload; RequestInvalidError `too_many_uploads`
 */
export const enterDropOnTicket = async (ledger: Ledger, { kind, media }: Intake): Promise<Ticket | undefined> => {
  if (kind !== 'drop') return undefined;
  const version = versionOf(media) ?? '';
  const entered = await enterDrop(ledger.table, media.key, version);
  const ticket = entered ?? (await fullTicketOf(ledger.table, media.key));
  if (!ticket || ticket.droppedAs === version) return ticket;
  const first = await readRecord(ledger, ticket.revalidationId);
  if (first && isEnd(first.phase)) throw new AlreadyDecidedError('already_decided', ticket.revalidationId);
  if (!entered)
    throw new RequestInvalidError('too_many_uploads', `media: one upload form takes ${MOST_UPLOADS} uploads`);
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another upload under the same ticket came first');
};

/**
 * Enters a call about a ticket's object on that ticket, as the drop itself is entered: in either order there is one case. A call
 * about another person or a later upload, and a forced one, is a case of its own.
 * @param details as they are sent to Truora
 * @returns the ticket, if the version of the call is its first upload
 * @throws RequestInvalidError `already_asked_otherwise` where the ticket asks something else
 */
export const enterCallOnTicket = async (
  table: string,
  { kind, media, forceKey }: Intake,
  { version, details, policy }: { version: string; details: RequestDetails; policy: Policies },
): Promise<Ticket | undefined> => {
  if (kind !== 'call' || forceKey) return undefined;
  const ticket = await ticketOfKey(table, media.key);
  if (!ticket || ticket.accountId !== details.accountId) return undefined;
  if (ticket.droppedAs !== undefined && ticket.droppedAs !== version) return undefined;
  refuseDifferentRequest(
    { ...ticket, requested: applyPolicy(ticket, policy) },
    { ...details, requested: details.options },
  );
  const entered = await enterDrop(table, media.key, version);
  return entered?.droppedAs === version ? entered : undefined;
};

/** The ticket that gave out a key. */
const ticketOfKey = async (table: string, key: string): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.upload?.key === key ? ticket : undefined;
};

/** The ticket whose first upload is this version of this key. It only reads. */
export const ticketOfMedia = async (table: string, key: string, version: string): Promise<Ticket | undefined> => {
  const ticket = await ticketOfKey(table, key);
  return ticket?.droppedAs === version ? ticket : undefined;
};

/** The ticket of a call of the API: it starts an execution under the id that it has promised. It only reads. */
export const ticketOfExecution = async (table: string, executionId: string): Promise<Ticket | undefined> => {
  const { data: id } = RevalidationId.safeParse(executionId.split(':').at(-1));
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.media && ticket;
};

/** What an outcome can name of a ticket. */
export const caseOfTicket = ({ revalidationId, accountId, enrollmentId, reference, purpose }: Ticket) =>
  defined({ revalidationId, accountId, enrollmentId, reference, purpose });
