import { putNew, updateItem } from '../aws/dynamodb.ts';
import type { Amendment } from '../domain/amendments.ts';
import { amendmentAnnouncementOf } from '../domain/announcement.ts';
import { lastCheckAt } from '../domain/follow-up.ts';
import { predecessors } from '../domain/lifecycle.ts';
import { outcomeOf } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { claimedElsewhere } from './claims.ts';
import { keyOf } from './keys.ts';
import { dueFrom, type Ledger, lifeOf, readAlive, readRecord, UPLOAD_LINK } from './records.ts';

/**
 * Enters what Truora has said after the end. The outcome stays as it is; of two who enter at once, one does.
 * @returns the record with it; undefined when one has been entered meanwhile: by somebody else, or by us, where the answer
 *   was lost and the SDK asked again
 */
export const amend = async (
  ledger: Ledger,
  record: LedgerRecord,
  amendment: Amendment,
): Promise<LedgerRecord | undefined> => {
  const { revalidationId, outcome, phase, amended, amendments = [] } = record;
  if (!outcome) return undefined;
  const { eventId } = amendmentAnnouncementOf(outcome, amendment);
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { amended: eventId },
    append: { amendments: [amendment] },
    when: { phase: [phase], amended: amended ? [amended] : [] },
  });
  return written && { ...record, amended: eventId, amendments: [...amendments, amendment] };
};

/** The outcome that stands, and whether the bus was told of it. */
export type Ending = { outcome: Outcome; isAnnounced: boolean };

/**
 * Writes the end of a re-validation. The first end stands: whoever comes later gets it back.
 * Where there is no record yet (a request that was refused before it was claimed), this writes one.
 * @param object what was dropped, where no claim holds it
 * @throws ClaimedElsewhereError when the record is open and another execution's
 */
export const recordOutcome = async (
  ledger: Ledger,
  outcome: Outcome,
  owner: string,
  object?: LedgerRecord['object'],
): Promise<Ending> => {
  const at = new Date();
  const pk = keyOf(outcome.revalidationId);
  const start = {
    revalidationId: outcome.revalidationId,
    owner,
    claimedAt: at.toISOString(),
    ...(outcome.accountId ? { accountId: outcome.accountId } : {}),
    ...(object ? { object } : {}),
    ...dueFrom(outcome.revalidationId, at),
  };
  const end = { phase: outcome.status, outcome, expiresAt: lifeOf(ledger, at) };
  const trail = [{ phase: outcome.status, at: at.toISOString() }];
  const written = await updateItem(ledger.table, pk, {
    set: end,
    setIfAbsent: start,
    append: { trail },
    remove: [UPLOAD_LINK],
    when: { owner: [owner], phase: predecessors(outcome.status) },
    orAbsent: true,
  });
  if (written) return { outcome, isAnnounced: false };
  const standing = await readRecord(ledger, outcome.revalidationId);
  if (standing?.outcome) return { outcome: standing.outcome, isAnnounced: standing.announced !== undefined };
  // Nothing alive stands there: the record in the way has expired, and an item of its own takes its place.
  if (!standing && (await putNew(ledger.table, { pk, ...start, ...end, trail }))) {
    return { outcome, isAnnounced: false };
  }
  throw claimedElsewhere();
};

/** Somebody asked for the same thing again. A record that is gone meanwhile is not brought back. */
export const countRepeat = async (ledger: Ledger, id: string): Promise<void> => {
  await updateItem(ledger.table, keyOf(id), { set: {}, add: { askedAgain: 1 }, when: { revalidationId: [id] } });
};

/**
 * The bus was told, and what is left to do is the media's end; unless Truora has called since the end, for then it is due at
 * once. A record that is gone meanwhile is not brought back, and the first time told stands.
 */
export const markAnnounced = async (ledger: Ledger, outcome: Outcome, mediaHours: number): Promise<void> => {
  const { revalidationId, status, decidedAt } = outcome;
  const pk = keyOf(revalidationId);
  const announced = new Date().toISOString();
  const when = { phase: [status], announced: [] };
  const set = { announced, dueAt: lastCheckAt(decidedAt, mediaHours) };
  const written = await updateItem(ledger.table, pk, { set, when: { ...when, lateBell: [] } });
  if (!written) await updateItem(ledger.table, pk, { set: { announced }, when });
};

/**
 * Writes `canceled` where nothing has been decided, whoever owns the record; where there is none yet, one that nobody owns.
 * @returns the record that stands, canceled or decided otherwise before, and whether this call has canceled it
 */
export const recordCancellation = async (
  ledger: Ledger,
  of: Pick<Outcome, 'revalidationId' | 'accountId' | 'enrollmentId' | 'reference' | 'validationId'>,
  canceledBy: string,
): Promise<{ record: LedgerRecord; isNew: boolean }> => {
  const at = new Date();
  const { revalidationId, accountId, enrollmentId, reference, validationId } = of;
  const outcome = outcomeOf(
    { revalidationId, accountId, enrollmentId, reference, validationId },
    {
      status: 'canceled',
      reason: 'canceled_by_caller',
      decidedBy: 'caller',
      decidedAt: at.toISOString(),
    },
  );
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { phase: 'canceled', outcome, canceledBy, expiresAt: lifeOf(ledger, at) },
    setIfAbsent: {
      revalidationId,
      owner: NOBODY,
      claimedAt: at.toISOString(),
      ...(accountId ? { accountId } : {}),
      ...(enrollmentId ? { enrollmentId } : {}),
      ...dueFrom(revalidationId, at),
    },
    append: { trail: [{ phase: 'canceled', at: at.toISOString() }] },
    remove: [UPLOAD_LINK],
    when: { phase: predecessors('canceled') },
    orAbsent: true,
  });
  const record = written ? readAlive(written) : await readRecord(ledger, revalidationId);
  if (!record) throw new TypeError('the record expired while it was canceled');
  return { record, isNew: written !== undefined };
};

/** The owner of a record that was canceled before anything ran. */
const NOBODY = 'nobody';
