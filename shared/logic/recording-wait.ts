import { olderVersions } from '../aws/versions-under.ts';
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

/** Versions under one key that a look tries. The time limit of the function holds about fifty; more than ten tries is no person. */
const MOST_TRIED = 10;

/**
 * The newest version under the key of the ticket, or else the newest one that can be the recording: a person who sends a file that cannot
 * be it behind a recording whose event was lost has recorded in time. A file that cannot be it is refused by its own drop.
 */
const lookForRecording = async (settings: WaitSettings, record: LedgerRecord): Promise<Media | undefined> => {
  const { ledger, mediaBucket: bucket } = settings;
  const ticket = await readTicket(ledger.table, record.revalidationId);
  const key = ticket?.upload?.key;
  if (!key) return undefined;
  const take = async (versionId?: string) =>
    takeIfUsable(settings, record, { bucket, key, versionId, etag: undefined });
  const newest = await take();
  if (newest !== 'unusable') return newest;
  for (const versionId of await olderVersions(bucket, key, MOST_TRIED)) {
    const older = await take(versionId);
    if (older && older !== 'unusable') return older;
  }
  return undefined;
};

/** @returns undefined where there is nothing, or the case takes nothing any more */
const takeIfUsable = (
  settings: WaitSettings,
  record: LedgerRecord,
  at: Parameters<typeof takeRecording>[2],
): Promise<Media | 'unusable' | undefined> =>
  takeRecording(settings, record, at).then(
    (entered) => entered.record?.media,
    (error: unknown) => {
      if (error instanceof MediaUnacceptableError) return 'unusable' as const;
      if (error instanceof MediaGoneError) return undefined;
      throw error;
    },
  );
