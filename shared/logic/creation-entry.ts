import { creationUnsettled } from '../domain/attempts.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { validationOf } from '../domain/record.ts';
import type { Claim, Validation } from '../domain/revalidation.ts';
import { ownRecord } from '../ledger/claims.ts';
import { readIntent } from '../ledger/intents.ts';
import { readRecord } from '../ledger/records.ts';
import { bindAndClose, type CreationSettings, createOnce, reconcile } from './creation.ts';

/**
 * One entry of CreateValidation: a first call, a retry, a redrive, or a start after a crash. The record of the case and the intent of
 * the person decide what it does. It makes at most one create call and at most one read of the person's list (one call a page). A
 * call that is answered 401 or 403 is sent once more, with a newer key: a refused call is not executed (assumed).
 * @returns the validation of the case
 * @throws AlreadyDecidedError, ClaimedElsewhereError; the errors of `createOnce` and `reconcile`
 */
export const enterCreation = async (
  settings: CreationSettings,
  claim: Claim,
  executionId: string,
): Promise<Validation> => {
  const { ledger } = settings;
  const record = await ownRecord(ledger, claim.revalidationId, executionId);
  const entry = { settings, claim, record };
  const intent = await readIntent(ledger.table, claim.accountId);
  const isOurs = intent?.revalidationId === claim.revalidationId;

  const validation = validationOf(record);
  if (validation && isOurs) return bindAndClose(entry, record, validation, intent);
  if (validation) return validation;
  if (!intent) return createOnce(entry);
  if (isOurs) return reconcile(entry, intent, record);
  const other = await readRecord(ledger, intent.revalidationId);
  // An open run resolves its own intent. The intent of an ended run is resolved here, and its result written on that record.
  if (other && !isEnd(other.phase)) throw creationUnsettled();
  return reconcile(entry, intent, other ?? { revalidationId: intent.revalidationId });
};
