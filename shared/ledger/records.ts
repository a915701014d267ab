import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { dynamo } from '../aws/clients.ts';
import { getItem, getItems, type Item, isAlive, putNew, queryKeys } from '../aws/dynamodb.ts';
import type { ListPosition } from '../domain/api.ts';
import { firstFollowUp, shardOf } from '../domain/follow-up.ts';
import type { Phase } from '../domain/lifecycle.ts';
import { BY_DAY, BY_PERSON, LedgerRecord } from '../domain/record.ts';
import { keyOf, secondsAfter } from './keys.ts';

/**
 * The records: one item for each re-validation, changed only by single conditional writes. Every change requires its owner and
 * an earlier phase. The condition of a late change fails, and its writer reads the stored record.
 */
export type Ledger = { table: string; retentionDays: number };

/**
 * The attribute with the upload link, a bearer secret. It is there from the creation to the move or the end; the write that ends
 * its use removes it. It is no part of `LedgerRecord`, so it is never read by accident.
 */
export const UPLOAD_LINK = 'uploadLink';

/** The attribute with the phrase that the person of a live capture speaks. Like the link it is no part of `LedgerRecord`. */
export const PHRASE = 'phrase';

/** The attribute with the task token of an execution that waits for a recording. */
export const MEDIA_TOKEN = 'mediaToken';

/** What the upload or the end of a case removes. */
export const SECRETS = [UPLOAD_LINK, PHRASE, MEDIA_TOKEN] as const;

export const lifeOf = (ledger: Ledger, at: Date) => secondsAfter(at, ledger.retentionDays * 86_400);

/** The record of an id. An expired one, which DynamoDB may keep for days, counts as absent. */
export const readRecord = async (ledger: Ledger, revalidationId: string): Promise<LedgerRecord | undefined> =>
  readAlive(await getItem(ledger.table, keyOf(revalidationId)));

/** The ids of these re-validations that have a record, and the versions that are copies of their media. At most 100 ids. */
export const recordedAmong = async (table: string, ids: readonly string[]): Promise<Set<string>> => {
  const items = (await getItems(table, ids.map(keyOf))).filter(isAlive);
  const copiesOf = ({ copies }: Item): string[] => (copies instanceof Set ? [...copies] : []);
  return new Set(items.flatMap((item) => [item.pk.slice(keyOf('').length), ...copiesOf(item)]));
};

type Page = { limit: number; after?: ListPosition | undefined; claimed?: { from: string; to: string } };

type ListedRecords = ParsedRecords & { next: ListPosition | undefined };

/** One query by person, newest claim first; `claimed` bounds the times of the claims. `next` is the position of the next page; unreadable items are listed separately. */
export const listRecords = (ledger: Ledger, accountId: string, page: Page): Promise<ListedRecords> =>
  listIn(ledger, BY_PERSON, accountId, page);

/** One query by UTC day, such as `2026-11-23`, as `listRecords` does it. */
export const listRecordsOfDay = (ledger: Ledger, day: string, page: Page): Promise<ListedRecords> =>
  listIn(ledger, BY_DAY, day, page);

const listIn = async (
  ledger: Ledger,
  index: typeof BY_PERSON | typeof BY_DAY,
  of: string,
  { limit, after, claimed }: Page,
): Promise<ListedRecords> => {
  const { keys, next } = await queryKeys(ledger.table, index, of, {
    limit,
    after: after && { pk: keyOf(after.revalidationId), [index.attribute]: of, claimedAt: after.claimedAt },
    between: claimed,
  });
  const items = await getItems(
    ledger.table,
    keys.map(({ pk }) => pk),
  );
  return { ...parseRecords(items), next: next && placeOf(next) };
};

/**
 * Withdraws this execution's claim before any call to Truora. An expired item replaces it, which counts as absent.
 */
export const withdrawClaim = async (ledger: Ledger, id: string, owner: string): Promise<void> => {
  const nothing = { pk: keyOf(id), expiresAt: secondsAfter(new Date(), -1) };
  await putNew(ledger.table, nothing, { owner: [owner], phase: ['claimed' satisfies Phase], attempts: [] });
};

/**
 * The index attributes of a new record: its day, and its first follow-up. An outcome keeps them, so that a sweep announces it if
 * needed.
 * @param from the time of the claim
 */
export const dueFrom = (revalidationId: string, from: Date | string) => ({
  [BY_DAY.attribute]: new Date(from).toISOString().slice(0, 10),
  shard: shardOf(revalidationId),
  dueAt: firstFollowUp(from),
});

const Position = z.object({ pk: z.string(), claimedAt: z.string() });

const placeOf = (item: Item): ListPosition => {
  const { pk, claimedAt } = Position.parse(item);
  return { revalidationId: pk.slice(keyOf('').length), claimedAt };
};

/** The stored record, if it has not expired. */
export const readAlive = (item: Item | undefined): LedgerRecord | undefined =>
  item && isAlive(item) ? LedgerRecord.parse(item) : undefined;

/** Parsed records, and the items that are no valid records. A person must correct those. */
export type ParsedRecords = { records: LedgerRecord[]; unreadable: Item[] };

/** Parses several items. An unreadable one does not stop the others; expired ones are left out. */
export const parseRecords = (items: readonly Item[]): ParsedRecords => {
  const records: LedgerRecord[] = [];
  const unreadable: Item[] = [];
  for (const item of items.filter(isAlive)) {
    const { data } = LedgerRecord.safeParse(item);
    if (data) records.push(data);
    else unreadable.push(item);
  }
  return { records, unreadable };
};

/**
 * Every record that was claimed from `from` (inclusive) to `to` (exclusive), timestamps in the record's format. Only for the
 * command line, because it reads, and pays for, the whole table.
 */
export async function* recordsBetween(
  table: string,
  { from = '', to = '9999' }: { from?: string | undefined; to?: string | undefined },
): AsyncGenerator<LedgerRecord> {
  const pages = paginateScan(
    { client: dynamo() },
    {
      TableName: table,
      FilterExpression: 'begins_with(pk, :records) AND claimedAt >= :from AND claimedAt < :to',
      ExpressionAttributeValues: { ':records': { S: keyOf('') }, ':from': { S: from }, ':to': { S: to } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const raw of Items) {
      const record = readAlive(unmarshall(raw) as Item);
      if (record) yield record;
    }
  }
}
