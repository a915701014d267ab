import { AMENDED, amendmentAnnouncementOf, EVENT_SOURCE } from '../domain/announcement.ts';
import type { Amendment } from '../domain/late-truth.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { putEvent } from './events.ts';
import { keyOf, type Ledger } from './ledger.ts';
import { updateItem } from './table.ts';

/**
 * Enters what Truora has said after the end. The outcome stays as it is; of two who enter at once, one does.
 * @returns the record with it; undefined when one has been entered meanwhile: by somebody else, or by us, where the answer
 *   was lost and the SDK asked again
 */
export const amend = async (
  ledger: Ledger,
  record: LedgerRecord,
  amendment: Amendment,
): Promise<LedgerRecord | undefined> => {
  const { revalidationId, outcome, phase, amended, amendments = [] } = record;
  if (!outcome) return undefined;
  const { eventId } = amendmentAnnouncementOf(outcome, amendment);
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { amended: eventId },
    append: { amendments: [amendment] },
    when: { phase: [phase], amended: amended ? [amended] : [] },
  });
  return written && { ...record, amended: eventId, amendments: [...amendments, amendment] };
};

/** Tells the bus of the last amendment, unless it was told. Marked after, so that a crash tells it twice under one id. */
export const announceAmendment = async (ledger: Ledger, bus: string, record: LedgerRecord): Promise<void> => {
  const { revalidationId, outcome, amended, amendedTold, amendments = [] } = record;
  const last = amendments.at(-1);
  if (!outcome || !last || !amended || amended === amendedTold) return;
  const detail = amendmentAnnouncementOf(outcome, last);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: AMENDED, detail, at: new Date(last.at) });
  await updateItem(ledger.table, keyOf(revalidationId), {
    set: { amendedTold: amended },
    when: { amended: [amended] },
  });
};
