import { deleteUploads } from '../shared/aws/delete-versions.ts';
import type { Item } from '../shared/aws/dynamodb.ts';
import { endOfExecution, resume } from '../shared/aws/executions.ts';
import { deleteMedia } from '../shared/aws/media-store.ts';
import { changes, currentOutcomeOf, mayChange } from '../shared/domain/amendments.ts';
import { defined } from '../shared/domain/defined.ts';
import { TruoraRejectedError } from '../shared/domain/errors.ts';
import {
  firstFollowUp,
  lastCheckAt,
  lastCheckUntil,
  nextFollowUp,
  nextLateFollowUp,
} from '../shared/domain/follow-up.ts';
import type { LedgerRecord } from '../shared/domain/record.ts';
import type { Outcome, Verdict } from '../shared/domain/revalidation.ts';
import { isBackOff, throttled } from '../shared/domain/throttle.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv, throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { env, policyFromEnv } from '../shared/lambda/env.ts';
import { job, logError } from '../shared/lambda/job.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit, emitOutcome } from '../shared/lambda/metrics.ts';
import { readCallback } from '../shared/ledger/callbacks.ts';
import { dueRecords, postpone, reschedule } from '../shared/ledger/follow-ups.ts';
import { freeMedia } from '../shared/ledger/holds.ts';
import { amend } from '../shared/ledger/outcomes.ts';
import type { Ledger } from '../shared/ledger/records.ts';
import { readTicket } from '../shared/ledger/tickets.ts';
import { findLateOrphans } from '../shared/logic/orphans.ts';
import { announce, announceAmendment, repair } from '../shared/logic/outcome.ts';
import { getValidation, listValidations } from '../shared/truora/client.ts';
import { readDecision } from '../shared/truora/read-verdict.ts';
import { lateOrphansOn } from '../shared/truora/reconcile.ts';

/** What one record may take, a rotated key and Truora's silence included, and a group with what is written then. Milliseconds. */
const RECORD_MS = 35_000;

const RESERVE_MS = 40_000;

/**
 * After this long a visit begins no other page of uploads. A write for each version is 1.2 ms of this function's CPU (0.35 ms of a whole one,
 * measured): a page takes 1.2 s alone, and 12 s where all of a group delete one, so that each ends within its time. Milliseconds.
 */
const UPLOADS_MS = 10_000;

/**
 * Woken every few minutes. Looks at every record that is due, the longest due first, for as long as its time lasts: is an
 * open one still being worked on, was an ended one told, is its media to go, has Truora said something since? One that
 * cannot be put right is logged, counted and looked at again later; the others do not wait for it.
 */
export const handler = job('SweepLedger', async ({ remainingMs }) => {
  emit('NotificationsRecorded', 0);
  const tally = { seen: 0, failed: 0 };
  for await (const { records, unreadable } of dueRecords(ledgerFromEnv(), new Date())) {
    if (remainingMs() < RESERVE_MS) break;
    const done = await Promise.all([...records.map(attempt), ...unreadable.map(passOver)]);
    tally.seen += done.length;
    tally.failed += done.filter((well) => !well).length;
  }
  return tally;
});

const attempt = async (record: LedgerRecord): Promise<boolean> => {
  try {
    await inTime(record.outcome ? lookAtEnded(record, record.outcome) : lookAtOpen(record));
    return true;
  } catch (error) {
    // That Truora wants all of us to wait is nothing that went wrong.
    const isFailure = !isBackOff(error);
    if (isFailure) logError('SweepLedger', error, record.revalidationId);
    // It makes room for the others; should this fail too, it is simply due still.
    await reschedule(ledgerFromEnv(), record, firstFollowUp(new Date()), { keepLateWebhook: true }).catch(() => {});
    return !isFailure;
  }
};

/**
 * No record may keep its group waiting: one that takes longer is left where it is. Whatever it still does is done under the
 * same conditions, and the next look takes it up.
 */
const inTime = async (look: Promise<void>): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error('the look took too long'), { name: 'SlowRecordError' }));
  }, RECORD_MS);
  // What is left behind may fail later; nobody waits for it then.
  look.catch(() => {});
  try {
    await Promise.race([look, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** One that cannot be read is for a person to mend: it is named, and makes room for the others. */
const passOver = async (item: Item): Promise<boolean> => {
  log('error', 'unreadable', { step: 'SweepLedger', revalidationId: String(item.revalidationId ?? item.pk) });
  await postpone(ledgerFromEnv(), item, firstFollowUp(new Date())).catch(() => {});
  return false;
};

/** Whoever works on it is left alone, and woken where a bell did not reach it. Nobody: then it ends here. */
const lookAtOpen = async (record: LedgerRecord): Promise<void> => {
  const ledger = ledgerFromEnv();
  const reason = await endOfExecution(record.owner);
  if (reason) {
    const outcome = await repair(ledger, outcomeSettingsFromEnv(), record, reason);
    if (outcome) emitOutcome(outcome);
    return;
  }
  const { taskToken, notification } = record.validationId ? await readCallback(ledger.table, record.validationId) : {};
  if (taskToken && notification) await resume(taskToken, notification);
  await reschedule(ledger, record, nextFollowUp(record, new Date(), env('GRACE_SECONDS')));
};

/**
 * Tells what was not told, deletes what has had its time, and asks Truora about what was closed without its word, and about
 * what was created without anybody knowing.
 */
const lookAtEnded = async (record: LedgerRecord, outcome: Outcome): Promise<void> => {
  const ledger = ledgerFromEnv();
  const results = outcomeSettingsFromEnv();
  if (!record.announced) {
    await announce(ledger, results, { outcome, isAnnounced: false });
    return;
  }
  await announceAmendment(ledger, results.bus, record);
  const mediaEnds = lastCheckAt(outcome.decidedAt, results.mediaHours);
  const now = new Date().toISOString();
  const isLast = mediaEnds <= now;
  const isDeleted = !isLast || (await deleteAllMedia(ledger, record));
  const isOver = now > lastCheckUntil(outcome.decidedAt, results.mediaHours);
  const isSettled = !isLast || isOver || (await findOrphans(record));
  const heard = isOver ? 'all' : await amendLate(record, outcome);
  // Not entered by us: by somebody else, or the answer was lost. It stays due, and the next sweep tells of it.
  if (heard === 'overtaken') return;
  const next = isSettled && isDeleted ? undefined : firstFollowUp(now);
  // Truora has called and not decided yet: it is asked again soon, and still because of that call.
  const late =
    heard === 'pending' && record.lateWebhookAt ? nextLateFollowUp(record.lateWebhookAt, new Date(now)) : undefined;
  const looks = [isLast ? next : mediaEnds, late].filter((at) => at !== undefined).toSorted();
  await reschedule(ledger, record, looks[0], { keepLateWebhook: late !== undefined });
};

/** Calls that were given up may have been executed after all. @returns false while another run of the person is at it */
const findOrphans = (record: LedgerRecord): Promise<boolean> =>
  findLateOrphans(ledgerFromEnv(), record, {
    lateResultsOf: async ({ accountId, requested, ...known }) => {
      if (!accountId || !requested) return [];
      const truora = truoraFromEnv();
      return lateOrphansOn(await asking(() => listValidations(truora, accountId)), { accountId, requested, ...known });
    },
    emitOrphans: (count) => {
      log('warn', 'orphaned', { step: 'SweepLedger', revalidationId: record.revalidationId });
      emit('Orphans', count);
    },
  });

/**
 * The claimed version, or the one that was dropped and never claimed; its copies, and whatever else came under its ticket.
 * One that another case needs stays for that one to delete.
 * @returns false where more is left than one visit deletes
 */
const deleteAllMedia = async (ledger: Ledger, record: LedgerRecord): Promise<boolean> => {
  const { revalidationId, media, object, copies = [] } = record;
  const own = media ?? object;
  const bucket = env('MEDIA_BUCKET');
  const isFree = (key: string, versionId: string) => freeMedia(ledger, { bucket, key, versionId }, revalidationId);
  for (const versionId of own ? [...(own.versionId ? [own.versionId] : []), ...copies] : [])
    if (own && (await isFree(own.key, versionId))) await deleteMedia(bucket, { key: own.key, versionId });
  const { upload } = (await readTicket(ledger.table, revalidationId)) ?? {};
  if (!upload) return true;
  const isKept = async (versionId: string) => !(await isFree(upload.key, versionId));
  const begunAt = Date.now();
  return deleteUploads(bucket, upload.key, isKept, () => Date.now() - begunAt < UPLOADS_MS);
};

/**
 * What Truora says by now, and whether that changes what stands: then it is entered, and the bus is told.
 * @returns whether all is heard, Truora has not decided yet, or something else than expected stands by now
 */
const amendLate = async (record: LedgerRecord, outcome: Outcome): Promise<'all' | 'pending' | 'overtaken'> => {
  const { amendments, revalidationId, lateWebhookAt } = record;
  const standing = currentOutcomeOf(outcome, amendments);
  if (!mayChange(standing)) return 'all';
  const verdict = await askAgain(record, outcome);
  if (!verdict) return 'pending';
  if (!changes(standing, verdict)) return 'all';
  const { decidedAt: at, ...said } = verdict;
  const ledger = ledgerFromEnv();
  const amended = await amend(ledger, record, { at, from: lateWebhookAt ? 'webhook' : 'sweep', ...said });
  if (!amended) return 'overtaken';
  log('warn', 'amended', { step: 'SweepLedger', revalidationId, reason: verdict.status });
  await announceAmendment(ledger, env('EVENT_BUS'), amended);
  return 'all';
};

/** @returns undefined for what was never taken to Truora, and while Truora has not decided or knows nothing of it */
const askAgain = async (record: LedgerRecord, outcome: Outcome): Promise<Verdict | undefined> => {
  const { validationId } = outcome;
  const { accountId, enrollmentId, requested, used } = record;
  if (!validationId || !accountId || !enrollmentId || !requested) return undefined;
  const truora = truoraFromEnv();
  const deadline = used?.deadline ?? outcome.decidedAt;
  const validation = defined({ validationId, deadline, threshold: used?.threshold });
  const about = { claim: { accountId, enrollmentId, requested }, validation, policy: policyFromEnv() };
  const read = (how: { showDetails: boolean }) => getValidation(truora, validationId, how);
  const looked = await asking(() => readDecision(read, about, false)).catch((error) => {
    if (error instanceof TruoraRejectedError) return undefined;
    throw error;
  });
  return looked?.verdict;
};

const asking = <Answer>(ask: () => Promise<Answer>) => throttled(throttleFromEnv(), ask);
