import { MediaUnacceptableError, RequestInvalidError } from './errors.ts';
import { INBOX, readInboxKey } from './inbox-key.ts';
import { formatFound } from './media-found.ts';
import { isPhoto, MAX_MEDIA_BYTES, type MediaType, sniffMediaType } from './media-type.ts';
import { parseOrRefuse } from './refuse.ts';
import { CallRequest, type DropEvent, Options, type RevalidationRequest, subvalidationsOf } from './request.ts';

/** Bytes of JSON that `x-amz-meta-options` may hold: S3 gives all user metadata of an object 2 KB. */
const MAX_OPTIONS_BYTES = 512;

/** Who is to be verified, and how: what both kinds of request come down to, before the media is looked at. */
export type Wish = {
  accountId: string;
  enrollmentId: string;
  userAuthorized: true;
  options: Options;
  reference: string | undefined;
};

/** Which version of which object a request is about; a call that names no version means the newest. */
export type MediaAddress = { key: string; versionId: string | undefined; etag: string | undefined };

export const addressOfDrop = ({ detail: { object } }: DropEvent): MediaAddress => ({
  key: object.key,
  versionId: object['version-id'],
  etag: object.etag,
});

/** What puts content of its own. A sweep does not know what made a version, so then too it is asked whether it is a copy. */
const PUTS = ['PutObject', 'POST Object', 'CompleteMultipartUpload'];

/** Whether a drop may be a copy of an older version of its key. */
export const mayBeCopy = ({ detail: { reason = '' } }: DropEvent): boolean => !PUTS.includes(reason);

/** Where a call may take media from: what other systems left there, or a drop's own object. */
const CALLABLE = ['media/', INBOX];

/** @throws RequestInvalidError when the object is not where media may be taken from */
export const addressOf = (request: RevalidationRequest, mediaBucket: string): MediaAddress => {
  if (request.kind === 'drop') {
    if (request.event.detail.bucket.name === mediaBucket) return addressOfDrop(request.event);
    throw new RequestInvalidError('request_invalid', 'event.detail.bucket.name: must be the media bucket');
  }
  const { key, versionId } = request.media;
  if (CALLABLE.some((prefix) => key.startsWith(prefix))) return { key, versionId, etag: undefined };
  throw new RequestInvalidError('request_invalid', `media.key: must begin with ${CALLABLE.join(' or ')}`);
};

/** A forced call is told apart by its key, so that its repeats are one case; without a key, by its execution. */
export const anewOf = (request: RevalidationRequest, executionId: string): string | undefined =>
  request.kind === 'call' && request.forceNew ? (request.idempotencyKey ?? executionId) : undefined;

/** Who and how, from wherever this kind of request says it. */
export const wishOf = (request: RevalidationRequest, metadata: Record<string, string>): Wish =>
  request.kind === 'drop' ? wishOfDrop(request.event.detail.object.key, metadata) : wishOfCall(request);

/**
 * Whether Truora would take the media: its size and its first bytes are all that can be known for free.
 * @throws MediaUnacceptableError
 */
export const acceptMedia = (media: { bytes: number; head: Uint8Array }, options: Options): MediaType => {
  if (media.bytes === 0) throw new MediaUnacceptableError('media_empty', 'media: must hold at least 1 byte');
  if (media.bytes > MAX_MEDIA_BYTES) {
    throw new MediaUnacceptableError('media_too_large', `media: must be at most ${MAX_MEDIA_BYTES} bytes`);
  }
  const type = sniffMediaType(media.head);
  if (!type) {
    throw new MediaUnacceptableError(
      'media_type_not_supported',
      `media: must be jpeg, png, webp, webm, mp4, avi or mov; this is ${formatFound(media.head) ?? 'none of them'} (names are not looked at)`,
    );
  }
  refuseStillPhoto(type, options);
  return type;
};

/**
 * Whether a drop comes too late to be run: it was put longer ago than media is kept. Whoever waited for its answer has long
 * been told something else, and the person's word was about a moment that is over.
 */
export const isTooOld = (droppedAt: Date, now: Date, mediaHours: number): boolean =>
  now.getTime() - droppedAt.getTime() > mediaHours * 3_600_000;

/** @throws MediaUnacceptableError when liveness is to be proved with a photo */
export const refuseStillPhoto = (type: MediaType, options: Options): void => {
  if (!isPhoto(type) || !subvalidationsOf(options)?.includes('passive_liveness')) return;
  throw new MediaUnacceptableError('photo_cannot_prove_liveness', 'media: passive liveness needs a video, not a photo');
};

/**
 * A drop says who in its key and the rest in its user metadata (`x-amz-meta-*`), which whoever may write the object sets.
 * @throws RequestInvalidError naming the key, or the metadata field and its rule
 */
export const wishOfDrop = (key: string, metadata: Record<string, string>): Wish => {
  const ids = readInboxKey(key);
  if (!ids) {
    throw new RequestInvalidError(
      'unreadable_key',
      'key: must be inbox/{accountId}/{enrollmentId}/{name}.{ext} with ids of A-Z a-z 0-9 _ - (and . in accountId)',
    );
  }
  if (metadata['user-authorized'] !== 'true') {
    throw new RequestInvalidError(
      'consent_missing',
      'x-amz-meta-user-authorized: must be true: the person has to have agreed',
    );
  }
  const options = parseOrRefuse(Options, readOptions(metadata.options), 'x-amz-meta-options');
  const reference = parseOrRefuse(CallRequest.shape.reference, metadata.reference, 'x-amz-meta-reference');
  refuseSpeech(options);
  return { accountId: ids.accountId, enrollmentId: ids.enrollmentId, userAuthorized: true, options, reference };
};

/** A call says everything itself. */
export const wishOfCall = (call: CallRequest): Wish => {
  const { accountId, enrollmentId, userAuthorized, options = {}, reference } = call;
  refuseSpeech(options);
  return { accountId, enrollmentId, userAuthorized, options, reference };
};

/** Refuses what is understood but impossible: Truora gives the phrase to speak after the media was made. */
export const refuseSpeech = (options: Options): void => {
  if (!options.subvalidations?.includes('speech_match')) return;
  throw new RequestInvalidError(
    'speech_match_needs_live_capture',
    'subvalidations: speech_match needs a phrase that only a live capture can be given',
  );
};

const readOptions = (text: string | undefined): unknown => {
  if (text === undefined) return {};
  const refuse = (rule: string) => new RequestInvalidError('request_invalid', `x-amz-meta-options: ${rule}`);
  if (Buffer.byteLength(text) > MAX_OPTIONS_BYTES) throw refuse(`must be at most ${MAX_OPTIONS_BYTES} bytes`);
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('must be JSON');
  }
};
