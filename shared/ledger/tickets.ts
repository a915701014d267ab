import { getItem, getItems, type Item, isAlive, putNew, updateItem } from '../aws/dynamodb.ts';
import { MOST_UPLOADS, Ticket } from '../domain/api.ts';
import { readInboxKey, ticketIdIn } from '../domain/drop.ts';
import { secondsAfter } from './keys.ts';
import type { Ledger } from './records.ts';

const keyOf = (revalidationId: string) => `TICKET#${revalidationId}`;

const parsed = (item: Item | undefined): Ticket | undefined => (item && isAlive(item) ? Ticket.parse(item) : undefined);

/**
 * Writes the ticket of a caller, for the retention time of a record. The first ticket of an id stays.
 * @returns false when there was one before
 */
export const issueTicket = (ledger: Ledger, ticket: Ticket): Promise<boolean> => {
  const expiresAt = secondsAfter(new Date(ticket.issuedAt), ledger.retentionDays * 86_400);
  return putNew(ledger.table, { pk: keyOf(ticket.revalidationId), ...ticket, expiresAt });
};

export const readTicket = async (table: string, revalidationId: string): Promise<Ticket | undefined> =>
  parsed(await getItem(table, keyOf(revalidationId)));

/**
 * Records that the person has agreed on the capture page. The first receipt stays.
 * @returns the ticket; undefined for one that is not there
 */
export const agreeOnTicket = async (table: string, id: string, consentReceiptId: string): Promise<Ticket | undefined> =>
  parsed(
    await updateItem(table, keyOf(id), {
      set: { userAuthorized: true },
      setIfAbsent: { consentReceiptId },
      when: { revalidationId: [id] },
    }),
  );

/** Several tickets by their ids; at most 100 at once. */
export const readTickets = async (table: string, ids: readonly string[]): Promise<Map<string, Ticket>> => {
  const tickets = (await getItems(table, ids.map(keyOf))).flatMap((item) => parsed(item) ?? []);
  return new Map(tickets.map((ticket) => [ticket.revalidationId, ticket]));
};

/**
 * Records an uploaded version on the ticket of its key. One idempotent write records the first version and this one. A form
 * allows any number of uploads, so a ticket records at most `MOST_UPLOADS`.
 * @returns the ticket; undefined for a key without a ticket, of another person or enrollment, or of a full ticket
 */
export const enterDrop = async (table: string, key: string, version: string): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ids = readInboxKey(key);
  if (!id || !ids) return undefined;
  const item = await updateItem(table, keyOf(id), {
    set: {},
    setIfAbsent: { droppedAs: version },
    add: { uploads: version },
    when: { revalidationId: [id], accountId: [ids.accountId], enrollmentId: [ids.enrollmentId] },
    whileRoom: { uploads: { most: MOST_UPLOADS, one: version } },
  });
  return parsed(item);
};
