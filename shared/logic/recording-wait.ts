import { AlreadyDecidedError, MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import { outcomeOf } from '../domain/outcome.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Claim, Media, Validation } from '../domain/revalidation.ts';
import { storeMediaToken } from '../ledger/recordings.ts';
import { readTicket } from '../ledger/tickets.ts';
import { endCase, type OutcomeBus } from './outcome.ts';
import { type RecordingSettings, takeRecording } from './recording.ts';

/** What the wait for a recording works with. */
export type WaitSettings = RecordingSettings & { outcomeBus: () => OutcomeBus; mediaBucket: string };

/** The execution that waits, and its token. */
type Waiting = { claim: Claim; validation: Validation; owner: string; taskToken: string };

/**
 * One entry of the wait for a recording: stores the token, and looks for a recording whose event was lost. After the upload link has
 * expired the case ends here, so the machine needs no state for it.
 * @returns the recording, if it is there already
 * @throws AlreadyDecidedError when the case has ended, also here; ClaimedElsewhereError
 */
export const awaitRecording = async (
  settings: WaitSettings,
  { claim, validation, owner, taskToken }: Waiting,
): Promise<Media | undefined> => {
  const { ledger } = settings;
  const { revalidationId } = claim;
  const record = await storeMediaToken(ledger, revalidationId, owner, taskToken);
  if (record.media) return record.media;
  const { validationId, deadline, recordUntil = deadline } = validation;
  if (Date.now() < Date.parse(recordUntil)) return lookForRecording(settings, record);
  const about = { ...claim, validationId };
  const outcome = outcomeOf(about, { ...NOT_RECORDED, decidedBy: 'workflow' });
  await endCase(ledger, settings.outcomeBus(), outcome, { owner });
  throw new AlreadyDecidedError('already_decided', revalidationId);
};

const NOT_RECORDED = {
  status: 'expired',
  reason: 'media_not_recorded',
  detail:
    'media: nothing was recorded before the upload link expired; the validation is unused, and counts as charged (assumed)',
} as const;

/** The newest version under the key of the ticket. One that cannot be the recording is refused by its own drop. */
const lookForRecording = async (settings: WaitSettings, record: LedgerRecord): Promise<Media | undefined> => {
  const ticket = await readTicket(settings.ledger.table, record.revalidationId);
  const key = ticket?.upload?.key;
  if (!key) return undefined;
  const at = { bucket: settings.mediaBucket, key, versionId: undefined, etag: undefined };
  const found = await takeRecording(settings, record, at).catch((error: unknown) => {
    if (error instanceof MediaGoneError || error instanceof MediaUnacceptableError) return undefined;
    throw error;
  });
  return found?.record?.media;
};
