import { getItem, getItems, type Item, queryKeys, updateItem } from '../aws/dynamodb.ts';
import { currentOutcomeOf, mayChange } from '../domain/amendments.ts';
import { shardOf, shards } from '../domain/follow-up.ts';
import { BY_DUE, type LedgerRecord } from '../domain/record.ts';
import { keyOf } from './keys.ts';
import { type Ledger, type ParsedRecords, parseRecords, readAlive } from './records.ts';

/** Keys that one read of a shard returns, and records that are yielded together. */
const PAGE = 25;

const GROUP = 10;

/** Records that are due, and other due items, which are not of `shared/ledger`. */
export type Due = ParsedRecords & { others: Item[] };

/** What is due for a follow-up, a few at a time. The oldest come first within one page of each shard. */
export async function* dueRecords({ table }: Ledger, now: Date): AsyncGenerator<Due> {
  let open: { shard: string; after?: Item | undefined }[] = shards.map((shard) => ({ shard }));
  while (open.length > 0) {
    const pages = await Promise.all(
      open.map(async ({ shard, after }) => {
        const page = await queryKeys(table, BY_DUE, shard, { limit: PAGE, after, upTo: now.toISOString() });
        return { shard, ...page };
      }),
    );
    const keys = pages.flatMap((page) => page.keys).sort((a, b) => (String(a.dueAt) < String(b.dueAt) ? -1 : 1));
    for (let from = 0; from < keys.length; from += GROUP) {
      const items = await getItems(
        table,
        keys.slice(from, from + GROUP).map(({ pk }) => pk),
      );
      const isRecord = ({ pk }: Item) => pk.startsWith(keyOf(''));
      yield { ...parseRecords(items.filter(isRecord)), others: items.filter((item) => !isRecord(item)) };
    }
    open = pages.flatMap(({ shard, next }) => (next ? [{ shard, after: next }] : []));
  }
}

/** Keys of one shard that are counted. */
const MOST_COUNTED = 100;

/** The times of the follow-ups that are due, oldest first, at most `MOST_COUNTED` of each shard. */
export const countDue = async (table: string, now: Date): Promise<string[]> => {
  const pages = await Promise.all(
    shards.map((shard) => queryKeys(table, BY_DUE, shard, { limit: MOST_COUNTED, upTo: now.toISOString() })),
  );
  return pages.flatMap(({ keys }) => keys.map(({ dueAt }) => String(dueAt))).toSorted();
};

/**
 * Makes the next sweep follow up a record.
 * @returns false when the record has changed meanwhile
 */
export const followUpNow = async ({ table }: Ledger, record: LedgerRecord, now: Date): Promise<boolean> => {
  const { revalidationId, phase } = record;
  const written = await updateItem(table, keyOf(revalidationId), {
    set: { dueAt: now.toISOString(), shard: shardOf(revalidationId) },
    when: { phase: [phase] },
  });
  return written !== undefined;
};

/**
 * Sets the next follow-up of a record, or removes it when nothing is left to do. Nothing changes when the record changed or a
 * webhook arrived in between.
 */
export const reschedule = async (
  { table }: Ledger,
  record: LedgerRecord,
  at: string | undefined,
  { keepLateWebhook = false } = {},
): Promise<void> => {
  const { revalidationId, dueAt, phase } = record;
  if (dueAt === undefined) return;
  await updateItem(table, keyOf(revalidationId), {
    set: at ? { dueAt: at } : {},
    remove: [...(keepLateWebhook ? [] : ['lateWebhookAt']), ...(at ? [] : [BY_DUE.attribute, BY_DUE.sort])],
    when: { dueAt: [dueAt], phase: [phase] },
  });
};

/** Postpones the follow-up of an unreadable record, so that it does not block others. Only its time is written. */
export const postpone = async ({ table }: Ledger, { pk, dueAt }: Item, at: string): Promise<void> => {
  if (typeof dueAt === 'string') await updateItem(table, pk, { set: { dueAt: at }, when: { dueAt: [dueAt] } });
};

/**
 * Records a late webhook. A case that was closed without a verdict gets a follow-up now. Nothing is written for another case, or
 * when a late webhook already caused a follow-up that is not done yet.
 */
export const markLateWebhook = async (table: string, revalidationId: string, at: Date): Promise<void> => {
  const record = readAlive(await getItem(table, keyOf(revalidationId)));
  if (!record?.outcome || !mayChange(currentOutcomeOf(record.outcome, record.amendments))) return;
  if (record.lateWebhookAt && record.dueAt && record.dueAt <= at.toISOString()) return;
  await updateItem(table, keyOf(revalidationId), {
    set: { lateWebhookAt: at.toISOString(), dueAt: at.toISOString(), shard: shardOf(revalidationId) },
    when: { phase: [record.phase] },
  });
};
