import { MOST_UPLOADS, type Ticket } from '../domain/api.ts';
import {
  addressOf,
  addressOfDrop,
  type CaseId,
  forceKeyOf,
  type MediaAddress,
  revalidationIdOf,
} from '../domain/case-id.ts';
import { readInboxKey, ticketIdIn } from '../domain/drop.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError, readReason } from '../domain/errors.ts';
import { RevalidationId } from '../domain/ids.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { applyPolicy, type Policy } from '../domain/policy.ts';
import { isDifferentRequest, isOlderThan, type LedgerRecord } from '../domain/record.ts';
import { DropRequest, type RevalidationRequest } from '../domain/request.ts';
import { detailsOfCall, type RequestDetails } from '../domain/request-details.ts';
import { ownRecord, refuseDifferentRequest } from '../ledger/claims.ts';
import { type Ledger, listRecords, readRecord } from '../ledger/records.ts';
import { enterDrop, fullTicketOf, readTicket } from '../ledger/tickets.ts';

/** The index by person lags behind the records, by less than this nearly always (assumed). Milliseconds. */
const INDEX_LAG_MS = 3000;

type Ended = { executionArn: string; startDate: number };

/**
 * The record that stands under an id, or else the one that an execution has claimed among the person's newest: a call says
 * neither which version it took nor which case its idempotency key stands for.
 */
export const recordOf = async (
  ledger: Ledger,
  { revalidationId, accountId }: { revalidationId: string; accountId?: string | undefined },
  execution: Ended,
): Promise<LedgerRecord | undefined> => {
  const standing = await readRecord(ledger, revalidationId);
  if (standing || !accountId) return standing;
  const own = await ownAmongNewest(ledger, accountId, execution);
  if (own) return own;
  await new Promise((resolve) => setTimeout(resolve, INDEX_LAG_MS));
  return ownAmongNewest(ledger, accountId, execution);
};

const ownAmongNewest = async (ledger: Ledger, accountId: string, { executionArn, startDate }: Ended) => {
  let after: Parameters<typeof listRecords>[2]['after'];
  do {
    const { records, next } = await listRecords(ledger, accountId, { limit: 25, after });
    const own = records.find(({ owner }) => owner === executionArn);
    if (own) return own;
    // Whatever was claimed before the execution began is not its own.
    after = records.some(({ claimedAt }) => Date.parse(claimedAt) < startDate) ? undefined : next;
  } while (after);
  return undefined;
};

type Asked = {
  request: RevalidationRequest;
  bucket: string;
  ticket: Ticket | undefined;
  executionId: string;
  policy: Policy;
};

/**
 * Media is deleted some hours after its outcome, and whoever asks again after that is to get the outcome, not that the
 * media is gone. It returns where nothing stands, or something that is this execution's own and open.
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `threshold_below_policy`
 */
export const throwIfAlreadyClaimed = async (ledger: Ledger, asking: Asked): Promise<void> => {
  const { request, bucket, ticket, executionId, policy } = asking;
  const { key, versionId, etag } = addressOf(request, bucket);
  const asked = request.kind === 'call' ? detailsOfCall(request) : ticket;
  const requested = asked && applyPolicy(asked.options, policy);
  const accountId = asked?.accountId ?? readInboxKey(key)?.accountId;
  const version = versionId ?? etag;
  const forceKey = forceKeyOf(request, executionId);
  const dropped = ticket ?? (version && !forceKey ? await ticketOfMedia(ledger.table, key, version) : undefined);
  const id =
    (dropped && dropped.accountId === accountId ? dropped.revalidationId : undefined) ??
    (accountId && version ? revalidationIdOf({ accountId, bucket, key, version, forceKey }) : undefined);
  const standing = id ? await readRecord(ledger, id) : undefined;
  if (!standing || (asked && isDifferentRequest(standing, { ...asked, requested }))) return;
  await ownRecord(ledger, standing.revalidationId, executionId);
};

/** @throws RequestInvalidError `answer_too_old` */
export const refuseOldAnswer = (record: LedgerRecord, maxAgeSeconds: number | undefined): void => {
  if (maxAgeSeconds === undefined || !isOlderThan(record, maxAgeSeconds, new Date())) return;
  throw new RequestInvalidError(
    'answer_too_old',
    'maxAgeSeconds: the answer about this media is older; put the media again, or call with forceNew, under a new key',
  );
};

/**
 * Whether a caller takes the answer that stands, where a claim met one. One that this execution has come to itself is no
 * older answer.
 * @throws RequestInvalidError `answer_too_old`, or else the error as it came
 */
export const refuseIfOld =
  (ledger: Ledger, request: RevalidationRequest, executionId: string) =>
  async (error: unknown): Promise<never> => {
    if (error instanceof AlreadyDecidedError && request.kind === 'call' && request.maxAgeSeconds !== undefined) {
      const record = await readRecord(ledger, readReason(error.message)?.detail ?? '');
      if (record && record.owner !== executionId) refuseOldAnswer(record, request.maxAgeSeconds);
    }
    throw error;
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

/**
 * The ticket that a call about its object is about, entered on it as the drop itself would be: whichever comes first, there is
 * one case. A call of another person, and one about a later upload, is a case of its own.
 * @param wish as it is sent in fact
 * @throws RequestInvalidError `already_asked_otherwise`: the ticket's question was there first
 */
export const joinTicket = async (
  table: string,
  { key, version }: { key: string; version: string },
  wish: Pick<RequestDetails, 'accountId' | 'enrollmentId' | 'options'>,
  policy: Policy,
): Promise<Ticket | undefined> => {
  const id = ticketIdIn(key);
  const ticket = id ? await readTicket(table, id) : undefined;
  if (ticket?.upload?.key !== key || ticket.accountId !== wish.accountId) return undefined;
  if (ticket.droppedAs !== undefined && ticket.droppedAs !== version) return undefined;
  refuseDifferentRequest(
    { ...ticket, requested: applyPolicy(ticket.options, policy) },
    { ...wish, requested: wish.options },
  );
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
): Promise<CaseId | undefined> => {
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
