import { resume } from '../aws/executions.ts';
import { fileAt, peekMedia } from '../aws/media-store.ts';
import type { Ticket } from '../domain/api.ts';
import { asksSpeech } from '../domain/capture.ts';
import { defined } from '../domain/defined.ts';
import {
  AlreadyDecidedError,
  ClaimedElsewhereError,
  MediaGoneError,
  MediaUnacceptableError,
} from '../domain/errors.ts';
import { type Intake, type MediaAddress, versionOf } from '../domain/intake.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { acceptMedia } from '../domain/media.ts';
import { checkMedia, type MediaLimits } from '../domain/media-check.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Media } from '../domain/revalidation.ts';
import { holdMedia } from '../ledger/holds.ts';
import { type Entered, enterRecording } from '../ledger/recordings.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/** What a recording is checked with. */
export type RecordingSettings = { ledger: Ledger; mediaLimits: MediaLimits };

/**
 * Takes a drop as the recording of a live capture: checks it, holds its version and enters it on the record. A drop that cannot be it is
 * refused as a case of its own, and the live one waits on: its validation is paid for, and another recording may come.
 * @throws MediaUnacceptableError, MediaGoneError
 */
export const takeRecording = async (
  { ledger, mediaLimits }: RecordingSettings,
  record: LedgerRecord,
  { bucket, key, versionId, etag }: MediaAddress & { bucket: string },
): Promise<Entered> => {
  const { revalidationId, requested = {}, used } = record;
  // The link takes it no more: the wait ends by itself.
  if (used?.recordUntil && Date.now() >= Date.parse(used.recordUntil)) return { record, taskToken: undefined };
  const head = await peekMedia({ bucket, key, versionId, etag });
  refuseEarly(record, head.putAt);
  const type = acceptMedia(head, requested);
  await checkMedia(type, fileAt({ bucket, key }, head), mediaLimits, { needsSound: asksSpeech(requested) });
  const media: Media = defined({ bucket, key, versionId: head.versionId, etag: head.etag, bytes: head.bytes, type });
  const version = media.versionId;
  if (version && !(await holdMedia(ledger, { bucket, key, versionId: version }, revalidationId)))
    throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
  return enterRecording(ledger, revalidationId, media);
};

/** S3 keeps time in whole seconds. Milliseconds. */
const SECOND = 999;

/** A recording from before the validation cannot hold its phrase. @throws MediaUnacceptableError `media_too_early` */
const refuseEarly = ({ trail }: Pick<LedgerRecord, 'trail'>, putAt: Date): void => {
  const createdAt = trail.find(({ phase }) => phase === 'created')?.at;
  if (createdAt !== undefined && putAt.getTime() + SECOND >= Date.parse(createdAt)) return;
  throw new MediaUnacceptableError('media_too_early', 'media: was recorded before there was a phrase; record it again');
};

/**
 * Gives a drop under the key of a live ticket to the case that waits for it, and resumes its execution. This execution claims nothing: it
 * waits for the outcome of the case, as any repeat does.
 * @throws ClaimedElsewhereError, AlreadyDecidedError; the refusals of the media
 */
export const receiveRecording = async (
  settings: RecordingSettings,
  { bucket, media }: Intake,
  { revalidationId }: Ticket,
): Promise<never> => {
  const waiting = await readRecord(settings.ledger, revalidationId);
  if (waiting && isEnd(waiting.phase)) throw new AlreadyDecidedError('already_decided', revalidationId);
  if (!waiting) refuseEarly({ trail: [] }, new Date());
  else if (waiting.media === undefined || isSame(waiting.media, media)) {
    const { record, taskToken } = await takeRecording(settings, waiting, { bucket, ...media });
    if (record && isEnd(record.phase)) throw new AlreadyDecidedError('already_decided', revalidationId);
    if (taskToken && record?.media) await resume(taskToken, record.media);
  }
  throw new ClaimedElsewhereError('claimed_elsewhere', 'the case of this recording belongs to another execution');
};

const isSame = ({ versionId, etag }: Media, of: MediaAddress): boolean =>
  versionOf({ versionId, etag }) === versionOf(of);
