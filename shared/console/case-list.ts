import type * as z from 'zod/mini';
import { statusOf } from '../domain/api.ts';
import { type DayQuery, positionIn } from '../domain/console.ts';
import { explain } from '../domain/reasons.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { type Ledger, listRecordsOfDay } from '../ledger/records.ts';
import { fillPage, type RecordPage } from '../logic/person-list.ts';

type Query = z.infer<typeof DayQuery>;

const wantedBy = ({ status, class: wanted }: Query) => {
  if (status === undefined && wanted === undefined) return undefined;
  return (record: LedgerRecord): boolean => {
    const { reason } = record.outcome ?? {};
    const hasClass = wanted === undefined || (reason !== undefined && explain(reason).class === wanted);
    return hasClass && (status === undefined || statusOf(record) === status);
  };
};

/**
 * A page of the cases of a UTC day, newest claim first.
 * @throws RequestInvalidError for a cursor that is none of this list
 */
export const casesOfDay = (ledger: Ledger, day: string, query: Query): Promise<RecordPage> =>
  fillPage((page) => listRecordsOfDay(ledger, day, page), {
    wanted: wantedBy(query),
    limit: query.limit,
    after: positionIn(query),
  });
