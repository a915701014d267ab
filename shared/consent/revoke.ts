import { nameRevoked } from '../aws/erasure-store.ts';
import { resume, stopExecution } from '../aws/executions.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { Subject } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { readCallback } from '../ledger/callbacks.ts';
import { type EarlyEnd, recordEarlyEnd, refuseLateVerdict } from '../ledger/outcomes.ts';
import { readRecord } from '../ledger/records.ts';
import { isErased } from '../ledger/tombstones.ts';
import { deleteMediaOf } from '../logic/media-deletion.ts';
import { announce } from '../logic/outcome.ts';
import { alternativeEnd, type ConsentSettings } from './check.ts';
import { type Entered, enterCase, finishCases, leaveCase, markRevoked } from './receipts.ts';

/**
 * Longer than a function that has entered a case on a receipt may take until it claims the case: ClaimRequest has 15 s. After this time
 * a case without a record is never claimed under the receipt. Milliseconds.
 */
const CLAIM_MS = 60_000;

/** What a revocation works with. */
export type RevocationSettings = ConsentSettings & { mediaBucket: string; erasureBucket: string };

/**
 * Ends each case that relies on a receipt whose revocation has begun, the way a cancellation does: the outcomes are written, then the
 * receipt is marked as revoked, then executions are stopped, outcomes are announced and media is deleted. So nothing is decided by a face
 * after the mark. Each part may be repeated. What is left, also after a crash, is done by the sweep: the receipt is due until no case is
 * left on it.
 */
export const endCasesOf = async (settings: RevocationSettings, entered: Entered): Promise<void> => {
  const { receipt, revokingAt, cases } = entered;
  if (revokingAt === undefined) return;
  const { table } = settings.ledger;
  const isClaimable = Date.now() - Date.parse(revokingAt) < CLAIM_MS;
  const done: string[] = [];
  const endings: EarlyEnd[] = [];
  for (const revalidationId of cases) {
    const record = await readRecord(settings.ledger, revalidationId);
    // Entered by a request that another one was ahead of: the case is claimed under another receipt, or under none.
    const isOurs = record?.consentReceiptId === receipt.receiptId;
    if (record && isOurs) endings.push(await endOne(settings, record));
    else if (record || !isClaimable) done.push(revalidationId);
  }
  // Outside of the ledger before the mark: the receipt of a ledger that is restored from before would be live again.
  await nameRevoked(settings.erasureBucket, receipt.receiptId);
  await markRevoked(table, entered);
  for (const ending of endings) if (await finishOne(settings, ending)) done.push(ending.record.revalidationId);
  await finishCases(table, entered, done);
};

/** Ends an open case. An ended one keeps its outcome, and no late verdict about it counts. */
const endOne = async ({ ledger, alternative }: RevocationSettings, existing: LedgerRecord): Promise<EarlyEnd> => {
  const ending = await recordEarlyEnd(ledger, existing, alternativeEnd('consent_revoked', alternative), {});
  await refuseLateVerdict(ledger, ending.record);
  return ending;
};

/** @returns false when more media is left than is deleted at once */
const finishOne = async (settings: RevocationSettings, { record, isNew }: EarlyEnd): Promise<boolean> => {
  const { ledger, outcomeBus, mediaBucket } = settings;
  const { outcome, owner, announced } = record;
  if (isNew && outcome) outcomeBus.emitOutcome(outcome);
  if (record.phase === 'alternative_required') await stopExecution(owner, REVOKED);
  if (outcome) await announce(ledger, outcomeBus, { outcome, isAnnounced: announced !== undefined });
  return deleteMediaOf({ ledger, mediaBucket }, record);
};

const REVOKED = { error: 'ConsentRevoked', cause: 'The person revoked the consent.' };

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

/**
 * Whether a late verdict about an ended case counts: not once its consent is revoked, or its person was erased. The case is entered on its receipt again, so that a
 * revocation after this refuses the verdict that is not written yet.
 */
export const mayUseFace = async (
  table: string,
  { consentReceiptId: id, revalidationId, accountId }: LedgerRecord,
): Promise<boolean> => {
  if (accountId !== undefined && (await isErased(table, accountId))) return false;
  return !id || enterCase(table, id, revalidationId);
};

/** Takes an ended case off its receipt. */
export const leaveConsent = async (table: string, record: LedgerRecord): Promise<void> => {
  const { consentReceiptId: id, revalidationId, phase } = record;
  if (id && isEnd(phase)) await leaveCase(table, id, revalidationId);
};
