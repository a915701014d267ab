import { creationUnsettled } from '../shared/domain/attempts.ts';
import { isEnd } from '../shared/domain/lifecycle.ts';
import { validationOf } from '../shared/domain/record.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { ownRecord } from '../shared/ledger/claims.ts';
import { readIntent } from '../shared/ledger/intents.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { createOnce, reconcile, settle } from '../shared/logic/creation.ts';

/**
 * The third step, and the only one that costs money. Truora takes no idempotency key, so re-entry is the reconcile: each
 * entry looks at what is known, makes at most one call to Truora (for a list, one a page), and ends with the validation or with
 * an error by which the machine comes back. It leaves out the upload link, which is a bearer secret and stays on the record
 * until the move.
 */
export const handler = step('CreateValidation', async ({ claim, executionId }) => {
  const ledger = ledgerFromEnv();
  const record = await ownRecord(ledger, claim.revalidationId, executionId);
  const entry = { ledger, claim, record };
  const intent = await readIntent(ledger.table, claim.accountId);
  const isOurs = intent?.revalidationId === claim.revalidationId;

  const known = validationOf(record);
  if (known && isOurs) return settle(entry, record, known, intent);
  if (known) return known;
  if (!intent) return createOnce(entry);
  if (isOurs) return reconcile(entry, intent, record);
  const other = await readRecord(ledger, intent.revalidationId);
  // A run that lives finds its own intent; what an ended one has left open is resolved here, and written on its record.
  if (other && !isEnd(other.phase)) throw creationUnsettled();
  return reconcile(entry, intent, other ?? { revalidationId: intent.revalidationId });
});
