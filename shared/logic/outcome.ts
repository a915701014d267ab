import { updateItem } from '../aws/dynamodb.ts';
import { putEvent } from '../aws/event-bus.ts';
import { AMENDED, amendmentAnnouncementOf, announcementOf, ENDED, EVENT_SOURCE } from '../domain/announcement.ts';
import { AlreadyDecidedError } from '../domain/errors.ts';
import { outcomeOf } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { keyOf } from '../ledger/keys.ts';
import { type Ending, markAnnounced, recordOutcome } from '../ledger/outcomes.ts';
import type { Ledger } from '../ledger/records.ts';

/** The execution that ends a case, and the dropped version where no claim holds it. */
type Ender = { owner: string; object?: LedgerRecord['object'] | undefined };

/**
 * Writes an outcome, announces it and counts it. The first outcome of a case stays: a later end gets that one, and announces it only
 * if it was not announced.
 * @returns the outcome of the case
 * @throws ClaimedElsewhereError when the record is open and another execution's
 */
export const endCase = async (ledger: Ledger, bus: OutcomeBus, outcome: Outcome, by: Ender): Promise<Outcome> =>
  (await end(ledger, bus, outcome, by)).outcome;

/**
 * Ends a request that is refused, as `endCase` does. When the case has ended under another execution, this request is a repeat, and
 * ReadOutcome answers it.
 * @throws AlreadyDecidedError, ClaimedElsewhereError
 */
export const endRefused = async (ledger: Ledger, bus: OutcomeBus, outcome: Outcome, by: Ender): Promise<Outcome> => {
  const ending = await end(ledger, bus, outcome, by);
  if (ending.owner !== by.owner) throw new AlreadyDecidedError('already_decided', outcome.revalidationId);
  return ending.outcome;
};

const end = async (ledger: Ledger, bus: OutcomeBus, outcome: Outcome, { owner, object }: Ender) => {
  const ending = await recordOutcome(ledger, outcome, owner, object);
  await announceAndCount(ledger, bus, ending, outcome);
  return ending;
};

/**
 * An outcome is counted after its first announcement, by its writer or a retry of that. Another end that came first (a cancellation, a
 * repair) is counted by its own writer.
 * @param own the end that the caller wants to write
 */
const announceAndCount = async (
  ledger: Ledger,
  bus: OutcomeBus,
  ending: Ending,
  own: Pick<Outcome, 'status' | 'reason'>,
): Promise<void> => {
  await announce(ledger, bus, ending);
  const { outcome, isAnnounced } = ending;
  if (!isAnnounced && outcome.status === own.status && outcome.reason === own.reason) bus.emitOutcome(outcome);
};

/**
 * Ends a case whose execution can record nothing any more. An intent that the execution left open stays open: the next run of
 * the person finds out the result of its call. A case that has ended already is only announced, if it was not.
 */
export const repair = async (ledger: Ledger, bus: OutcomeBus, record: LedgerRecord, reason: string): Promise<void> => {
  const detail = 'the execution ended before it could record an outcome';
  const outcome = outcomeOf(record, { status: 'failed', reason, detail, decidedBy: 'workflow' });
  const { outcome: ended, announced } = record;
  if (ended) await announceAndCount(ledger, bus, { outcome: ended, isAnnounced: announced !== undefined }, outcome);
  else await end(ledger, bus, outcome, { owner: record.owner });
};

/** Announces the last amendment, unless it was announced. It is marked afterwards: a crash in between announces it twice under one id. */
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

/** Where outcomes are announced, how long the media is kept after one, and what counts one. */
export type OutcomeBus = { bus: string; mediaHours: number; emitOutcome: (outcome: Outcome) => void };

/**
 * Announces an outcome of the ledger, unless its record says that it was announced. The mark is written after the bus took the
 * event: a crash in between announces the outcome twice under one id, and no crash loses it.
 * @param ending the result of `recordOutcome`
 */
export const announce = async (
  ledger: Ledger,
  { bus, mediaHours }: Pick<OutcomeBus, 'bus' | 'mediaHours'>,
  { outcome, isAnnounced }: Ending,
): Promise<Outcome> => {
  if (isAnnounced) return outcome;
  const detail = announcementOf(outcome);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: ENDED, detail, at: new Date(outcome.decidedAt) });
  await markAnnounced(ledger, outcome, mediaHours);
  return outcome;
};
