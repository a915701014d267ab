import type { LedgerRecord } from '../domain/record.ts';
import { type Ledger, listRecords, readRecord } from '../ledger/records.ts';

/** The index by person is behind the records, by less than this nearly always (assumed). Milliseconds. */
const INDEX_LAG_MS = 3000;

type Ended = { executionArn: string; startDate: number };

/**
 * The record of an ended execution: the one under the id of its request, or else the one that it has claimed among the person's
 * newest. The id of a call's case cannot be derived from its input: that names neither the version of the media that was taken nor the
 * case of its idempotency key.
 */
export const recordOf = async (
  ledger: Ledger,
  { revalidationId, accountId }: { revalidationId: string; accountId?: string | undefined },
  execution: Ended,
): Promise<LedgerRecord | undefined> => {
  const record = await readRecord(ledger, revalidationId);
  if (record || !accountId) return record;
  const own = await ownAmongNewest(ledger, accountId, execution);
  if (own) return own;
  await new Promise((resolve) => setTimeout(resolve, INDEX_LAG_MS));
  return ownAmongNewest(ledger, accountId, execution);
};

const ownAmongNewest = async (ledger: Ledger, accountId: string, { executionArn, startDate }: Ended) => {
  let after: Parameters<typeof listRecords>[2]['after'];
  do {
    const { records, next } = await listRecords(ledger, accountId, { limit: 25, after });
    const own = records.find(({ owner }) => owner === executionArn);
    if (own) return own;
    // A record that was claimed before the execution began is not its own.
    after = records.some(({ claimedAt }) => Date.parse(claimedAt) < startDate) ? undefined : next;
  } while (after);
  return undefined;
};
