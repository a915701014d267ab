import { deleteUnder, deleteVersions } from '../aws/delete-versions.ts';
import { deleteItem, getItem, type Item, putNew } from '../aws/dynamodb.ts';
import { stopExecution } from '../aws/executions.ts';
import { INBOX, readInboxKey } from '../domain/drop.ts';
import { evidenceKeyOf } from '../domain/evidence-key.ts';
import { TruoraId } from '../domain/ids.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { LedgerRecord } from '../domain/record.ts';
import { recordAttempt } from '../ledger/claims.ts';
import { Intent } from '../ledger/intents.ts';
import type { PersonItem } from '../ledger/person-items.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { count, noteLeft, searchAgain } from '../ledger/tombstones.ts';
import { bareEvidence } from '../logic/evidence.ts';
import { announce, type OutcomeBus } from '../logic/outcome.ts';
import { blankConsent, blankRecord, isGone } from './blank.ts';
import { CANCELED_BY, cancelErased } from './cancel-erased.ts';

/** What an erasure works with. */
export type ErasureSettings = {
  ledger: Ledger;
  outcomeBus: OutcomeBus;
  mediaBucket: string;
  erasureBucket: string;
  /** Absent where the deployment signs no evidence. */
  evidenceBucket: string | undefined;
  settleSeconds: number;
  hasTime: () => boolean;
};

/** The folders of a person in the media bucket. */
export const foldersOf = (accountId: string): string[] => [`${INBOX}${accountId}/`, `media/${accountId}/`];

/**
 * Deletes all media in the folders of a person, and notes the enrollments that its keys name.
 * @returns whether nothing is left
 */
export const eraseMedia = async (
  { ledger, mediaBucket, hasTime }: ErasureSettings,
  person: string,
  accountId: string,
): Promise<boolean> => {
  const onKeys = async (keys: readonly string[]) => {
    const enrollments = new Set(keys.flatMap((key) => readInboxKey(key)?.enrollmentId ?? []));
    for (const enrollmentId of enrollments) await noteLeft(ledger.table, person, 'enrollmentsLeft', enrollmentId);
  };
  for (const folder of foldersOf(accountId)) {
    const { deleted, isEmpty } = await deleteUnder(mediaBucket, folder, { onKeys, hasTime });
    await count(ledger.table, person, 'media', deleted);
    if (!isEmpty) return false;
  }
  return true;
};

/** Erases one item of the table, and what it leads to in other stores. After a crash the same call does the rest. */
export const eraseItem = async (settings: ErasureSettings, { pk, person }: PersonItem): Promise<void> => {
  const { table } = settings.ledger;
  const item = await getItem(table, pk);
  if (!item) return;
  if (pk.startsWith('RUN#')) return eraseRecord(settings, item, person);
  if (pk.startsWith('CNS#')) {
    await putNew(table, blankConsent(item, person, new Date().toISOString()), { pk: [pk] });
    if (item.accountId !== undefined) await count(table, person, 'consents');
    return;
  }
  await noteEnrollmentOf(table, person, item);
  if (pk.startsWith('ACC#')) await keepDoubt(settings.ledger, item);
  await deleteItem(table, pk);
  await count(table, person, kindOf(pk));
};

/** The call of an open intent may have been charged. Its record says so before the intent goes, so that the count of charges stays. */
const keepDoubt = async (ledger: Ledger, item: Item): Promise<void> => {
  const { data: intent } = Intent.safeParse(item);
  if (!intent) return;
  const { revalidationId, openedAt: at, attempt: n } = intent;
  const record = await readRecord(ledger, revalidationId);
  if (!record || record.attempts?.some((one) => one.at === at)) return;
  await recordAttempt(ledger, { revalidationId }, { attempt: { n, at, result: 'unconfirmed' }, orphans: [] });
};

/** Notes the enrollment that an item names, before the item goes: also that of an item that cannot be read otherwise. */
const noteEnrollmentOf = async (table: string, person: string, { enrollmentId, outcome }: Item): Promise<void> => {
  const named = [enrollmentId, (outcome as Item | undefined)?.enrollmentId];
  for (const id of new Set(named.flatMap((one) => TruoraId.safeParse(one).data ?? []))) {
    await noteLeft(table, person, 'enrollmentsLeft', id);
  }
};

const kindOf = (pk: string) => {
  if (pk.startsWith('TICKET#')) return 'tickets';
  return pk.startsWith('KEY#') ? 'idempotencyKeys' : 'others';
};

/** How often a record is blanked again when another writer changes it meanwhile. */
const TRIES = 3;

/**
 * Blanks a record. What runs at its end (evidence, a webhook, a repair) may have read the record just before and write after it, so
 * one more search follows.
 */
const eraseRecord = async (settings: ErasureSettings, found: Item, person: string): Promise<void> => {
  const { table } = settings.ledger;
  if (!found.erasedAt) await searchAgain(table, person, settings.settleSeconds);
  for (let tries = 0, item: Item | undefined = found; item && tries < TRIES; tries += 1) {
    const { data: record } = LedgerRecord.safeParse(await ended(settings, item));
    item = (await getItem(table, item.pk)) ?? item;
    await noteEnrollmentOf(table, person, item);
    if (record) await eraseOthers(settings, record, person);
    const blank = blankRecord(item, person, new Date().toISOString());
    if (!blank) {
      await deleteItem(table, item.pk);
      return count(table, person, 'others');
    }
    const unchanged = { phase: [String(blank.phase)], ...same(item, ['attemptsVersion', 'amended', 'announced']) };
    if (await putNew(table, blank, unchanged)) {
      if (item.erasedAt) return;
      // Also of a case that a step of the machine has canceled, which found the tombstone.
      if (record?.canceledBy === CANCELED_BY) await count(table, person, 'canceled');
      return count(table, person, 'records');
    }
    item = await getItem(table, item.pk);
  }
  throw new Error('a record of an erased person kept changing');
};

const same = (item: Item, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, item[name] === undefined ? [] : [String(item[name])]]));

/** An open case ends as a cancellation ends it: the outcome first, then the execution, then the announcement. Each may be repeated. */
const ended = async ({ ledger, outcomeBus }: ErasureSettings, item: Item): Promise<Item | LedgerRecord> => {
  const { data: found } = LedgerRecord.safeParse(item);
  if (!found || found.erasedAt) return item;
  let record = found;
  if (!isEnd(found.phase)) {
    record = (await cancelErased({ ledger, outcomeBus }, found)).record;
  }
  if (record.canceledBy === CANCELED_BY) await stopExecution(record.owner);
  const { outcome, announced } = record;
  if (outcome) await announce(ledger, outcomeBus, { outcome, isAnnounced: announced !== undefined });
  return record;
};

/** What a record leads to: its media outside of the person's folders, its evidence, and the items by the ids of its validations. */
const eraseOthers = async (settings: ErasureSettings, record: LedgerRecord, person: string): Promise<void> => {
  const { ledger, mediaBucket, evidenceBucket } = settings;
  const { revalidationId, media, object, copies = [], validationId, orphans = [] } = record;
  const own = media ?? object;
  if (own) {
    const ids = new Set([own.versionId, ...copies]);
    const deleted = await deleteVersions(mediaBucket, own.key, ({ versionId }) => ids.has(versionId));
    await count(ledger.table, person, 'media', deleted);
  }
  if (evidenceBucket && (await bareEvidence(evidenceBucket, revalidationId))) {
    await deleteVersions(evidenceBucket, evidenceKeyOf(revalidationId), ({ isLatest }) => !isLatest);
    if (!record.erasedAt) await count(ledger.table, person, 'evidence');
  }
  for (const id of [validationId ?? [], ...orphans].flat().filter((one) => !isGone(one))) {
    await noteLeft(ledger.table, person, 'validationsLeft', id);
    await deleteByValidation(ledger.table, id);
  }
};

/** Deletes the items by the id of a validation. They name no person, so no search finds them. */
export const deleteByValidation = async (table: string, validationId: string): Promise<void> => {
  for (const kind of ['VLD', 'WAIT', 'RETRY']) await deleteItem(table, `${kind}#${validationId}`);
};
