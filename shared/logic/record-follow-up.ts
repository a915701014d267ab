import { endOfExecution, resume } from '../aws/executions.ts';
import { firstFollowUp, lastCheckAt, lastCheckUntil, nextFollowUp, nextLateFollowUp } from '../domain/follow-up.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { throttled } from '../domain/throttle.ts';
import { readCallback } from '../ledger/callbacks.ts';
import { reschedule } from '../ledger/follow-ups.ts';
import { listValidations } from '../truora/client.ts';
import { lateOrphansOn } from '../truora/reconcile.ts';
import { amendLate, type LateVerdictSettings } from './late-verdict.ts';
import { deleteMediaOf } from './media-deletion.ts';
import { findLateOrphans } from './orphans.ts';
import { announce, announceAmendment, type OutcomeBus, repair } from './outcome.ts';

/** What a follow-up works with, as the deployment decides it. */
export type FollowUpSettings = LateVerdictSettings & {
  outcomeBus: OutcomeBus;
  mediaBucket: string;
  /** Seconds after a validation's deadline during which Truora is still asked. */
  graceSeconds: number;
  /** Counts and logs orphans, and calls that may have been charged without a trace. */
  emitOrphans: (count: number, revalidationId: string) => void;
  /** Takes an ended case off its receipt of consent. */
  leaveConsent: (record: LedgerRecord) => Promise<void>;
};

/**
 * The follow-up of an open case. While its execution runs, the case is left alone, and the execution is resumed if a notification did
 * not reach it. If the execution has ended, the case ends here.
 */
export const followUpOpen = async (settings: FollowUpSettings, record: LedgerRecord): Promise<void> => {
  const { ledger, outcomeBus, graceSeconds } = settings;
  const reason = await endOfExecution(record.owner);
  if (reason) {
    await repair(ledger, outcomeBus, record, reason);
    return;
  }
  const { taskToken, notification } = record.validationId ? await readCallback(ledger.table, record.validationId) : {};
  if (taskToken && notification) await resume(taskToken, notification);
  await reschedule(ledger, record, nextFollowUp(record, new Date(), graceSeconds));
};

/**
 * The follow-up of an ended case: announces what was not announced, deletes media whose time is over, asks Truora about a case that
 * was closed without its verdict, and looks for validations of lost create calls.
 */
export const followUpEnded = async (
  settings: FollowUpSettings,
  record: LedgerRecord,
  outcome: Outcome,
): Promise<void> => {
  const { ledger, outcomeBus } = settings;
  if (!record.announced) {
    await announce(ledger, outcomeBus, { outcome, isAnnounced: false });
    return;
  }
  await announceAmendment(ledger, outcomeBus.bus, record);
  const mediaEnds = lastCheckAt(outcome.decidedAt, outcomeBus.mediaHours);
  const now = new Date().toISOString();
  const isLast = mediaEnds <= now;
  const isDeleted = !isLast || (await deleteMediaOf(settings, record));
  const isOver = now > lastCheckUntil(outcome.decidedAt, outcomeBus.mediaHours);
  const isSettled = !isLast || isOver || (await findOrphans(settings, record));
  const late = isOver ? 'done' : await amendLate(settings, record, outcome);
  // Another writer amended the record, or the answer to our write was lost. The record stays due, and the next sweep announces it.
  if (late === 'changed_elsewhere') return;
  if (isLast) await settings.leaveConsent(record);
  const next = isSettled && isDeleted ? undefined : firstFollowUp(now);
  // A webhook arrived and Truora has not decided yet: the next follow-up is soon, because of that webhook.
  const soon =
    late === 'pending' && record.lateWebhookAt ? nextLateFollowUp(record.lateWebhookAt, new Date(now)) : undefined;
  const times = [isLast ? next : mediaEnds, soon].filter((at) => at !== undefined).toSorted();
  await reschedule(ledger, record, times[0], { keepLateWebhook: soon !== undefined });
};

/** Looks for validations of calls that were given up. @returns false while another run of the person holds the intent */
const findOrphans = (settings: FollowUpSettings, record: LedgerRecord): Promise<boolean> => {
  const { ledger, truora, throttle, emitOrphans } = settings;
  return findLateOrphans(ledger, record, {
    lateResultsOf: async ({ accountId, requested, ...known }) => {
      if (!accountId || !requested) return [];
      const listed = await throttled(throttle, () => listValidations(truora, accountId));
      return lateOrphansOn(listed, { accountId, requested, ...known });
    },
    emitOrphans: (count) => emitOrphans(count, record.revalidationId),
  });
};
