import { creationUnsettled } from '../shared/domain/attempts.ts';
import { isEnd } from '../shared/domain/lifecycle.ts';
import { validationOf } from '../shared/domain/record.ts';
import { creationFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { ownRecord } from '../shared/ledger/claims.ts';
import { readIntent } from '../shared/ledger/intents.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { createOnce, reconcile, settle } from '../shared/logic/creation.ts';

/**
 * The third step, and the only one that costs money. Truora takes no idempotency key, so a repeated entry reconciles. Each entry
 * makes at most one call to Truora (of a list, one a page), and ends with the validation or with an error that the machine
 * retries. The output leaves out the upload link: it is a bearer secret and stays on the record until the move.
 */
export const handler = step('CreateValidation', async ({ claim, executionId }) => {
  const settings = creationFromEnv();
  const { ledger } = settings;
  const record = await ownRecord(ledger, claim.revalidationId, executionId);
  const entry = { settings, claim, record };
  const intent = await readIntent(ledger.table, claim.accountId);
  const isOurs = intent?.revalidationId === claim.revalidationId;

  const validation = validationOf(record);
  if (validation && isOurs) return settle(entry, record, validation, intent);
  if (validation) return validation;
  if (!intent) return createOnce(entry);
  if (isOurs) return reconcile(entry, intent, record);
  const other = await readRecord(ledger, intent.revalidationId);
  // An open run resolves its own intent. The intent of an ended run is resolved here, and its result written on that record.
  if (other && !isEnd(other.phase)) throw creationUnsettled();
  return reconcile(entry, intent, other ?? { revalidationId: intent.revalidationId });
});
