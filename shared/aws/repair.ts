import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { announce, type Results } from './announce.ts';
import { type Ledger, listRecords, readRecord, recordOutcome } from './ledger.ts';

/**
 * Ends a re-validation whose execution can record nothing any more: the outcome with its cause, then the bus, as RecordFailure
 * does. An intent that it leaves open stays: whoever comes next finds out what became of its call. What has ended already is
 * only told, if nobody has told it.
 * @returns the outcome, if it is this that wrote it
 */
export const repair = async (
  ledger: Ledger,
  results: Results,
  record: LedgerRecord,
  reason: string,
): Promise<Outcome | undefined> => {
  const { outcome: ended, announced } = record;
  if (ended) {
    await announce(ledger, results, { outcome: ended, isAnnounced: announced !== undefined });
    return undefined;
  }
  const outcome = endOf(record, reason);
  const ending = await recordOutcome(ledger, outcome, record.owner);
  await announce(ledger, results, ending);
  return ending.outcome === outcome ? outcome : undefined;
};

const endOf = (record: LedgerRecord, reason: string): Outcome => {
  const { revalidationId, accountId, enrollmentId, validationId, reference, claimedAt, receipt } = record;
  return {
    revalidationId,
    status: 'failed',
    reason,
    detail: 'the execution ended before it could record an outcome',
    ...(accountId ? { accountId } : {}),
    ...(enrollmentId ? { enrollmentId } : {}),
    ...(validationId ? { validationId } : {}),
    ...(reference ? { reference } : {}),
    decidedBy: 'workflow',
    claimedAt,
    ...(receipt ? { movedAt: receipt.movedAt } : {}),
    decidedAt: new Date().toISOString(),
  };
};

/** The index by person lags behind the records, by less than this nearly always (assumed). Milliseconds. */
const INDEX_LAG_MS = 3000;

type Ended = { executionArn: string; startDate: number };

/**
 * The record that stands under an id, or else the one that an execution has claimed among the person's newest: a call says
 * neither which version it took nor which case its idempotency key stands for.
 */
export const recordOf = async (
  ledger: Ledger,
  { revalidationId, accountId }: { revalidationId: string; accountId?: string | undefined },
  execution: Ended,
): Promise<LedgerRecord | undefined> => {
  const standing = await readRecord(ledger, revalidationId);
  if (standing || !accountId) return standing;
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
    // Whatever was claimed before the execution began is not its own.
    after = records.some(({ claimedAt }) => Date.parse(claimedAt) < startDate) ? undefined : next;
  } while (after);
  return undefined;
};
