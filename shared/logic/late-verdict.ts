import { amendmentOf, changes, currentOutcomeOf, mayChange } from '../domain/amendments.ts';
import { defined } from '../domain/defined.ts';
import { TruoraRejectedError } from '../domain/errors.ts';
import { floorOf, type Policies } from '../domain/policy.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome, Verdict } from '../domain/revalidation.ts';
import { type ThrottleStore, throttled } from '../domain/throttle.ts';
import { amend } from '../ledger/outcomes.ts';
import type { Ledger } from '../ledger/records.ts';
import type { Truora } from '../truora/call.ts';
import { getValidation } from '../truora/client.ts';
import { readDecision } from '../truora/read-verdict.ts';
import { announceAmendment, type OutcomeBus } from './outcome.ts';

/** What the question about a late verdict works with. */
export type LateVerdictSettings = {
  ledger: Ledger;
  outcomeBus: OutcomeBus;
  truora: Truora;
  throttle: ThrottleStore;
  policies: Policies;
  /** Whether the consent of the case allows a verdict to count: false once it was revoked. */
  mayUseFace: (record: LedgerRecord) => Promise<boolean>;
  /** Counts a reason of Truora that is not known. */
  emitUnknownWord: (word: 'reason') => void;
  /** Logs an amendment. */
  logAmended: (revalidationId: string, status: Verdict['status']) => void;
};

/**
 * Asks Truora about a case that was closed without a verdict. A verdict that changes the current result is written as an amendment and
 * announced.
 * @returns `done` when nothing more is expected, `pending` while Truora has not decided, `changed_elsewhere` when another
 *   writer changed the record
 */
export const amendLate = async (
  settings: LateVerdictSettings,
  record: LedgerRecord,
  outcome: Outcome,
): Promise<'done' | 'pending' | 'changed_elsewhere'> => {
  const { ledger, outcomeBus, emitUnknownWord, logAmended } = settings;
  const { amendments, revalidationId, lateWebhookAt } = record;
  const current = currentOutcomeOf(outcome, amendments);
  if (!mayChange(current)) return 'done';
  const verdict = await askAgain(settings, record, outcome);
  if (!verdict) return 'pending';
  if (!changes(current, verdict)) return 'done';
  const isOver = current.status === 'alternative_required' || record.consentRevokedAt !== undefined;
  const isUsable = !isOver && (await settings.mayUseFace(record));
  const amended = await amend(ledger, record, amendmentOf(verdict, lateWebhookAt ? 'webhook' : 'sweep', isUsable));
  if (!amended) return 'changed_elsewhere';
  if (verdict.reason === 'unknown_reason') emitUnknownWord('reason');
  logAmended(revalidationId, verdict.status);
  await announceAmendment(ledger, outcomeBus.bus, amended);
  return 'done';
};

/** @returns undefined for a case that never reached Truora, and while Truora has not decided or does not know the validation */
const askAgain = async (
  { truora, throttle, policies }: LateVerdictSettings,
  record: LedgerRecord,
  outcome: Outcome,
): Promise<Verdict | undefined> => {
  const { validationId } = outcome;
  const { accountId, enrollmentId, requested, used } = record;
  if (!validationId || !accountId || !enrollmentId || !requested) return undefined;
  const deadline = used?.deadline ?? outcome.decidedAt;
  const validation = defined({ validationId, deadline, threshold: used?.threshold });
  const about = { claim: { accountId, enrollmentId, requested }, validation, floor: floorOf(policies, record) };
  const read = (how: { showDetails: boolean }) => getValidation(truora, validationId, how);
  const decision = await throttled(throttle, () => readDecision(read, about, false)).catch((error) => {
    if (error instanceof TruoraRejectedError) return undefined;
    throw error;
  });
  return decision?.verdict;
};
