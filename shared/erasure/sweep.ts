import * as z from 'zod/mini';
import { getItem, getItems, updateItem } from '../aws/dynamodb.ts';
import { listNames } from '../aws/erasure-store.ts';
import { ERASED } from '../domain/erasure-keys.ts';
import { Timestamp } from '../domain/revalidation.ts';
import { isBackOff } from '../domain/throttle.ts';
import { personItems } from '../ledger/person-items.ts';
import {
  count,
  dueTombstones,
  finishErasure,
  forgetLeft,
  noteAccount,
  postponeErasure,
  putTombstone,
  quietSeconds,
  readTombstone,
  TOMBSTONE,
  type Tombstone,
} from '../ledger/tombstones.ts';
import { type DeletionSettings, deleteOwnEnrollment } from '../logic/enrollment-deletion.ts';
import type { EvidenceSettings } from '../logic/evidence.ts';
import { certify } from './certificate.ts';
import { deleteByValidation, type ErasureSettings, eraseItem, eraseMedia } from './erase-item.ts';

export type SweepSettings = ErasureSettings &
  DeletionSettings & {
    evidence: EvidenceSettings | undefined;
    logFailure: (error: unknown) => void;
  };

/** What a comparison of the names outside of the table with the table needs. */
export type Comparison = Pick<ErasureSettings, 'ledger' | 'erasureBucket' | 'settleSeconds' | 'hasTime'>;

/** Where the search of the table stands, and for whom it searches. One search serves all erasures that are due when it begins. */
const Search = z.object({ startedAt: Timestamp, after: z.optional(z.string()), persons: z.set(z.string()) });

const SEARCH = 'SWEEP#erasures';

const COMPARISON = 'SWEEP#erased';

/** Erasures of one search. */
const MOST_PERSONS = 100;

/** Keys of one batch (documented limit of DynamoDB). */
const BATCH = 100;

/** Seconds after which an erasure that could not be finished is tried again. */
const AGAIN_SECONDS = 300;

/**
 * Goes on with every erasure that is due: searches the whole table for what names the person, deletes the rest of the media and the
 * enrollments at Truora, and certifies. Persons who were erased, and whom a restored table does not know as such, become due first. What
 * the time does not allow is done by the next sweep, from where this one stopped.
 */
export const sweepErasures = async (settings: SweepSettings): Promise<{ seen: number; failed: number }> => {
  const { ledger } = settings;
  await bringBackTombstones(settings);
  const search = await currentSearch(ledger.table);
  const tally = { seen: 0, failed: 0 };
  if (!search || !(await searchTable(settings, search, tally))) return tally;
  for (const person of search.persons) {
    const tombstone = await readTombstone(ledger.table, person);
    // One that a late writer has made due since needs a search of its own.
    if (!tombstone?.dueAt || tombstone.dueAt > search.startedAt) continue;
    tally.seen += 1;
    if (await finish(settings, tombstone)) continue;
    tally.failed += 1;
  }
  await updateItem(ledger.table, SEARCH, { set: {}, remove: ['startedAt', 'after', 'persons'] });
  return tally;
};

/**
 * Compares the names outside of the table with the tombstones in it, a page at each sweep, and writes those that are missing.
 * @param isWhole compares all pages: before a restored ledger is used
 * @returns how many were missing
 */
export const bringBackTombstones = async (
  { ledger: { table }, erasureBucket, settleSeconds, hasTime }: Comparison,
  { isWhole = false } = {},
): Promise<number> => {
  const place = z.object({ after: z.optional(z.string()) }).safeParse((await getItem(table, COMPARISON)) ?? {});
  let after = isWhole ? undefined : place.data?.after;
  let missing = 0;
  do {
    const { names, next } = await listNames(erasureBucket, ERASED, after);
    for (let from = 0; from < names.length; from += BATCH) {
      const some = names.slice(from, from + BATCH);
      const found = await getItems(
        table,
        some.map(({ name }) => `${TOMBSTONE}${name}`),
      );
      const known = new Set(found.map(({ person }) => person));
      for (const { name: person, at } of some.filter((one) => !known.has(one.name))) {
        // Claims of the time without a tombstone may be under way.
        await putTombstone(table, { person, requestedAt: at.toISOString() }, quietSeconds(settleSeconds));
        missing += 1;
      }
    }
    after = next;
  } while (after && isWhole && hasTime());
  if (!isWhole && (after || place.data?.after)) {
    await updateItem(table, COMPARISON, after ? { set: { after } } : { set: {}, remove: ['after'] });
  }
  return missing;
};

/** The search that is under way, or a new one for all who are due. @returns undefined when none is due */
const currentSearch = async (table: string): Promise<z.infer<typeof Search> | undefined> => {
  const { data } = Search.safeParse(await getItem(table, SEARCH));
  if (data) return data;
  const due = await dueTombstones(table, MOST_PERSONS);
  if (due.length === 0) return undefined;
  const search = { startedAt: new Date().toISOString(), persons: new Set(due.map(({ person }) => person)) };
  await updateItem(table, SEARCH, { set: search, remove: ['after'] });
  return search;
};

/**
 * Erases each item of the persons. A person with an item that fails leaves the search, so that the others do not wait, and stays due.
 * @returns whether the end of the table was reached
 */
const searchTable = async (
  settings: SweepSettings,
  { persons, after }: z.infer<typeof Search>,
  tally: { seen: number; failed: number },
): Promise<boolean> => {
  const { table } = settings.ledger;
  const noted = new Set<string>();
  for await (const { items, next } of personItems(table, after)) {
    for (const item of items) {
      const { person, accountId } = item;
      if (!persons.has(person)) continue;
      // A restored table knows the account id; the tombstone does not.
      if (accountId && !noted.has(person)) {
        await noteAccount(table, person, accountId);
        noted.add(person);
      }
      try {
        await eraseItem(settings, item);
      } catch (error) {
        tally.failed += 1;
        settings.logFailure(error);
        persons.delete(person);
        await leaveSearch(table, person);
      }
    }
    if (!next) return true;
    await updateItem(table, SEARCH, { set: { after: next } });
    if (!settings.hasTime()) return false;
  }
  return true;
};

/** The next search takes the person up again. */
const leaveSearch = async (table: string, person: string): Promise<void> => {
  await updateItem(table, SEARCH, { set: {}, take: { persons: person } });
  const tombstone = await readTombstone(table, person);
  if (tombstone) await postponeErasure(table, tombstone, AGAIN_SECONDS);
};

/** An erasure that Truora has made wait for longer is said: a law gives a person's request days, and not more. Milliseconds. */
const LATE_MS = 86_400_000;

/**
 * @param before the tombstone as it was when its date was compared with the search: what makes it due again from then on keeps it open
 * @returns false for an erasure that stays due, and that has failed or is late
 */
const finish = async (settings: SweepSettings, before: Tombstone): Promise<boolean> => {
  const { ledger, erasureBucket, evidence, logFailure } = settings;
  const { table } = ledger;
  const { accountId, person } = before;
  try {
    const isEmpty = accountId === undefined || (await eraseMedia(settings, person, accountId));
    const { enrollmentsLeft = [], validationsLeft = [] } = (await readTombstone(table, person)) ?? before;
    for (const validationId of validationsLeft) {
      await deleteByValidation(table, validationId);
      await forgetLeft(table, person, 'validationsLeft', validationId);
    }
    for (const enrollmentId of enrollmentsLeft) {
      const isDeleted = await deleteOwnEnrollment(settings, person, enrollmentId);
      if (isDeleted) await count(table, person, 'enrollments');
      await forgetLeft(table, person, 'enrollmentsLeft', enrollmentId);
    }
    if (!isEmpty) throw Object.assign(new Error('media is left'), { name: 'MediaLeftError' });
    const at = new Date().toISOString();
    await certify(erasureBucket, evidence, (await readTombstone(table, person)) ?? before, at);
    await finishErasure(table, before, { at, isCertified: evidence !== undefined });
    return true;
  } catch (error) {
    const isWaiting = isBackOff(error) && Date.now() - Date.parse(before.requestedAt) < LATE_MS;
    if (!isWaiting) logFailure(error);
    await postponeErasure(table, before, AGAIN_SECONDS);
    return isWaiting;
  }
};
