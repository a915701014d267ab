import { type ListPosition, statusOf } from '../domain/api.ts';
import type { ListFilter } from '../domain/list-query.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { type Ledger, listRecords, type ParsedRecords } from '../ledger/records.ts';

/** Records of one read while a status is looked for: as many as DynamoDB gives at once (documented: 100). */
const READ_AT_ONCE = 100;

/** The most reads for one page, so that the answer takes seconds. A person with more cases than that gets a short page and a cursor. */
const MOST_READS = 5;

export type RecordPage = ParsedRecords & { next: ListPosition | undefined };

const placeOf = ({ revalidationId, claimedAt }: LedgerRecord): ListPosition => ({ revalidationId, claimedAt });

/** A page of a person's records, newest claim first. */
export const listOfPerson = (
  ledger: Ledger,
  accountId: string,
  { status, claimed, limit, after }: ListFilter,
): Promise<RecordPage> =>
  fillPage((page) => listRecords(ledger, accountId, { ...page, claimed }), {
    wanted: status === undefined ? undefined : (record) => statusOf(record) === status,
    limit,
    after,
  });

/**
 * Fills a page with the wanted records. An index does not know what is wanted, so records are read until the page is full or
 * `MOST_READS` is reached: a page with `next` may have fewer records than the limit, or none.
 * @param read reads records from a position on
 * @param of.wanted undefined for every record
 */
export const fillPage = async (
  read: (page: { limit: number; after: ListPosition | undefined }) => Promise<RecordPage>,
  {
    wanted,
    limit,
    after,
  }: { wanted: ((record: LedgerRecord) => boolean) | undefined; limit: number; after: ListPosition | undefined },
): Promise<RecordPage> => {
  const found: LedgerRecord[] = [];
  const unreadable: RecordPage['unreadable'] = [];
  let position = after;
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const page = await read({ limit: wanted ? READ_AT_ONCE : limit, after: position });
    found.push(...(wanted ? page.records.filter(wanted) : page.records));
    unreadable.push(...page.unreadable);
    position = page.next;
    if (!wanted || found.length >= limit || !position) break;
  }
  const records = found.slice(0, limit);
  const last = records.at(-1);
  return { records, unreadable, next: found.length > limit && last ? placeOf(last) : position };
};
