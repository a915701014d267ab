import { LedgerRecord } from '../domain/record.ts';
import { type Item, isAlive } from './table.ts';

/** Records as they were stored, and the items that hold what no record may: those are for a person to mend. */
export type SortedOut = { records: LedgerRecord[]; illegible: Item[] };

/** Reads many records at once. One that cannot be read keeps no other from it; what has expired is left out. */
export const sortOut = (items: readonly Item[]): SortedOut => {
  const records: LedgerRecord[] = [];
  const illegible: Item[] = [];
  for (const item of items.filter(isAlive)) {
    const { data } = LedgerRecord.safeParse(item);
    if (data) records.push(data);
    else illegible.push(item);
  }
  return { records, illegible };
};
