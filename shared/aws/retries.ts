import { RevalidationId } from '../domain/ids.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { type RetryRules, refuseAnyRetry, refuseRetry, retriedOf, usedUp } from '../domain/retry.ts';
import { readBinding } from './intents.ts';
import { type Ledger, readRecord, secondsAfter } from './ledger.ts';
import { updateItem } from './table.ts';

/** What a retry retries: Truora's id of it, our own if it is one of ours, and Truora's id of the first of its row. */
export type Link = { validationId: string; linkedTo?: string; first: string };

/** A row holds two retries at most (Truora's own limit), so there are no more steps back to its first one. */
const LONGEST_ROW = 2;

/**
 * Finds what a caller wants to retry, and refuses what may not be. A validation that Truora knows and we do not is let
 * through here: only Truora can say what became of it.
 * @throws RequestInvalidError `retry_*`
 */
export const findRetried = async (
  ledger: Ledger,
  { retryOf, accountId }: { retryOf: string; accountId: string },
  rules: RetryRules,
): Promise<Link> => {
  refuseAnyRetry(rules);
  const isOurs = RevalidationId.safeParse(retryOf).success;
  const id = isOurs ? retryOf : (await readBinding(ledger.table, retryOf))?.revalidationId;
  if (!id) return { validationId: retryOf, first: retryOf };
  const record = await readRecord(ledger, id);
  refuseRetry(record && retriedOf(record), accountId, rules, new Date());
  const validationId = record?.validationId ?? '';
  return { validationId, linkedTo: id, first: (await firstOf(ledger, record)) ?? validationId };
};

/** The validation that a row of retries began with: one of ours, or one that only Truora knows. */
const firstOf = async (ledger: Ledger, record: LedgerRecord | undefined): Promise<string | undefined> => {
  let at = record;
  for (let back = 0; back < LONGEST_ROW && at?.linkedTo; back += 1) at = (await readRecord(ledger, at.linkedTo)) ?? at;
  return at?.requested?.retryOf ?? at?.validationId;
};

/**
 * Takes one of the retries that a row has left, by a conditional write for each place in it: of two that come at once one
 * gets it, and whoever comes twice has it already. A retry that is refused later has used its place all the same.
 * @throws RequestInvalidError `retries_used_up`
 */
export const takeRetry = async (ledger: Ledger, first: string, revalidationId: string, rules: RetryRules) => {
  const expiresAt = secondsAfter(new Date(), ledger.retentionDays * 86_400);
  for (let nth = 1; nth <= rules.allowedRetries; nth += 1) {
    const place = `retry${nth}`;
    const row = await updateItem(ledger.table, `RETRY#${first}`, {
      set: { expiresAt },
      setIfAbsent: { [place]: revalidationId },
    });
    if (row?.[place] === revalidationId) return;
  }
  throw usedUp(rules);
};

/** Finds what is to be retried and takes its place in the row. Whoever was claimed before has it, and is not asked for the time again. */
export const linkRetry = async (
  ledger: Ledger,
  revalidationId: string,
  of: { accountId: string; retryOf?: string | undefined },
  rules: RetryRules,
): Promise<Link | undefined> => {
  const { accountId, retryOf } = of;
  if (!retryOf || (await readRecord(ledger, revalidationId))) return undefined;
  const link = await findRetried(ledger, { retryOf, accountId }, rules);
  await takeRetry(ledger, link.first, revalidationId, rules);
  return link;
};
