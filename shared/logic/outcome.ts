import { updateItem } from '../aws/dynamodb.ts';
import { putEvent } from '../aws/event-bus.ts';
import { AMENDED, amendmentAnnouncementOf, announcementOf, ENDED, EVENT_SOURCE } from '../domain/announcement.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { keyOf } from '../ledger/keys.ts';
import { type Ending, markAnnounced, recordOutcome } from '../ledger/outcomes.ts';
import type { Ledger } from '../ledger/records.ts';

/**
 * Ends a re-validation whose execution can record nothing any more: the outcome with its cause, then the bus, as RecordFailure
 * does. An intent that it leaves open stays: whoever comes next finds out what became of its call. What has ended already is
 * only told, if nobody has told it.
 * @returns the outcome, if it is this that wrote it
 */
export const repair = async (
  ledger: Ledger,
  results: OutcomeBus,
  record: LedgerRecord,
  reason: string,
): Promise<Outcome | undefined> => {
  const { outcome: ended, announced } = record;
  if (ended) {
    await announce(ledger, results, { outcome: ended, isAnnounced: announced !== undefined });
    return undefined;
  }
  const outcome = endOf(record, reason);
  const ending = await recordOutcome(ledger, outcome, record.owner);
  await announce(ledger, results, ending);
  return ending.outcome === outcome ? outcome : undefined;
};

const endOf = (record: LedgerRecord, reason: string): Outcome => {
  const { revalidationId, accountId, enrollmentId, validationId, reference, claimedAt, receipt } = record;
  return {
    revalidationId,
    status: 'failed',
    reason,
    detail: 'the execution ended before it could record an outcome',
    ...(accountId ? { accountId } : {}),
    ...(enrollmentId ? { enrollmentId } : {}),
    ...(validationId ? { validationId } : {}),
    ...(reference ? { reference } : {}),
    decidedBy: 'workflow',
    claimedAt,
    ...(receipt ? { movedAt: receipt.movedAt } : {}),
    decidedAt: new Date().toISOString(),
  };
};

/** Tells the bus of the last amendment, unless it was told. Marked after, so that a crash tells it twice under one id. */
export const announceAmendment = async (ledger: Ledger, bus: string, record: LedgerRecord): Promise<void> => {
  const { revalidationId, outcome, amended, amendmentAnnounced, amendments = [] } = record;
  const last = amendments.at(-1);
  if (!outcome || !last || !amended || amended === amendmentAnnounced) return;
  const detail = amendmentAnnouncementOf(outcome, last);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: AMENDED, detail, at: new Date(last.at) });
  await updateItem(ledger.table, keyOf(revalidationId), {
    set: { amendmentAnnounced: amended },
    when: { amended: [amended] },
  });
};

/** Where outcomes are announced, and how long the media is kept after one. */
export type OutcomeBus = { bus: string; mediaHours: number };

/**
 * Tells the bus of an outcome that stands in the ledger, unless the record says that it was told. The mark is written
 * after the event is taken: a crash in between tells it twice under one id, and none tells it never.
 * @param ending what `recordOutcome` gave back, whoever wrote it
 */
export const announce = async (
  ledger: Ledger,
  { bus, mediaHours }: OutcomeBus,
  { outcome, isAnnounced }: Ending,
): Promise<Outcome> => {
  if (isAnnounced) return outcome;
  const detail = announcementOf(outcome);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: ENDED, detail, at: new Date(outcome.decidedAt) });
  await markAnnounced(ledger, outcome, mediaHours);
  return outcome;
};
