import { putNew, updateItem } from '../aws/dynamodb.ts';
import { type Amendment, currentOutcomeOf, mayChange } from '../domain/amendments.ts';
import { amendmentAnnouncementOf } from '../domain/announcement.ts';
import { defined } from '../domain/defined.ts';
import { lastCheckAt, shardOf } from '../domain/follow-up.ts';
import { isEnd, predecessors } from '../domain/lifecycle.ts';
import { outcomeOf, type Subject } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { claimedElsewhere } from './claims.ts';
import { keyOf } from './keys.ts';
import { dueFrom, type Ledger, lifeOf, readAlive, readRecord, SECRETS } from './records.ts';

/**
 * Adds a verdict that arrived after the end. The outcome does not change. Of two concurrent writers one succeeds.
 * @returns the record with the amendment; undefined when another one was added or the consent was revoked in between, or when the SDK
 *   repeated our own write after its answer was lost
 */
export const amend = async (
  ledger: Ledger,
  record: LedgerRecord,
  amendment: Amendment,
): Promise<LedgerRecord | undefined> => {
  const { revalidationId, outcome, phase, amended, amendments = [] } = record;
  if (!outcome) return undefined;
  const { eventId } = amendmentAnnouncementOf(outcome, amendment);
  const usesFace = amendment.status !== 'alternative_required';
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { amended: eventId },
    append: { amendments: [amendment] },
    when: defined({ phase: [phase], amended: amended ? [amended] : [], consentRevokedAt: usesFace ? [] : undefined }),
  });
  return written && { ...record, amended: eventId, amendments: [...amendments, amendment] };
};

/** Notes on an ended record that its consent is revoked: no late verdict by a face is added any more. */
export const refuseLateVerdict = async (ledger: Ledger, record: LedgerRecord): Promise<void> => {
  const { revalidationId, phase, outcome, amendments, consentRevokedAt } = record;
  if (consentRevokedAt || !outcome || phase === 'alternative_required') return;
  if (!mayChange(currentOutcomeOf(outcome, amendments))) return;
  const set = { consentRevokedAt: new Date().toISOString() };
  await updateItem(ledger.table, keyOf(revalidationId), { set, when: { phase: [phase] } });
};

/** The stored outcome, and whether it was announced. */
export type Ending = { outcome: Outcome; isAnnounced: boolean };

/**
 * Writes the outcome of a re-validation. The first outcome stays, and a later writer gets it.
 * Without a record (a request that was refused before its claim), this writes one.
 * @param object the dropped object, when there is no claim
 * @returns the stored outcome, and the execution that owns the record
 * @throws ClaimedElsewhereError when the record is open and another execution's
 */
export const recordOutcome = async (
  ledger: Ledger,
  outcome: Outcome,
  owner: string,
  object?: LedgerRecord['object'],
): Promise<Ending & { owner: string }> => {
  const at = new Date();
  const pk = keyOf(outcome.revalidationId);
  const start = defined({
    revalidationId: outcome.revalidationId,
    owner,
    claimedAt: at.toISOString(),
    accountId: outcome.accountId,
    object,
    ...dueFrom(outcome.revalidationId, at),
  });
  const end = { phase: outcome.status, outcome, expiresAt: lifeOf(ledger, at) };
  const trail = [{ phase: outcome.status, at: at.toISOString() }];
  const written = await updateItem(ledger.table, pk, {
    set: end,
    setIfAbsent: start,
    append: { trail },
    remove: SECRETS,
    when: { owner: [owner], phase: predecessors(outcome.status) },
    orAbsent: true,
  });
  if (written) return { outcome, isAnnounced: false, owner };
  const existing = await readRecord(ledger, outcome.revalidationId);
  if (existing?.outcome) {
    return { outcome: existing.outcome, isAnnounced: existing.announced !== undefined, owner: existing.owner };
  }
  // The item under this key has expired: a new item replaces it.
  if (!existing && (await putNew(ledger.table, { pk, ...start, ...end, trail }))) {
    return { outcome, isAnnounced: false, owner };
  }
  throw claimedElsewhere();
};

/** Counts a repeated request. An expired record is not written again. */
export const countRepeat = async (ledger: Ledger, id: string): Promise<void> => {
  await updateItem(ledger.table, keyOf(id), { set: {}, add: { askedAgain: 1 }, when: { revalidationId: [id] } });
};

/**
 * Records that the outcome was announced. The next follow-up deletes the media; after a late webhook it stays now. An expired
 * record is not written again, and the first time of announcement stays.
 */
export const markAnnounced = async (ledger: Ledger, outcome: Outcome, mediaHours: number): Promise<void> => {
  const { revalidationId, status, decidedAt } = outcome;
  const pk = keyOf(revalidationId);
  const announced = new Date().toISOString();
  const when = { phase: [status], announced: [] };
  const set = { announced, dueAt: lastCheckAt(decidedAt, mediaHours) };
  const written = await updateItem(ledger.table, pk, { set, when: { ...when, lateWebhookAt: [] } });
  if (!written) await updateItem(ledger.table, pk, { set: { announced }, when });
};

/**
 * Makes the next sweep announce an outcome, or the last amendment, again. The event gets the same id, because it is a hash of the
 * decision.
 * @returns false when the record changed meanwhile, or has nothing of this kind to announce
 */
export const announceAgain = async (
  { table }: Ledger,
  { revalidationId, phase, outcome, amended }: LedgerRecord,
  what: 'outcome' | 'amendment',
): Promise<boolean> => {
  if (!outcome || (what === 'amendment' && !amended)) return false;
  const written = await updateItem(table, keyOf(revalidationId), {
    set: { shard: shardOf(revalidationId), dueAt: new Date().toISOString() },
    remove: [what === 'outcome' ? 'announced' : 'amendmentAnnounced'],
    when: { phase: [phase] },
  });
  return written !== undefined;
};

/** Writes `canceled`, as `recordEarlyEnd` does. */
export const recordCancellation = (ledger: Ledger, of: Subject, canceledBy: string): Promise<EarlyEnd> =>
  recordEarlyEnd(ledger, of, { status: 'canceled', reason: 'canceled_by_caller' }, { canceledBy });

/** The stored record, ended now or before, and whether this call ended it. */
export type EarlyEnd = { record: LedgerRecord; isNew: boolean };

/**
 * Writes an end that a caller decides when the case has not ended, for any owner of the record. Without a record, this writes one
 * without an owner.
 * @param by who ended it, where the record says so
 */
export const recordEarlyEnd = async (
  ledger: Ledger,
  of: Subject,
  end: Pick<Outcome, 'reason' | 'alternative'> & { status: 'canceled' | 'alternative_required' },
  by: Pick<LedgerRecord, 'canceledBy' | 'endedBy'>,
): Promise<EarlyEnd> => {
  const at = new Date();
  const { revalidationId, accountId, enrollmentId } = of;
  const { claimedAt: _, receipt: __, ...about } = of;
  const outcome = outcomeOf(about, { ...end, decidedBy: 'caller', decidedAt: at.toISOString() });
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { phase: end.status, outcome, ...by, expiresAt: lifeOf(ledger, at) },
    setIfAbsent: defined({
      revalidationId,
      owner: NO_OWNER,
      claimedAt: at.toISOString(),
      accountId,
      enrollmentId,
      ...dueFrom(revalidationId, at),
    }),
    append: { trail: [{ phase: end.status, at: at.toISOString() }] },
    remove: SECRETS,
    when: { phase: predecessors(end.status), validationId: of.validationId ? [of.validationId] : [] },
    orAbsent: true,
  });
  const record = written ? readAlive(written) : await readRecord(ledger, revalidationId);
  // The validation was created between the read of the case and this write: the outcome names it, so that its verdict is asked for.
  if (record && !isEnd(record.phase)) return recordEarlyEnd(ledger, record, end, by);
  if (!record) throw new TypeError('the record expired while it was ended');
  return { record, isNew: written !== undefined };
};

/** The owner of a record that was ended before an execution started. */
const NO_OWNER = 'none';
