import { amend, announceAmendment } from '../shared/aws/amend.ts';
import { announce } from '../shared/aws/announce.ts';
import { resume } from '../shared/aws/callbacks.ts';
import { dueRecords, lookAgain, putOff } from '../shared/aws/due.ts';
import { endOfExecution } from '../shared/aws/executions.ts';
import { gateOf } from '../shared/aws/gate.ts';
import { freeMedia } from '../shared/aws/holds.ts';
import { lookForStrays } from '../shared/aws/last-look.ts';
import type { Ledger } from '../shared/aws/ledger.ts';
import { deleteMedia } from '../shared/aws/media.ts';
import { repair } from '../shared/aws/repair.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import type { Item } from '../shared/aws/table.ts';
import { readTicket } from '../shared/aws/tickets.ts';
import { readWait } from '../shared/aws/waits.ts';
import { firstLook, lastLook, lastTry, nextLook } from '../shared/domain/due.ts';
import { TruoraRejectedError } from '../shared/domain/errors.ts';
import { askThrough, isHeldBack } from '../shared/domain/gate.ts';
import { changes, mayChange, standingOf } from '../shared/domain/late-truth.ts';
import type { LedgerRecord } from '../shared/domain/record.ts';
import type { Outcome, Verdict } from '../shared/domain/revalidation.ts';
import { env, ledgerFromEnv, resultsFromEnv, truoraFromEnv } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit, outcomeSeen, truoraSeen } from '../shared/lambda/metrics.ts';
import { told, watch } from '../shared/lambda/watch.ts';
import { getValidation, listValidations } from '../shared/truora/client.ts';
import { straysOn } from '../shared/truora/reconcile.ts';
import { verdictOf } from '../shared/truora/verdict.ts';

/** What one group of records may take at worst, a rotated key and Truora's silence included. Milliseconds. */
const RESERVE_MS = 40_000;

/**
 * Woken every few minutes. Looks at every record that is due, the longest due first, for as long as its time lasts: is an
 * open one still being worked on, was an ended one told, is its media to go, has Truora said something since? One that
 * cannot be put right is logged, counted and looked at again later; the others do not wait for it.
 */
export const handler = watch('SweepLedger', async ({ remainingMs }) => {
  const tally = { seen: 0, failed: 0 };
  for await (const { records, illegible } of dueRecords(ledgerFromEnv(), new Date())) {
    if (remainingMs() < RESERVE_MS) break;
    const done = await Promise.all([...records.map(attempt), ...illegible.map(passOver)]);
    tally.seen += done.length;
    tally.failed += done.filter((well) => !well).length;
  }
  return tally;
});

const attempt = async (record: LedgerRecord): Promise<boolean> => {
  try {
    await (record.outcome ? lookAtEnded(record, record.outcome) : lookAtOpen(record));
    return true;
  } catch (error) {
    // That Truora wants all of us to wait is nothing that went wrong.
    const isFailure = !isHeldBack(error);
    if (isFailure) told('SweepLedger', error, record.revalidationId);
    // It makes room for the others; should this fail too, it is simply due still.
    await lookAgain(ledgerFromEnv(), record, firstLook(new Date()), { keepBell: true }).catch(() => {});
    return !isFailure;
  }
};

/** One that cannot be read is for a person to mend: it is named, and makes room for the others. */
const passOver = async (item: Item): Promise<boolean> => {
  log('error', 'illegible', { step: 'SweepLedger', revalidationId: String(item.revalidationId ?? item.pk) });
  await putOff(ledgerFromEnv(), item, firstLook(new Date())).catch(() => {});
  return false;
};

/** Whoever works on it is left alone, and woken where a bell did not reach it. Nobody: then it ends here. */
const lookAtOpen = async (record: LedgerRecord): Promise<void> => {
  const ledger = ledgerFromEnv();
  const reason = await endOfExecution(record.owner);
  if (reason) {
    const outcome = await repair(ledger, resultsFromEnv(), record, reason);
    if (outcome) outcomeSeen(outcome);
    return;
  }
  const { taskToken, bell } = record.validationId ? await readWait(ledger.table, record.validationId) : {};
  if (taskToken && bell) await resume(taskToken, bell);
  await lookAgain(ledger, record, nextLook(record, new Date(), env('GRACE_SECONDS')));
};

/**
 * Tells what was not told, deletes what has had its time, and asks Truora about what was closed without its word, and about
 * what was created without anybody knowing.
 */
const lookAtEnded = async (record: LedgerRecord, outcome: Outcome): Promise<void> => {
  const ledger = ledgerFromEnv();
  const results = resultsFromEnv();
  if (!record.announced) {
    await announce(ledger, results, { outcome, isAnnounced: false });
    return;
  }
  await announceAmendment(ledger, results.bus, record);
  const mediaEnds = lastLook(outcome.decidedAt, results.mediaHours);
  const now = new Date().toISOString();
  const isLast = mediaEnds <= now;
  if (mediaEnds <= now) await deleteAllMedia(ledger, record);
  const isOver = now > lastTry(outcome.decidedAt, results.mediaHours);
  const isSettled = !isLast || isOver || (await findStrays(record));
  // Not entered by us: by somebody else, or the answer was lost. It stays due, and the next sweep tells of it.
  if (!isOver && !(await hearLateTruth(record, outcome))) return;
  const next = isSettled ? undefined : firstLook(now);
  await lookAgain(ledger, record, isLast ? next : mediaEnds);
};

/** Calls that were given up may have been executed after all. @returns false while another run of the person is at it */
const findStrays = (record: LedgerRecord): Promise<boolean> =>
  lookForStrays(ledgerFromEnv(), record, {
    straysOf: async ({ accountId, requested, ...known }) => {
      if (!accountId || !requested) return [];
      const truora = truoraFromEnv(readSecret, { observe: truoraSeen });
      return straysOn(await asking(() => listValidations(truora, accountId)), { accountId, requested, ...known });
    },
    tell: (orphans) => {
      log('warn', 'orphaned', { step: 'SweepLedger', revalidationId: record.revalidationId });
      emit('Orphans', orphans);
    },
  });

/**
 * The claimed version, or the one that was dropped and never claimed; its copies, and whatever else came under its ticket.
 * One that another case needs stays for that one to delete.
 */
const deleteAllMedia = async (ledger: Ledger, record: LedgerRecord): Promise<void> => {
  const { revalidationId, media, object, copies = [] } = record;
  const own = media ?? object;
  const { upload, uploads = [] } = (await readTicket(ledger.table, revalidationId)) ?? {};
  const bucket = env('MEDIA_BUCKET');
  const versions = [
    ...(own?.versionId ? [{ key: own.key, versionId: own.versionId }] : []),
    ...(own ? [...copies].map((versionId) => ({ key: own.key, versionId })) : []),
    ...(upload
      ? [...uploads].filter((one) => one !== own?.versionId).map((versionId) => ({ key: upload.key, versionId }))
      : []),
  ];
  for (const version of versions)
    if (await freeMedia(ledger, { bucket, ...version }, revalidationId)) await deleteMedia(bucket, version);
};

/**
 * What Truora says by now, and whether that changes what stands: then it is entered, and the bus is told.
 * @returns false when something else than expected stands by now
 */
const hearLateTruth = async (record: LedgerRecord, outcome: Outcome): Promise<boolean> => {
  const { amendments, revalidationId, lateBell } = record;
  const standing = standingOf(outcome, amendments);
  const verdict = mayChange(standing) ? await askAgain(record, outcome) : undefined;
  if (!verdict || !changes(standing, verdict)) return true;
  const { decidedAt: at, ...said } = verdict;
  const ledger = ledgerFromEnv();
  const amended = await amend(ledger, record, { at, from: lateBell ? 'webhook' : 'sweep', ...said });
  if (!amended) return false;
  log('warn', 'amended', { step: 'SweepLedger', revalidationId, reason: verdict.status });
  await announceAmendment(ledger, env('EVENT_BUS'), amended);
  return true;
};

/** @returns undefined for what was never taken to Truora, and while Truora has not decided or knows nothing of it */
const askAgain = async (record: LedgerRecord, outcome: Outcome): Promise<Verdict | undefined> => {
  const { validationId } = outcome;
  const { accountId, enrollmentId, requested, used } = record;
  if (!validationId || !accountId || !enrollmentId || !requested) return undefined;
  const truora = truoraFromEnv(readSecret, { observe: truoraSeen });
  const answer = await asking(() => getValidation(truora, validationId)).catch((error) => {
    if (error instanceof TruoraRejectedError) return undefined;
    throw error;
  });
  const validation = { validationId, deadline: used?.deadline ?? outcome.decidedAt, ...thresholdOf(used) };
  return answer && verdictOf(answer, { claim: { accountId, enrollmentId, requested }, validation, at: new Date() });
};

const asking = <Answer>(ask: () => Promise<Answer>) => askThrough(gateOf(env('TABLE_NAME')), ask);

const thresholdOf = (used: LedgerRecord['used']) =>
  used?.threshold === undefined ? {} : { threshold: used.threshold };
