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

/** A version of an object. With `etag`, a read fails when the content changed. */
type At = { bucket: string; key: string; versionId?: string | undefined; etag: string | undefined };

/** The head of an object: version, size, first bytes and user metadata. */
export type MediaHead = Pick<Media, 'etag' | 'bytes'> & {
  versionId: string | undefined;
  /** When it was uploaded; for a multipart upload, when it began. */
  putAt: Date;
  head: Uint8Array;
  metadata: Record<string, string>;
};

/**
 * Reads an object's head and first bytes in one call: a ranged read answers with the whole size and the metadata.
 * @throws MediaGoneError (no such object or version), MediaUnacceptableError `media_empty`, `media_unreadable`
 */
export const peekMedia = async (at: At & { versionId: string | undefined }): Promise<MediaHead> => {
  // An invalid version id counts as a missing version.
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

/** The user metadata of an answer, decoded. */
export const metadataOf = ({ Metadata = {} }: { Metadata?: Record<string, string> | undefined }) =>
  Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [name, decodeWords(value)]));

/** The object of a media head, read in parts. @throws as `peekMedia`, at each read */
export const fileAt = (at: { bucket: string; key: string }, media: MediaHead): MediaFile => {
  const { versionId, etag } = media;
  return fileOf(media, async (start, end) => {
    const answer = await reading(() => readRange({ ...at, versionId, etag }, start, end)).catch(refuseUnreadable);
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  });
};

/**
 * Opens the claimed version for the move. The caller must read or destroy the stream: an open one holds a socket.
 * @throws MediaGoneError; any other error of S3 unchanged: the case is charged by then, and a retry may succeed
 */
export const openMedia = async (media: Media): Promise<{ stream: Readable; bytes: number }> => {
  const answer = await reading(() => s3().send(new GetObjectCommand(inputOf(media))));
  return { stream: answer.Body as Readable, bytes: answer.ContentLength ?? -1 };
};

/**
 * Checks that the claimed version still exists, directly before the charged call.
 * @param media undefined for a live capture, whose recording comes after the call
 * @throws MediaGoneError
 */
export const checkMediaExists = async (media: Media | undefined): Promise<void> => {
  if (!media) return;
  await reading(() => s3().send(new HeadObjectCommand(inputOf(media))));
};

const unquoted = (etag: string | undefined) => (etag ?? '').replaceAll('"', '');

const inputOf = ({ bucket, key, versionId, etag }: At) => ({
  Bucket: bucket,
  Key: key,
  VersionId: versionId || undefined,
  IfMatch: etag || undefined,
});

/** @param end the position after the last byte */
const readRange = (at: At, start: number, end: number) =>
  s3().send(new GetObjectCommand({ ...inputOf(at), Range: `bytes=${start}-${end - 1}` }));

type S3Failure = { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };

/**
 * Maps the errors of S3. With permission to list, a missing object is a 404 and a delete marker a 405 (documented). A 403 says
 * nothing about the object: a clock, a key or a policy may be corrected before the next try.
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

/** Before the charge: refuses an object that can never be read. @throws MediaUnacceptableError, or the given error */
const refuseUnreadable = (error: unknown): never => {
  const why = unreadableFor(error as S3Failure);
  throw why ? new MediaUnacceptableError('media_unreadable', `media: ${why}`) : error;
};

/**
 * Why we can never read an object (codes of S3: documented; messages: seen). The bucket owner owns every object, which is S3's
 * default, so an object is never of another account.
 */
const unreadableFor = ({ name = '', message = '' }: S3Failure): string | undefined => {
  if (name === 'InvalidObjectState') return 'is archived; restore it, or upload it again';
  if (name === 'InvalidRequest' && /server.side encryption/i.test(message))
    return 'is encrypted with a key of the sender (SSE-C); upload it without one';
  const isKey =
    /^(KMS\.)?(NotFoundException|DisabledException|(KMS)?InvalidStateException)$/.test(name) ||
    (name === 'AccessDenied' && /kms:Decrypt|ciphertext/i.test(message));
  return isKey ? 'is encrypted with a key that this deployment may not use; upload it without naming a key' : undefined;
};

/** Deletes exactly one version permanently. A missing version counts as deleted: S3 answers with success. */
export const deleteMedia = async (bucket: string, { key, versionId }: { key: string; versionId: string }) => {
  await s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
};

/** Drops of one batch: as many as DynamoDB reads at once. */
const BATCH = 100;

/** Keys come URL-encoded, since XML cannot hold every one; a plus is a space (seen). */
export const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/**
 * Every version in the inbox, key by key, the newest of each key first. A version under a newer delete marker was withdrawn and
 * is skipped. S3 keeps time in seconds: of the same second, only a marker that is the newest version of its key counts.
 * @param from the position where an earlier walk stopped; default: the beginning
 * @returns batches, each with the position after it, which is undefined after the last
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
        KeyMarker: place?.key,
        VersionIdMarker: place?.versionId,
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
 * When each key was last deleted, up to the current page: versions up to then were withdrawn. When the key was uploaded again,
 * the marker counts for versions before its second.
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
 * A form to upload exactly this object, with this type and size, for five minutes. S3 enforces it; the signature covers the
 * policy and reveals no key of ours.
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
  // The bucket is in the URL and in the policy; S3 does not require it as a field.
  const { bucket: _, ...rest } = fields;
  return { url, fields: rest, expiresAt };
};
