import * as z from 'zod/mini';
import type { Place } from '../domain/cursor.ts';
import { firstLook, lastLook, shardOf } from '../domain/due.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { isEnd, type Phase, predecessors } from '../domain/lifecycle.ts';
import { asksOtherwise, BY_PERSON, LedgerRecord } from '../domain/record.ts';
import { Claim, type Outcome, type Receipt } from '../domain/revalidation.ts';
import { type SortedOut, sortOut } from './legible.ts';
import { getItem, getItems, type Item, isAlive, putNew, queryKeys, updateItem } from './table.ts';

/**
 * The records: one item a re-validation, changed only by single conditional writes. Every change names its owner and
 * moves forward in the lifecycle; a change that comes too late finds its condition broken and gets what stands instead.
 */
export type Ledger = { table: string; retentionDays: number };

export const keyOf = (revalidationId: string) => `RUN#${revalidationId}`;

/**
 * Where a record keeps its upload link, a bearer secret, from the creation to the move or the end, whichever comes first:
 * the very writes that need it no more take it away. It is no part of `LedgerRecord`, so nobody reads it by accident.
 */
export const UPLOAD_LINK = 'uploadLink';

/** Seconds since 1970, as DynamoDB's time to live wants it. */
export const secondsAfter = (from: Date, seconds: number): number => Math.floor(from.getTime() / 1000) + seconds;

const lifeOf = (ledger: Ledger, at: Date) => secondsAfter(at, ledger.retentionDays * 86_400);

/** One get by id. Expired records may still be stored for days, so they are told apart here. */
export const readRecord = async (ledger: Ledger, revalidationId: string): Promise<LedgerRecord | undefined> =>
  readAlive(await getItem(ledger.table, keyOf(revalidationId)));

/** Which of these re-validations have a record, and which versions are copies of their media. At most 100 at once. */
export const recordedAmong = async (table: string, ids: readonly string[]): Promise<Set<string>> => {
  const items = (await getItems(table, ids.map(keyOf))).filter(isAlive);
  const copiesOf = ({ copies }: Item): string[] => (copies instanceof Set ? [...copies] : []);
  return new Set(items.flatMap((item) => [item.pk.slice(keyOf('').length), ...copiesOf(item)]));
};

/** One query by person, newest claim first. `next` opens the following page; what cannot be read stands beside it. */
export const listRecords = async (
  ledger: Ledger,
  accountId: string,
  { limit, after }: { limit: number; after?: Place | undefined },
): Promise<SortedOut & { next: Place | undefined }> => {
  const { keys, next } = await queryKeys(ledger.table, BY_PERSON, accountId, {
    limit,
    after: after && { pk: keyOf(after.revalidationId), accountId, claimedAt: after.claimedAt },
  });
  const items = await getItems(
    ledger.table,
    keys.map(({ pk }) => pk),
  );
  return { ...sortOut(items), next: next && placeOf(next) };
};

/**
 * Makes the request this execution's own, or finds that it is already.
 * @param keyHash the hash of the idempotency key that it is claimed under
 * @returns the claim that stands, which after a retry is the first one
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `already_asked_otherwise`
 */
export const claim = async (ledger: Ledger, wanted: Claim, owner: string, keyHash?: string): Promise<Claim> => {
  const fresh = await putNew(ledger.table, {
    pk: keyOf(wanted.revalidationId),
    ...wanted,
    owner,
    ...(keyHash ? { keyHash } : {}),
    phase: 'claimed' satisfies Phase,
    trail: [{ phase: 'claimed', at: wanted.claimedAt }],
    ...dueFrom(wanted.revalidationId, wanted.claimedAt),
    expiresAt: lifeOf(ledger, new Date(wanted.claimedAt)),
  });
  if (fresh) return wanted;
  const standing = await readRecord(ledger, wanted.revalidationId);
  // Its own claim is nobody else's question, even if the deployment's floor was changed between two tries of this run.
  if (standing && standing.owner !== owner) refuseOtherwise(standing, wanted);
  return Claim.parse(await ownRecord(ledger, wanted.revalidationId, owner));
};

/**
 * Takes back a claim of this execution's own, before anything was asked of Truora: an expired item stands in its place, which
 * is as good as none.
 */
export const withdrawClaim = async (ledger: Ledger, id: string, owner: string): Promise<void> => {
  const nothing = { pk: keyOf(id), expiresAt: secondsAfter(new Date(), -1) };
  await putNew(ledger.table, nothing, { owner: [owner], phase: ['claimed' satisfies Phase], attempts: [] });
};

/** An answer is never passed on to another question. @throws RequestInvalidError `already_asked_otherwise` */
export const refuseOtherwise = (...asked: Parameters<typeof asksOtherwise>): void => {
  if (!asksOtherwise(...asked)) return;
  throw new RequestInvalidError(
    'already_asked_otherwise',
    'media: this version was asked about before with another enrollment or other options; put it again',
  );
};

/** The media reached the upload link, which is spent by that. */
export const recordMoved = (ledger: Ledger, id: string, owner: string, receipt: Receipt): Promise<void> =>
  advance(ledger, id, owner, 'moved', { set: { receipt }, remove: [UPLOAD_LINK] }, ({ receipt }) => !!receipt);

/** The outcome that stands, and whether the bus was told of it. */
export type Ending = { outcome: Outcome; isAnnounced: boolean };

/** What puts a record among those that a sweep looks at. An outcome leaves it there: to be announced, if nobody did. */
const dueFrom = (revalidationId: string, from: Date | string) => ({
  shard: shardOf(revalidationId),
  dueAt: firstLook(from),
});

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
  throw elsewhere();
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
  const set = { announced, dueAt: lastLook(decidedAt, mediaHours) };
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
  const outcome: Outcome = {
    revalidationId,
    status: 'canceled',
    reason: 'canceled_by_caller',
    ...(reference ? { reference } : {}),
    ...(accountId ? { accountId } : {}),
    ...(enrollmentId ? { enrollmentId } : {}),
    ...(validationId ? { validationId } : {}),
    decidedBy: 'caller',
    decidedAt: at.toISOString(),
  };
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

const Position = z.object({ pk: z.string(), claimedAt: z.string() });

const placeOf = (item: Item): Place => {
  const { pk, claimedAt } = Position.parse(item);
  return { revalidationId: pk.slice(keyOf('').length), claimedAt };
};

const elsewhere = () => new ClaimedElsewhereError('claimed_elsewhere', 'another execution is working on this request');

/** Takes a record one phase further. A change that was made before is not made again, and is none that failed. */
export const advance = async (
  ledger: Ledger,
  id: string,
  owner: string,
  phase: Phase,
  { set, remove = [] }: { set: Record<string, unknown>; remove?: readonly string[] },
  isDone: (record: LedgerRecord) => boolean,
): Promise<void> => {
  const written = await updateItem(ledger.table, keyOf(id), {
    set: { phase, ...set },
    append: { trail: [{ phase, at: new Date().toISOString() }] },
    remove,
    when: { owner: [owner], phase: predecessors(phase) },
  });
  if (written) return;
  const standing = await ownRecord(ledger, id, owner);
  if (!isDone(standing)) throw new TypeError(`a record in phase ${standing.phase} cannot become ${phase}`);
};

/**
 * The open record of this execution.
 * @throws AlreadyDecidedError, ClaimedElsewhereError when it is something else
 */
export const ownRecord = async (ledger: Ledger, id: string, owner: string): Promise<LedgerRecord> => {
  const record = await readRecord(ledger, id);
  if (!record) throw new TypeError('the record is not there');
  if (isEnd(record.phase)) throw new AlreadyDecidedError('already_decided', id);
  if (record.owner !== owner) throw elsewhere();
  return record;
};

/** A record as it was stored, if it has not expired. */
export const readAlive = (item: Item | undefined): LedgerRecord | undefined =>
  item && isAlive(item) ? LedgerRecord.parse(item) : undefined;
