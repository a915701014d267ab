import type { Item } from '../aws/dynamodb.ts';
import { firstFollowUp } from '../domain/follow-up.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { isBackOff } from '../domain/throttle.ts';
import { dueRecords, postpone, reschedule } from '../ledger/follow-ups.ts';
import { type FollowUpSettings, followUpEnded, followUpOpen } from './record-follow-up.ts';

/** What one record may take, with a rotated key and the timeout of Truora. Milliseconds. */
const RECORD_MS = 35_000;

/** What one group may take, with the writes after it. Milliseconds. */
const RESERVE_MS = 40_000;

/** What a sweep works with, and what it reports beside the follow-ups themselves. */
export type SweepSettings = FollowUpSettings & {
  remainingMs: () => number;
  /** Logs the error of one record. */
  logFailure: (error: unknown, revalidationId: string) => void;
  /** Logs a record that a person must correct. */
  logUnreadable: (revalidationId: string) => void;
  /** The follow-up of a due item that is no record. */
  followUpOther: (item: Item) => Promise<void>;
};

/**
 * Follows up every due record, the longest due first, as long as the time lasts. A record whose follow-up fails is logged, counted
 * and followed up later; the others do not wait for it.
 */
export const sweepLedger = async (settings: SweepSettings): Promise<{ seen: number; failed: number }> => {
  const tally = { seen: 0, failed: 0 };
  for await (const { records, unreadable, others } of dueRecords(settings.ledger, new Date())) {
    if (settings.remainingMs() < RESERVE_MS) break;
    const done = await Promise.all([
      ...records.map((record) => attempt(settings, record)),
      ...unreadable.map((item) => passOver(settings, item)),
      ...others.map((item) => attemptOther(settings, item)),
    ]);
    tally.seen += done.length;
    tally.failed += done.filter((isDone) => !isDone).length;
  }
  return tally;
};

const attempt = async (settings: SweepSettings, record: LedgerRecord): Promise<boolean> => {
  const { ledger, logFailure } = settings;
  try {
    const { outcome } = record;
    await inTime(outcome ? followUpEnded(settings, record, outcome) : followUpOpen(settings, record));
    return true;
  } catch (error) {
    // A 429 of Truora makes all runs wait. It is no failure.
    const isFailure = !isBackOff(error);
    if (isFailure) logFailure(error, record.revalidationId);
    // The record makes room for the others. If this write fails too, it stays due.
    await reschedule(ledger, record, firstFollowUp(new Date()), { keepLateWebhook: true }).catch(() => {});
    return !isFailure;
  }
};

const attemptOther = async (settings: SweepSettings, item: Item): Promise<boolean> => {
  const { ledger, logFailure, followUpOther } = settings;
  try {
    await inTime(followUpOther(item));
    return true;
  } catch (error) {
    logFailure(error, item.pk);
    await postpone(ledger, item, firstFollowUp(new Date())).catch(() => {});
    return false;
  }
};

/**
 * Limits the time of one record, so that its group does not wait for it. The writes of a follow-up that goes on after that have
 * the same conditions, and the next follow-up continues the work.
 */
const inTime = async (followUp: Promise<void>): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error('the follow-up took too long'), { name: 'SlowRecordError' }));
  }, RECORD_MS);
  // A follow-up that was left behind may fail later. Its error has no receiver then.
  followUp.catch(() => {});
  try {
    await Promise.race([followUp, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Logs an unreadable record by its id, and postpones it. */
const passOver = async ({ ledger, logUnreadable }: SweepSettings, item: Item): Promise<boolean> => {
  logUnreadable(String(item.revalidationId ?? item.pk));
  await postpone(ledger, item, firstFollowUp(new Date())).catch(() => {});
  return false;
};
