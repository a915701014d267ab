import { resume, stopExecution } from '../aws/executions.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { Subject } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { readCallback } from '../ledger/callbacks.ts';
import { recordEarlyEnd } from '../ledger/outcomes.ts';
import { readRecord } from '../ledger/records.ts';
import { deleteMediaOf } from '../logic/media-deletion.ts';
import { announce } from '../logic/outcome.ts';
import { alternativeEnd, type ConsentSettings } from './check.ts';
import { type Entered, finishCases, leaveCase } from './receipts.ts';

/**
 * Longer than a function that has entered a case on a receipt may take until it claims the case: ClaimRequest has 15 s. After this time
 * a case without a record is never claimed under the receipt. Milliseconds.
 */
const CLAIM_MS = 60_000;

/** What a revocation works with. */
export type RevocationSettings = ConsentSettings & { mediaBucket: string };

/**
 * Ends each case that relies on a revoked receipt, the way a cancellation does: the outcome is written, then the execution is stopped,
 * then the outcome is announced; and its media is deleted. Each part may be repeated. What is left, also after a crash, is done by the
 * sweep: the receipt is due until no case is left on it.
 */
export const endCasesOf = async (settings: RevocationSettings, entered: Entered): Promise<void> => {
  const { revokedAt } = entered.receipt;
  if (revokedAt === undefined) return;
  const isClaimable = Date.now() - Date.parse(revokedAt) < CLAIM_MS;
  const done: string[] = [];
  for (const revalidationId of entered.cases) {
    const record = await readRecord(settings.ledger, revalidationId);
    const isOver = record ? await endOne(settings, entered, record) : !isClaimable;
    if (isOver) done.push(revalidationId);
  }
  await finishCases(settings.ledger.table, entered, done);
};

/** @returns false when more media is left than is deleted at once */
const endOne = async (settings: RevocationSettings, { receipt }: Entered, existing: LedgerRecord): Promise<boolean> => {
  const { ledger, outcomeBus, alternative, mediaBucket } = settings;
  // Entered by a request that another one was ahead of: the case is claimed under another receipt, or under none.
  if (existing.consentReceiptId !== receipt.receiptId) return true;
  const end = alternativeEnd('consent_revoked', alternative);
  const { record, isNew } = await recordEarlyEnd(ledger, existing, end, {});
  const { outcome, owner, announced } = record;
  if (isNew && outcome) outcomeBus.emitOutcome(outcome);
  if (record.phase === 'alternative_required') await stop(owner);
  if (outcome) await announce(ledger, outcomeBus, { outcome, isAnnounced: announced !== undefined });
  return deleteMediaOf({ ledger, mediaBucket }, record);
};

const stop = async (owner: string): Promise<void> => {
  const why = { error: 'ConsentRevoked', cause: 'The person revoked the consent.' };
  if (isExecution(owner)) await stopExecution(owner, why);
};

/** A record that was ended before anything ran has no execution. */
const isExecution = (owner: string): boolean => /^arn:[^:]+:states:/.test(owner);

/**
 * Ends a case because the person takes another way. The execution is not stopped: it is an answer and no failure. A waiting one is
 * resumed, and each step that would wait, pay or send finds the outcome, so that the execution succeeds with it.
 * @returns the stored record, ended now or before
 */
export const takeOtherWay = async (settings: ConsentSettings, of: Subject, endedBy: string): Promise<LedgerRecord> => {
  const { ledger, outcomeBus, alternative } = settings;
  const end = alternativeEnd('alternative_chosen', alternative);
  const { record, isNew } = await recordEarlyEnd(ledger, of, end, { endedBy });
  const { outcome, validationId, announced } = record;
  if (record.phase !== 'alternative_required' || !outcome) return record;
  if (isNew) outcomeBus.emitOutcome(outcome);
  const { taskToken } = validationId ? await readCallback(ledger.table, validationId) : {};
  if (taskToken) await resume(taskToken, { receivedAt: outcome.decidedAt });
  await announce(ledger, outcomeBus, { outcome, isAnnounced: announced !== undefined });
  return record;
};

/** Whether a late verdict about an ended case counts: not once its consent was revoked. The case leaves its receipt. */
export const mayUseFace = async (
  table: string,
  { consentReceiptId: id, revalidationId }: LedgerRecord,
): Promise<boolean> => !id || leaveCase(table, id, revalidationId);

/** Takes an ended case off its receipt. A revoked receipt keeps it until the revocation is done with it. */
export const leaveConsent = async (table: string, record: LedgerRecord): Promise<void> => {
  const { consentReceiptId: id, revalidationId, phase } = record;
  if (id && isEnd(phase)) await leaveCase(table, id, revalidationId);
};
