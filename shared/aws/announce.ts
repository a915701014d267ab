import { announcementOf, ENDED, EVENT_SOURCE } from '../domain/announcement.ts';
import type { Outcome } from '../domain/revalidation.ts';
import { putEvent } from './events.ts';
import { type Ending, type Ledger, markAnnounced } from './ledger.ts';

/** Where outcomes are announced, and how long the media is kept after one. */
export type Results = { bus: string; mediaHours: number };

/**
 * Tells the bus of an outcome that stands in the ledger, unless the record says that it was told. The mark is written
 * after the event is taken: a crash in between tells it twice under one id, and none tells it never.
 * @param ending what `recordOutcome` gave back, whoever wrote it
 */
export const announce = async (
  ledger: Ledger,
  { bus, mediaHours }: Results,
  { outcome, isAnnounced }: Ending,
): Promise<Outcome> => {
  if (isAnnounced) return outcome;
  const detail = announcementOf(outcome);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: ENDED, detail, at: new Date(outcome.decidedAt) });
  await markAnnounced(ledger, outcome, mediaHours);
  return outcome;
};
