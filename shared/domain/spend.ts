import type { LedgerRecord } from './record.ts';

/** The cost of re-validations and the avoided cost, in validations. Truora charges each validation (assumed). */
export type Spend = {
  revalidations: number;
  /** Validations that were created. */
  charges: number;
  /** Created validations that will never be used. */
  orphans: number;
  /** Calls that may have been charged; it is not known (yet). */
  unconfirmed: number;
  /** Avoided charges by cause: repeated requests, adopted validations, refusals. */
  avoided: Record<string, number>;
};

/** Counts records one by one, so that memory does not limit their number. */
export const spendOf = async (records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>): Promise<Spend> => {
  const spend: Spend = { revalidations: 0, charges: 0, orphans: 0, unconfirmed: 0, avoided: {} };
  const avoid = (why: string, count = 1) => {
    if (count > 0) spend.avoided[why] = (spend.avoided[why] ?? 0) + count;
  };
  for await (const { validationId, orphans = [], attempts = [], askedAgain = 0, outcome } of records) {
    const charges = (validationId ? 1 : 0) + orphans.length;
    const counted = (wanted: string) => attempts.filter(({ result }) => result === wanted).length;
    spend.revalidations += 1;
    spend.charges += charges;
    spend.orphans += orphans.length;
    spend.unconfirmed += counted('unconfirmed') + counted('blind');
    avoid('asked_again', askedAgain);
    avoid('adopted', counted('adopted'));
    if (outcome?.status === 'refused' && charges === 0) avoid(`refused: ${outcome.reason}`);
  }
  return spend;
};
