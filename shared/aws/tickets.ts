import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { isFull, MOST_UPLOADS, type Started, Ticket, UPLOAD_SECONDS } from '../domain/api.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import type { Identity } from '../domain/identity.ts';
import { RevalidationId } from '../domain/ids.ts';
import { readInboxKey, ticketIdIn } from '../domain/inbox-key.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { type Policy, underPolicy } from '../domain/policy.ts';
import { DropRequest } from '../domain/request.ts';
import { addressOfDrop, type MediaAddress, type Wish } from '../domain/wish.ts';
import { s3 } from './clients.ts';
import { type Ledger, readRecord, refuseOtherwise, secondsAfter } from './ledger.ts';
import { getItem, getItems, type Item, isAlive, putNew, updateItem } from './table.ts';

const keyOf = (revalidationId: string) => `TICKET#${revalidationId}`;

const parsed = (item: Item | undefined): Ticket | undefined => (item && isAlive(item) ? Ticket.parse(item) : undefined);

/**
 * Writes down what is promised to a caller, as long as a record would be kept. The first promise under an id stands.
 * @returns false when one stands already
 */
export const issueTicket = (ledger: Ledger, ticket: Ticket): Promise<boolean> => {
  const expiresAt = secondsAfter(new Date(ticket.issuedAt), ledger.retentionDays * 86_400);
  return putNew(ledger.table, { pk: keyOf(ticket.revalidationId), ...ticket, expiresAt });
};

export const readTicket = async (table: string, revalidationId: string): Promise<Ticket | undefined> =>
  parsed(await getItem(table, keyOf(revalidationId)));

/** Several tickets by their ids; at most 100 at once. */
export const readTickets = async (table: string, ids: readonly string[]): Promise<Map<string, Ticket>> => {
  const tickets = (await getItems(table, ids.map(keyOf))).flatMap((item) => parsed(item) ?? []);
  return new Map(tickets.map((ticket) => [ticket.revalidationId, ticket]));
};

/**
 * The ticket under whose key an object was dropped, with this version entered on it: one write says which version came
 * first and that this one came, however often it is repeated. Whoever holds a form can put versions without end, so a ticket
 * takes in so many and no more.
 * @returns undefined for a key that is no ticket's, not of this person and enrollment, or of a ticket that is full
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

/**
 * What a ticket's drop was promised. A later upload under it is entered as a repeat and is no run: it waits for, or finds,
 * what became of the first one. One that a full ticket does not take in waits for nothing.
 * @throws RequestInvalidError `too_many_uploads`
 */
export const useTicket = async (
  ledger: Ledger,
  { key, versionId, etag }: MediaAddress,
): Promise<Ticket | undefined> => {
  const version = versionId ?? etag ?? '';
  const entered = await enterDrop(ledger.table, key, version);
  const ticket = entered ?? (await fullTicketOf(ledger.table, key));
  if (!ticket || ticket.droppedAs === version) return ticket;
  const standing = await readRecord(ledger, ticket.revalidationId);
  if (standing && isEnd(standing.phase)) throw new AlreadyDecidedError('already_decided', ticket.revalidationId);
  if (!entered)
    throw new RequestInvalidError('too_many_uploads', `media: one upload form takes ${MOST_UPLOADS} uploads`);
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another upload under the same ticket came first');
};

/** The ticket of this very key, if no further version can be entered on it. */
const fullTicketOf = async (table: string, key: string): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.upload?.key === key && isFull(ticket) ? ticket : undefined;
};

/**
 * The ticket that a call about its object is about, entered on it as the drop itself would be: whichever comes first, there is
 * one case. A call of another person, and one about a later upload, is a case of its own.
 * @param wish as it is sent in fact
 * @throws RequestInvalidError `already_asked_otherwise`: the ticket's question was there first
 */
export const joinTicket = async (
  table: string,
  { key, version }: { key: string; version: string },
  wish: Pick<Wish, 'accountId' | 'enrollmentId' | 'options'>,
  policy: Policy,
): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ticket = id ? await readTicket(table, id) : undefined;
  if (ticket?.upload?.key !== key || ticket.accountId !== wish.accountId) return undefined;
  if (ticket.droppedAs !== undefined && ticket.droppedAs !== version) return undefined;
  refuseOtherwise({ ...ticket, requested: underPolicy(ticket.options, policy) }, { ...wish, requested: wish.options });
  const entered = await enterDrop(table, key, version);
  return entered?.droppedAs === version ? entered : undefined;
};

/** The ticket under whose key an object was dropped, if it was this version that came first. */
export const ticketOfMedia = async (table: string, key: string, version: string): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.upload?.key === key && ticket.droppedAs === version ? ticket : undefined;
};

/** Who a request's ticket is about: a drop's, if it was this version that came first under it, or that of a call of the API. */
export const ticketOfRequest = async (
  table: string,
  request: unknown,
  executionId: string,
): Promise<Identity | undefined> => {
  const { data: drop } = DropRequest.safeParse(request);
  const { key, versionId, etag } = drop ? addressOfDrop(drop.event) : { key: '' };
  const ticket = drop
    ? await ticketOfMedia(table, key, versionId ?? etag ?? '')
    : await ticketOfCall(table, executionId);
  if (!ticket) return undefined;
  const { revalidationId, accountId, enrollmentId, reference } = ticket;
  return { revalidationId, accountId, enrollmentId, ...(reference ? { reference } : {}) };
};

/** The API starts an execution under the name of what it has promised. */
const ticketOfCall = async (table: string, executionId: string): Promise<Ticket | undefined> => {
  const { data: id } = RevalidationId.safeParse(executionId.split(':').at(-1));
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.media && ticket;
};

/**
 * A form with which exactly this object can be uploaded, of this type and size, for five minutes. S3 itself holds whoever
 * has it to that; the signature covers the policy and shows no key of ours.
 */
export const formFor = async (
  bucket: string,
  { key, type, maxBytes }: NonNullable<Ticket['upload']>,
): Promise<NonNullable<Started['upload']>> => {
  const expiresAt = new Date(Date.now() + UPLOAD_SECONDS * 1000).toISOString();
  const { url, fields } = await createPresignedPost(s3(), {
    Bucket: bucket,
    Key: key,
    Fields: { 'Content-Type': type },
    Conditions: [
      ['content-length-range', 1, maxBytes],
      ['eq', '$Content-Type', type],
    ],
    Expires: UPLOAD_SECONDS,
  });
  // The bucket stands in the URL and in the policy; as a field S3 would not ask for it.
  const { bucket: _, ...rest } = fields;
  return { url, fields: rest, expiresAt };
};
