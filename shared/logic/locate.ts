import { isFull, MOST_UPLOADS, type Ticket } from '../domain/api.ts';
import { type CaseId, claimIdOf, idOfDropped, OTHER_CASE, unclaimedCaseOf } from '../domain/case-id.ts';
import { defined } from '../domain/defined.ts';
import { type Dropped, isKnown, ticketIdIn } from '../domain/drop.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, MediaGoneError, RequestInvalidError } from '../domain/errors.ts';
import { type Intake, refuseForeignMedia, versionOf } from '../domain/intake.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import { isDifferentRequest } from '../domain/record.ts';
import { detailsOfCall } from '../domain/request-details.ts';
import type { Media } from '../domain/revalidation.ts';
import { ownRecord, refuseDifferentRequest } from '../ledger/claims.ts';
import { type Alias, aliasOf, findKey } from '../ledger/idempotency-keys.ts';
import { type Ledger, readRecord, recordedAmong } from '../ledger/records.ts';
import { enterDrop, readTicket, readTickets } from '../ledger/tickets.ts';
import { enterOnOriginal } from './copies.ts';
import { locateLive, ticketOfExecution } from './locate-live.ts';
import { type LiveRequest, type ReadRequest, type RequestSettings, readRequest } from './read-request.ts';
import { receiveRecording } from './recording.ts';

/** What the search for a case works with, as the deployment decides it. */
export type LocateSettings = RequestSettings & {
  ledger: Ledger;
  /** Whether a call may name media of campaigns. */
  campaigns?: boolean;
};

/**
 * The case of a request that is about to claim it, how it was found, and the request as it was read for that. The case of an
 * idempotency key has a record, and its request is not read: it does not depend on the newest version of the media.
 */
export type Located = { revalidationId: string; idempotencyKey: Alias | undefined } & (
  | { by: 'key'; request?: undefined }
  | { by: 'ticket' | 'joined' | 'original' | 'hash'; request: ReadRequest }
  | { by: 'live'; request: LiveRequest }
);

/**
 * Says which case a request is about, and enters its version there: on its ticket, or as a copy of the original. The first answer
 * counts: the case of the caller's idempotency key; of the ticket of the form that a drop was uploaded with; where the media is gone,
 * the case that has claimed it; of the ticket of a call's media; of the original of a drop that is only a copy; and else the hash of
 * the person, the version of the media, and the key of a forced call.
 *
 * Others that decide on a case: `claimUnderKey` may still move a claim to the case of its key; the API promises one (`start.ts`,
 * `promise.ts`); a refusal or failure before the claim and the sweep of the inbox ask `locateUnclaimed` and `unknownAmong`, here; the
 * repair of an ended execution asks `recordOf` (`ended-record.ts`).
 * @throws the refusals of the request and its media; AlreadyDecidedError, ClaimedElsewhereError for a later upload of a ticket, and for
 *   media that is gone
 */
export const locate = async (settings: LocateSettings, intake: Intake): Promise<Located> => {
  const { ledger, policies } = settings;
  const idempotencyKey = aliasOf(intake.call, policies);
  const bound = idempotencyKey && (await findKey(ledger, idempotencyKey));
  if (bound) return { by: 'key', revalidationId: bound, idempotencyKey };
  refuseForeignMedia(intake, settings);
  if (intake.call?.capture) return { by: 'live', idempotencyKey, ...(await locateLive(settings, intake)) };
  const ticket = await enterDropOnTicket(ledger, intake);
  if (ticket?.capture === 'live') return receiveRecording(settings, intake, ticket);
  const request = await readRequest(settings, intake, ticket).catch(async (error) => {
    if (error instanceof MediaGoneError) await throwIfAlreadyClaimed(ledger, intake, { ticket, policies });
    throw error;
  });
  const found = { idempotencyKey, request };
  if (ticket) return { by: 'ticket', revalidationId: ticket.revalidationId, ...found };
  const joined = await enterCallOnTicket(ledger.table, intake, { ...request, policies });
  if (joined) return { by: 'joined', revalidationId: joined.revalidationId, ...found };
  const { bucket, key, versionId, etag } = request.media;
  if (intake.mayBeCopy && versionId) {
    const original = await enterOnOriginal(ledger, { bucket, key, versionId, reason: intake.reason });
    if (original) return { by: 'original', revalidationId: original, ...found };
  }
  return { by: 'hash', revalidationId: claimIdOf(intake, versionId ?? etag), ...found };
};

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
  const ticket = entered ?? (await ticketOfKey(ledger.table, media.key));
  if (!ticket || (!entered && !isFull(ticket))) return undefined;
  // The case of a live capture is claimed already. Which upload is its recording is decided on its record.
  if (entered?.capture === 'live' || ticket.droppedAs === version) return ticket;
  const first = await readRecord(ledger, ticket.revalidationId);
  if (first && isEnd(first.phase)) throw new AlreadyDecidedError('already_decided', ticket.revalidationId);
  if (!entered)
    throw new RequestInvalidError('too_many_uploads', `media: one upload form takes ${MOST_UPLOADS} uploads`);
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another upload under the same ticket came first');
};

/**
 * Answers a request whose media is gone from the record of its case: media is deleted some hours after the outcome, and a caller
 * that asks again gets the outcome. It returns where there is no such record, or an open one of this execution.
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `threshold_below_policy`, `purpose_unknown`
 */
export const throwIfAlreadyClaimed = async (
  ledger: Ledger,
  intake: Intake,
  { ticket, policies }: { ticket: Ticket | undefined; policies: Policies },
): Promise<void> => {
  const { call, media, forceKey, executionId } = intake;
  const details = call ? detailsOfCall(call) : ticket;
  const requested = details && applyPolicy(details, policies);
  const accountId = details?.accountId ?? intake.person.accountId;
  const version = versionOf(media);
  if (!accountId || !version) return;
  const dropped = ticket ?? (forceKey ? undefined : await ticketOfMedia(ledger.table, media.key, version));
  const isOfPerson = dropped?.accountId === accountId;
  const existing = await readRecord(ledger, isOfPerson ? dropped.revalidationId : claimIdOf(intake, version));
  if (!existing || (details && isDifferentRequest(existing, { ...details, requested }))) return;
  await ownRecord(ledger, existing.revalidationId, executionId);
};

/** What a call has in common with a ticket that it joins, or not. */
type CalledMedia = {
  details: Pick<ReadRequest['details'], 'accountId' | 'enrollmentId' | 'requested' | 'purpose'>;
  media: Pick<Media, 'versionId' | 'etag'>;
  policies: Policies;
};

/**
 * Enters a call about a ticket's object on that ticket, as the drop itself is entered: in either order there is one case. A call
 * about another person or a later upload, and a forced one, is a case of its own.
 * @returns the ticket, if the version of the call is its first upload
 * @throws RequestInvalidError `already_asked_otherwise` where the ticket asks something else
 */
export const enterCallOnTicket = async (
  table: string,
  { kind, media: { key }, forceKey }: Intake,
  { details, media, policies }: CalledMedia,
): Promise<Ticket | undefined> => {
  if (kind !== 'call' || forceKey) return undefined;
  const ticket = await ticketOfKey(table, key);
  if (!ticket || ticket.accountId !== details.accountId || ticket.capture === 'live') return undefined;
  const version = media.versionId ?? media.etag;
  if (ticket.droppedAs !== undefined && ticket.droppedAs !== version) return undefined;
  refuseDifferentRequest({ ...ticket, requested: applyPolicy(ticket, policies) }, details);
  const entered = await enterDrop(table, key, version);
  return entered?.droppedAs === version ? entered : undefined;
};

/**
 * Says which case a request is about that never became a claim, for the record of its refusal or failure. It only reads: the
 * ticket of a drop, if this version came first, or of a call of the API; else the request itself.
 * @param reason why it was refused, where it was
 */
export const locateUnclaimed = async (table: string, intake: Intake, reason = ''): Promise<CaseId> => {
  if (OTHER_CASE.includes(reason)) return unclaimedCaseOf(intake, reason);
  const { kind, media, executionId } = intake;
  const ticket =
    kind === 'drop'
      ? await ticketOfMedia(table, media.key, versionOf(media) ?? '')
      : await ticketOfExecution(table, executionId);
  return ticket ? caseOfTicket(ticket) : unclaimedCaseOf(intake, reason);
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
  // The case of a live capture is that of the execution that waits, and not that of one upload.
  return ticket?.droppedAs === version && ticket.capture !== 'live' ? ticket : undefined;
};

/** What an outcome can name of a ticket. */
export const caseOfTicket = ({ revalidationId, accountId, enrollmentId, reference, purpose }: Ticket) =>
  defined({ revalidationId, accountId, enrollmentId, reference, purpose });

/** The drops of a batch that have no record and were not entered under a ticket either. At most 100 at once. */
export const unknownAmong = async (table: string, bucket: string, batch: readonly Dropped[]): Promise<Dropped[]> => {
  const ticketIds = batch.flatMap(({ key }) => ticketIdIn(key) ?? []);
  const tickets = await readTickets(table, ticketIds);
  const own = batch.map((dropped) => ({ dropped, ownId: idOfDropped(bucket, dropped) }));
  const ownIds = own.map(({ ownId }) => ownId);
  const found = await Promise.all([recordedAmong(table, ownIds), recordedAmong(table, [...tickets.keys()])]);
  const recorded = new Set(found.flatMap((ids) => [...ids]));
  return own
    .filter(({ dropped, ownId }) => {
      const ticket = tickets.get(ticketIdIn(dropped.key) ?? '');
      return !isKnown(dropped, { ownId, ticket, recorded });
    })
    .map(({ dropped }) => dropped);
};
