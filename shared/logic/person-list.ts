import { type CaseStatus, type ListPosition, statusOf } from '../domain/api.ts';
import type { ListFilter } from '../domain/list-query.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { type Ledger, listRecords, type ParsedRecords } from '../ledger/records.ts';

/** Records of one read while a status is looked for: as many as DynamoDB gives at once (documented: 100). */
const READ_AT_ONCE = 100;

/** The most reads for one page, so that the answer takes seconds. A person with more cases than that gets a short page and a cursor. */
const MOST_READS = 5;

export type PersonPage = ParsedRecords & { next: ListPosition | undefined };

const placeOf = ({ revalidationId, claimedAt }: LedgerRecord): ListPosition => ({ revalidationId, claimedAt });

const has = (status: CaseStatus | undefined) => (record: LedgerRecord) =>
  status === undefined || statusOf(record) === status;

/**
 * A page of a person's records, newest claim first. The index does not know the status, so records are read until the page is full or
 * `MOST_READS` is reached: a page with `next` may have fewer records than the limit, or none.
 */
export const listOfPerson = async (
  ledger: Ledger,
  accountId: string,
  { status, claimed, limit, after }: ListFilter,
): Promise<PersonPage> => {
  const found: LedgerRecord[] = [];
  const unreadable: PersonPage['unreadable'] = [];
  let position = after;
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const page = await listRecords(ledger, accountId, {
      limit: status === undefined ? limit : READ_AT_ONCE,
      after: position,
      claimed,
    });
    found.push(...page.records.filter(has(status)));
    unreadable.push(...page.unreadable);
    position = page.next;
    if (status === undefined || found.length >= limit || !position) break;
  }
  const records = found.slice(0, limit);
  const last = records.at(-1);
  return { records, unreadable, next: found.length > limit && last ? placeOf(last) : position };
};
