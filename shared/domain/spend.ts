import type { LedgerRecord } from './record.ts';

/** What re-validations have cost, and what they might have: counted in validations, each of which Truora charges (assumed). */
export type Spend = {
  revalidations: number;
  /** Validations that were created. */
  charges: number;
  /** Those of them that will never be used. */
  orphans: number;
  /** Calls of which nobody knows (yet) whether they were charged. */
  unconfirmed: number;
  /** Charges that were not made, and why: what was asked again, what was found instead of bought, what was refused. */
  avoided: Record<string, number>;
};

/** Counts records one by one, so that any number of them fits. */
export const spendOf = async (records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>): Promise<Spend> => {
  const spend: Spend = { revalidations: 0, charges: 0, orphans: 0, unconfirmed: 0, avoided: {} };
  const avoid = (why: string, count = 1) => {
    if (count > 0) spend.avoided[why] = (spend.avoided[why] ?? 0) + count;
  };
  for await (const { validationId, orphans = [], attempts = [], askedAgain = 0, outcome } of records) {
    const charges = (validationId ? 1 : 0) + orphans.length;
    const counted = (word: string) => attempts.filter(({ result }) => result === word).length;
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
