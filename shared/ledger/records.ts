import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { dynamo } from '../aws/clients.ts';
import { getItem, getItems, type Item, isAlive, putNew, queryKeys } from '../aws/dynamodb.ts';
import type { Place } from '../domain/api.ts';
import { firstFollowUp, shardOf } from '../domain/follow-up.ts';
import type { Phase } from '../domain/lifecycle.ts';
import { BY_PERSON, LedgerRecord } from '../domain/record.ts';
import { keyOf, secondsAfter } from './keys.ts';

/**
 * The records: one item a re-validation, changed only by single conditional writes. Every change names its owner and
 * moves forward in the lifecycle; a change that comes too late finds its condition broken and gets what stands instead.
 */
export type Ledger = { table: string; retentionDays: number };

/**
 * Where a record keeps its upload link, a bearer secret, from the creation to the move or the end, whichever comes first:
 * the very writes that need it no more take it away. It is no part of `LedgerRecord`, so nobody reads it by accident.
 */
export const UPLOAD_LINK = 'uploadLink';

export const lifeOf = (ledger: Ledger, at: Date) => secondsAfter(at, ledger.retentionDays * 86_400);

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
): Promise<ParsedRecords & { next: Place | undefined }> => {
  const { keys, next } = await queryKeys(ledger.table, BY_PERSON, accountId, {
    limit,
    after: after && { pk: keyOf(after.revalidationId), accountId, claimedAt: after.claimedAt },
  });
  const items = await getItems(
    ledger.table,
    keys.map(({ pk }) => pk),
  );
  return { ...parseRecords(items), next: next && placeOf(next) };
};

/**
 * Takes back a claim of this execution's own, before anything was asked of Truora: an expired item stands in its place, which
 * is as good as none.
 */
export const withdrawClaim = async (ledger: Ledger, id: string, owner: string): Promise<void> => {
  const nothing = { pk: keyOf(id), expiresAt: secondsAfter(new Date(), -1) };
  await putNew(ledger.table, nothing, { owner: [owner], phase: ['claimed' satisfies Phase], attempts: [] });
};

/** What puts a record among those that a sweep looks at. An outcome leaves it there: to be announced, if nobody did. */
export const dueFrom = (revalidationId: string, from: Date | string) => ({
  shard: shardOf(revalidationId),
  dueAt: firstFollowUp(from),
});

const Position = z.object({ pk: z.string(), claimedAt: z.string() });

const placeOf = (item: Item): Place => {
  const { pk, claimedAt } = Position.parse(item);
  return { revalidationId: pk.slice(keyOf('').length), claimedAt };
};

/** A record as it was stored, if it has not expired. */
export const readAlive = (item: Item | undefined): LedgerRecord | undefined =>
  item && isAlive(item) ? LedgerRecord.parse(item) : undefined;

/** Records as they were stored, and the items that hold what no record may: those are for a person to mend. */
export type ParsedRecords = { records: LedgerRecord[]; illegible: Item[] };

/** Reads many records at once. One that cannot be read keeps no other from it; what has expired is left out. */
export const parseRecords = (items: readonly Item[]): ParsedRecords => {
  const records: LedgerRecord[] = [];
  const illegible: Item[] = [];
  for (const item of items.filter(isAlive)) {
    const { data } = LedgerRecord.safeParse(item);
    if (data) records.push(data);
    else illegible.push(item);
  }
  return { records, illegible };
};

/**
 * Every record that was claimed in a time, from one end of the table to the other: for a person at a desk, since it reads
 * (and pays for) the whole table. @param from @param to the times as a record writes them, the second one not included
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
