import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { decodeWords } from '../domain/encoded-word.ts';
import { MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import { fileOf, type MediaFile } from '../domain/media-file.ts';
import { SNIFF_BYTES } from '../domain/media-type.ts';
import type { Media } from '../domain/revalidation.ts';
import { s3 } from './clients.ts';

/** Which version of which object; with its ETag only as long as that is what it holds. */
type At = { bucket: string; key: string; versionId?: string | undefined; etag: string | undefined };

/** One look at an object: which version, how large, what its first bytes and its user metadata say. */
export type Glance = Pick<Media, 'etag' | 'bytes'> & {
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
export const glanceAt = async (at: At & { versionId: string | undefined }): Promise<Glance> => {
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
export const fileAt = (at: { bucket: string; key: string }, glance: Glance): MediaFile => {
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
export const seeMedia = async (media: Media): Promise<void> => {
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
