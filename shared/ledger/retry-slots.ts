import { updateItem } from '../aws/dynamodb.ts';
import { type RetryRules, usedUp } from '../domain/linked-retry.ts';
import { secondsAfter } from './keys.ts';
import type { Ledger } from './records.ts';

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
