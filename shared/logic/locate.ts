import type { Ticket } from '../domain/api.ts';
import { type CaseId, claimIdOf, idOfDropped, OTHER_CASE, unclaimedCaseOf } from '../domain/case-id.ts';
import { type Dropped, isKnown, ticketIdIn } from '../domain/drop.ts';
import { type Intake, versionOf } from '../domain/intake.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import { isDifferentRequest, type LedgerRecord } from '../domain/record.ts';
import { detailsOfCall, type RequestDetails } from '../domain/request-details.ts';
import { ownRecord } from '../ledger/claims.ts';
import { type Ledger, listRecords, readRecord, recordedAmong } from '../ledger/records.ts';
import { readTickets } from '../ledger/tickets.ts';
import { enterCopy, originalOf } from './copies.ts';
import { caseOfTicket, enterCallOnTicket, ticketOfExecution, ticketOfMedia } from './ticket-entry.ts';

/**
 * The case of a request that is about to claim it, and how it was found: by the ticket of its upload form, by the ticket that a
 * call joins, as the original of a copy, or by the hash of person and media.
 */
export type Located = { by: 'ticket' | 'joined' | 'original' | 'hash'; revalidationId: string };

/** A request with its media and details checked. */
type Checked = {
  /** The ticket that the drop was entered on. */
  ticket: Ticket | undefined;
  media: { versionId: string | undefined; etag: string };
  details: RequestDetails;
  policy: Policies;
};

/**
 * Says which case a request is about, and enters its version there: on the ticket that a call joins, or as a copy of the original.
 * A claim asks in this order, and the first answer counts:
 * 1. the case of the caller's idempotency key: `findKey` (`ledger/idempotency-keys.ts`), called by `claim.ts` before the media is read;
 * 2. the ticket of the form that a drop was uploaded with: `enterDropOnTicket` (`ticket-entry.ts`), called by `claim.ts`;
 * 3. where the media is gone, the case that has claimed it: `throwIfAlreadyClaimed`, here;
 * 4. the ticket of a call's media: `enterCallOnTicket` (`ticket-entry.ts`);
 * 5. the original of a drop that is only a copy: `originalOf` (`copies.ts`);
 * 6. the hash of the person, the version of the media, and the key of a forced call: `claimIdOf` (`domain/case-id.ts`).
 *
 * Others that need a case: the API promises one (`start.ts`, `promise.ts`); a refusal or failure before the claim, the sweep of the inbox,
 * and the repair of an ended execution ask `locateUnclaimed`, `unknownAmong` and `recordOf`, here.
 * @throws RequestInvalidError `already_asked_otherwise` where the ticket that a call would join asks something else
 */
export const locate = async (ledger: Ledger, intake: Intake, checked: Checked): Promise<Located> => {
  const { ticket, media, details, policy } = checked;
  if (ticket) return { by: 'ticket', revalidationId: ticket.revalidationId };
  const version = media.versionId ?? media.etag;
  const joined = await enterCallOnTicket(ledger.table, intake, { version, details, policy });
  if (joined) return { by: 'joined', revalidationId: joined.revalidationId };
  if (intake.mayBeCopy && media.versionId) {
    const drop = { bucket: intake.bucket, key: intake.media.key, versionId: media.versionId, reason: intake.reason };
    const original = await originalOf(ledger, drop);
    if (original) {
      await enterCopy(ledger, original, media.versionId);
      return { by: 'original', revalidationId: original };
    }
  }
  return { by: 'hash', revalidationId: claimIdOf(intake, version) };
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

/**
 * Answers a request whose media is gone from the record of its case: media is deleted some hours after the outcome, and a caller
 * that asks again gets the outcome. It returns where there is no such record, or an open one of this execution.
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `threshold_below_policy`, `purpose_unknown`
 */
export const throwIfAlreadyClaimed = async (
  ledger: Ledger,
  intake: Intake,
  { ticket, policy }: Pick<Checked, 'ticket' | 'policy'>,
): Promise<void> => {
  const { call, media, forceKey, executionId } = intake;
  const details = call ? detailsOfCall(call) : ticket;
  const requested = details && applyPolicy(details, policy);
  const accountId = details?.accountId ?? intake.person.accountId;
  const version = versionOf(media);
  if (!accountId || !version) return;
  const dropped = ticket ?? (forceKey ? undefined : await ticketOfMedia(ledger.table, media.key, version));
  const isOfPerson = dropped?.accountId === accountId;
  const existing = await readRecord(ledger, isOfPerson ? dropped.revalidationId : claimIdOf(intake, version));
  if (!existing || (details && isDifferentRequest(existing, { ...details, requested }))) return;
  await ownRecord(ledger, existing.revalidationId, executionId);
};

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

/** The index by person is behind the records, by less than this nearly always (assumed). Milliseconds. */
const INDEX_LAG_MS = 3000;

type Ended = { executionArn: string; startDate: number };

/**
 * The record of an ended execution: the one under the id of its request, or else the one that it has claimed among the person's
 * newest. The id of a call's case cannot be derived from its input: that names neither the version of the media that was taken nor the
 * case of its idempotency key.
 */
export const recordOf = async (
  ledger: Ledger,
  { revalidationId, accountId }: { revalidationId: string; accountId?: string | undefined },
  execution: Ended,
): Promise<LedgerRecord | undefined> => {
  const record = await readRecord(ledger, revalidationId);
  if (record || !accountId) return record;
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
    // A record that was claimed before the execution began is not its own.
    after = records.some(({ claimedAt }) => Date.parse(claimedAt) < startDate) ? undefined : next;
  } while (after);
  return undefined;
};
