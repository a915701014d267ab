import { RevalidationId } from '../domain/ids.ts';
import { type RetryRules, refuseAnyRetry, refuseRetry, retriedOf } from '../domain/linked-retry.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { readBinding } from '../ledger/bindings.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { takeRetry } from '../ledger/retry-slots.ts';

/**
 * The validation that a retry repeats: Truora's id, our id if it is one of ours, and Truora's id of the first of its chain
 * of retries. */
export type Link = { validationId: string; linkedTo?: string; first: string };

/** A chain holds two retries at most (Truora's own limit), so there are no more steps back to its first validation. */
const LONGEST_CHAIN = 2;

/**
 * Finds the validation that a caller wants to retry, and refuses one that may not be retried. A validation that only Truora knows
 * is accepted here: CheckEnrollment asks Truora for its result.
 * @throws RequestInvalidError `retry_*`
 */
export const findRetried = async (
  ledger: Ledger,
  { retryOf, ...by }: { retryOf: string; accountId: string; purpose?: string | undefined },
  rules: RetryRules,
): Promise<Link> => {
  refuseAnyRetry(rules);
  const isOurs = RevalidationId.safeParse(retryOf).success;
  const id = isOurs ? retryOf : (await readBinding(ledger.table, retryOf))?.revalidationId;
  if (!id) return { validationId: retryOf, first: retryOf };
  const record = await readRecord(ledger, id);
  refuseRetry(record && retriedOf(record), by, rules, new Date());
  const validationId = record?.validationId ?? '';
  return { validationId, linkedTo: id, first: (await firstOf(ledger, record)) ?? validationId };
};

/** The validation that a chain of retries began with: one of ours, or one that only Truora knows. */
const firstOf = async (ledger: Ledger, record: LedgerRecord | undefined): Promise<string | undefined> => {
  let at = record;
  for (let back = 0; back < LONGEST_CHAIN && at?.linkedTo; back += 1)
    at = (await readRecord(ledger, at.linkedTo)) ?? at;
  return at?.requested?.retryOf ?? at?.validationId;
};

/**
 * Finds the validation to retry and takes the slot in its chain. A case that was claimed before has its slot, and its time is not
 * checked again.
 */
export const linkRetry = async (
  ledger: Ledger,
  revalidationId: string,
  of: { accountId: string; retryOf?: string | undefined; purpose?: string | undefined },
  rules: RetryRules,
): Promise<Link | undefined> => {
  const { retryOf, ...by } = of;
  if (!retryOf || (await readRecord(ledger, revalidationId))) return undefined;
  const link = await findRetried(ledger, { retryOf, ...by }, rules);
  await takeRetry(ledger, link.first, revalidationId, rules);
  return link;
};
