import type { Readable } from 'node:stream';
import {
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { type Started, type Ticket, UPLOAD_SECONDS } from '../domain/api.ts';
import { type Dropped, INBOX, Place } from '../domain/drop.ts';
import { decodeWords } from '../domain/encoded-word.ts';
import { MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import { SNIFF_BYTES } from '../domain/media.ts';
import { fileOf, type MediaFile } from '../domain/media-file.ts';
import type { Media } from '../domain/revalidation.ts';
import { s3 } from './clients.ts';

/** Which version of which object; with its ETag only as long as that is what it holds. */
type At = { bucket: string; key: string; versionId?: string | undefined; etag: string | undefined };

/** One look at an object: which version, how large, what its first bytes and its user metadata say. */
export type MediaHead = Pick<Media, 'etag' | 'bytes'> & {
  versionId: string | undefined;
  /** When it was put; for an upload in parts, when that was begun. */
  putAt: Date;
  head: Uint8Array;
  metadata: Record<string, string>;
};

/**
 * Reads an object's head and first bytes in one call: a ranged read answers with the whole size and the metadata.
 * @throws MediaGoneError (no such object or version), MediaUnacceptableError `media_empty`, `media_unreadable`
 */
export const peekMedia = async (at: At & { versionId: string | undefined }): Promise<MediaHead> => {
  // A version id that cannot be one is as good as none.
  const answer = await reading(() => readRange(at, 0, SNIFF_BYTES), ['InvalidArgument']).catch(refuseUnreadable);
  const bytes = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength);
  return {
    versionId: answer.VersionId === 'null' ? undefined : answer.VersionId,
    etag: unquoted(answer.ETag),
    bytes,
    putAt: answer.LastModified ?? new Date(),
    head: (await answer.Body?.transformToByteArray()) ?? new Uint8Array(),
    metadata: metadataOf(answer),
  };
};

/** The user metadata of an answer, as it was put. */
export const metadataOf = ({ Metadata = {} }: { Metadata?: Record<string, string> | undefined }) =>
  Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [name, decodeWords(value)]));

/** What was glanced at, to be read in parts. @throws as `glanceAt`, at each read */
export const fileAt = (at: { bucket: string; key: string }, glance: MediaHead): MediaFile => {
  const { versionId, etag } = glance;
  return fileOf(glance, async (start, end) => {
    const answer = await reading(() => readRange({ ...at, versionId, etag }, start, end)).catch(refuseUnreadable);
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  });
};

/**
 * Opens the pinned version for the move. The stream has to be read or destroyed: an open one holds a socket.
 * @throws MediaGoneError; any other refusal as S3 names it: it has been paid for by then, and a refusal may pass
 */
export const openMedia = async (media: Media): Promise<{ stream: Readable; bytes: number }> => {
  const answer = await reading(() => s3().send(new GetObjectCommand(inputOf(media))));
  return { stream: answer.Body as Readable, bytes: answer.ContentLength ?? -1 };
};

/**
 * Whether the pinned version is still there, right before it is paid for.
 * @throws MediaGoneError
 */
export const checkMediaExists = async (media: Media): Promise<void> => {
  await reading(() => s3().send(new HeadObjectCommand(inputOf(media))));
};

const unquoted = (etag: string | undefined) => (etag ?? '').replaceAll('"', '');

const inputOf = ({ bucket, key, versionId, etag }: At) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId ? { VersionId: versionId } : {}),
  ...(etag ? { IfMatch: etag } : {}),
});

/** @param end behind the last byte */
const readRange = (at: At, start: number, end: number) =>
  s3().send(new GetObjectCommand({ ...inputOf(at), Range: `bytes=${start}-${end - 1}` }));

type S3Failure = { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };

/**
 * Tells apart what S3 refuses. With the right to list, an object that is not there is a 404, a deletion's own version a 405,
 * and a 403 says nothing of the object: a clock, a key or a policy may be right at the next try.
 */
const reading = async <Answer>(read: () => Promise<Answer>, alsoGone: readonly string[] = []): Promise<Answer> => {
  try {
    return await read();
  } catch (error) {
    const { name = '', $metadata } = error as S3Failure;
    const status = $metadata?.httpStatusCode;
    if (status === 416) throw new MediaUnacceptableError('media_empty', 'media: must hold at least 1 byte');
    if (status === 412)
      throw new MediaGoneError('media_changed', 'media: the object was overwritten after the request');
    if (status === 404 || status === 405 || alsoGone.includes(name)) {
      throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
    }
    throw error;
  }
};

/** Before the charge, what can never be read is told at once. @throws MediaUnacceptableError, or what it was given */
const refuseUnreadable = (error: unknown): never => {
  const why = unreadableFor(error as S3Failure);
  throw why ? new MediaUnacceptableError('media_unreadable', `media: ${why}`) : error;
};

/**
 * Why an object can never be read by us, whoever may read it (S3's codes: documented; the messages: seen). An object of
 * another account's cannot lie in a bucket whose owner owns everything, which is S3's default.
 */
const unreadableFor = ({ name = '', message = '' }: S3Failure): string | undefined => {
  if (name === 'InvalidObjectState') return 'is archived; restore it, or put it again';
  if (name === 'InvalidRequest' && /server.side encryption/i.test(message))
    return 'is encrypted under a key of the sender (SSE-C); put it without';
  const isKey =
    /^(KMS\.)?(NotFoundException|DisabledException|(KMS)?InvalidStateException)$/.test(name) ||
    (name === 'AccessDenied' && /kms:Decrypt|ciphertext/i.test(message));
  return isKey ? 'is encrypted under a key that may not be used here; put it without naming a key' : undefined;
};

/** Deletes exactly one version, for good. One that is gone already is as good as deleted: S3 says yes. */
export const deleteMedia = async (bucket: string, { key, versionId }: { key: string; versionId: string }) => {
  await s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
};

/** Drops that are handed over at once: as many as DynamoDB reads at once. */
const BATCH = 100;

/** Keys come URL-encoded, since XML cannot hold every one; a plus is a space (seen). */
export const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/**
 * Every version under the inbox, key by key, the newest of each first. What was deleted by a marker on top of it was
 * withdrawn by whoever dropped it, and is passed over as the markers are; S3 keeps time in seconds, so of the same second only
 * a marker that is the key's newest is.
 * @param from where an earlier walk has left off; at the beginning when left out
 * @returns batches, and the place behind each, which is undefined behind the last
 */
export async function* walkInbox(
  bucket: string,
  from?: Place,
): AsyncGenerator<{ dropped: Dropped[]; behind: Place | undefined }> {
  for (let place = from, more = true; more; ) {
    const page = await s3().send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: INBOX,
        EncodingType: 'url',
        ...(place ? { KeyMarker: place.key, VersionIdMarker: place.versionId } : {}),
      }),
    );
    const deletions = deletionsOn(page, place);
    const found = (page.Versions ?? []).map(({ Key = '', VersionId = '', ETag = '', LastModified }) => ({
      key: decoded(Key),
      versionId: VersionId,
      etag: ETag.replaceAll('"', ''),
      putAt: LastModified ?? new Date(),
    }));
    const placeAt = (key: string, versionId: string | undefined): Place =>
      Place.parse({ key, versionId, deletedAt: deletions.get(key) });
    more = page.IsTruncated === true;
    place = more ? placeAt(decoded(page.NextKeyMarker ?? ''), page.NextVersionIdMarker) : undefined;
    for (let start = 0; start < Math.max(found.length, 1); start += BATCH) {
      const batch = found.slice(start, start + BATCH);
      const isLast = start + BATCH >= found.length;
      const dropped = batch.filter(({ key, putAt }) => putAt.getTime() > (deletions.get(key) ?? -1));
      const { key = '', versionId } = batch.at(-1) ?? {};
      yield { dropped, behind: isLast ? place : placeAt(key, versionId) };
    }
  }
}

/**
 * When each key was last deleted, as far as the list has come: what was put up to then was withdrawn. Of a key that was put
 * again the marker counts for what lies before its second.
 */
const deletionsOn = (
  { DeleteMarkers = [] }: { DeleteMarkers?: DeleteMarkerEntry[] | undefined },
  place: Place | undefined,
): Map<string, number> => {
  const deletions = new Map(place?.deletedAt === undefined ? [] : [[place.key, place.deletedAt]]);
  for (const { Key = '', LastModified, IsLatest } of DeleteMarkers) {
    const at = (LastModified ?? new Date(0)).getTime();
    const before = IsLatest ? at : at - 1;
    const key = decoded(Key);
    deletions.set(key, Math.max(before, deletions.get(key) ?? before));
  }
  return deletions;
};

/**
 * A form with which exactly this object can be uploaded, of this type and size, for five minutes. S3 itself holds whoever
 * has it to that; the signature covers the policy and shows no key of ours.
 */
export const formFor = async (
  bucket: string,
  { key, type, maxBytes }: NonNullable<Ticket['upload']>,
): Promise<NonNullable<Started['upload']>> => {
  const expiresAt = new Date(Date.now() + UPLOAD_SECONDS * 1000).toISOString();
  const { url, fields } = await createPresignedPost(s3(), {
    Bucket: bucket,
    Key: key,
    Fields: { 'Content-Type': type },
    Conditions: [
      ['content-length-range', 1, maxBytes],
      ['eq', '$Content-Type', type],
    ],
    Expires: UPLOAD_SECONDS,
  });
  // The bucket stands in the URL and in the policy; as a field S3 would not ask for it.
  const { bucket: _, ...rest } = fields;
  return { url, fields: rest, expiresAt };
};
