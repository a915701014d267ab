import { updateItem } from '../aws/dynamodb.ts';
import { type RetryRules, usedUp } from '../domain/linked-retry.ts';
import { secondsAfter } from './keys.ts';
import type { Ledger } from './records.ts';

/**
 * Takes one retry slot of a validation, by a conditional write for each slot. Of two concurrent retries one gets a slot; the same
 * retry always gets its own slot again. A retry that is refused later still uses its slot.
 * @param first the first validation of the series
 * @throws RequestInvalidError `retries_used_up`
 */
export const takeRetry = async (ledger: Ledger, first: string, revalidationId: string, rules: RetryRules) => {
  const expiresAt = secondsAfter(new Date(), ledger.retentionDays * 86_400);
  for (let nth = 1; nth <= rules.allowedRetries; nth += 1) {
    const slot = `retry${nth}`;
    const row = await updateItem(ledger.table, `RETRY#${first}`, {
      set: { expiresAt },
      setIfAbsent: { [slot]: revalidationId },
    });
    if (row?.[slot] === revalidationId) return;
  }
  throw usedUp(rules);
};
