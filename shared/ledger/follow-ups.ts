import { getItem, getItems, type Item, queryKeys, updateItem } from '../aws/dynamodb.ts';
import { currentOutcomeOf, mayChange } from '../domain/amendments.ts';
import { shardOf, shards } from '../domain/follow-up.ts';
import { BY_DUE, type LedgerRecord } from '../domain/record.ts';
import { keyOf } from './keys.ts';
import { type Ledger, type ParsedRecords, parseRecords, readAlive } from './records.ts';

/** Keys of one shard that are read at a time, and records that are handed over at a time. */
const PAGE = 25;

const GROUP = 10;

/** What is due by now, the longest due first as far as one page of each shard goes, a few at a time. */
export async function* dueRecords({ table }: Ledger, now: Date): AsyncGenerator<ParsedRecords> {
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
      yield parseRecords(items);
    }
    open = pages.flatMap(({ shard, next }) => (next ? [{ shard, after: next }] : []));
  }
}

/**
 * Says when the record is looked at next, or that nothing is left to do. One that has moved on meanwhile, or that Truora
 * has called about, stays due.
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

/** Lets one that cannot be read make room for the others; its time is written anew, for that may be what was wrong. */
export const postpone = async ({ table }: Ledger, { pk, dueAt }: Item, at: string): Promise<void> => {
  if (typeof dueAt === 'string') await updateItem(table, pk, { set: { dueAt: at }, when: { dueAt: [dueAt] } });
};

/**
 * Truora has called about a validation. One that we closed without its word is due at once, though an earlier call has put
 * it off to a later look; for any other, and for one that is due because of a call already, nothing is written.
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
