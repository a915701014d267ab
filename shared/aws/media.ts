import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import { SNIFF_BYTES } from '../domain/media-type.ts';
import type { Media } from '../domain/revalidation.ts';
import { s3 } from './clients.ts';

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
 * @throws MediaGoneError (no such object or version), MediaUnacceptableError `media_empty`
 */
export const glanceAt = async (at: {
  bucket: string;
  key: string;
  versionId: string | undefined;
  etag: string | undefined;
}): Promise<Glance> => {
  const answer = await read(at, `bytes=0-${SNIFF_BYTES - 1}`, [
    'NoSuchKey',
    'NoSuchVersion',
    'InvalidArgument',
    '404',
    '405',
  ]);
  const bytes = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength);
  return {
    versionId: answer.VersionId === 'null' ? undefined : answer.VersionId,
    etag: (answer.ETag ?? '').replaceAll('"', ''),
    bytes,
    putAt: answer.LastModified ?? new Date(),
    head: (await answer.Body?.transformToByteArray()) ?? new Uint8Array(),
    metadata: answer.Metadata ?? {},
  };
};

/**
 * Opens the pinned version for the move. The stream has to be read or destroyed: an open one holds a socket.
 * @throws MediaGoneError also for a 403, which after a successful claim means that the object has been taken away
 */
export const openMedia = async (media: Media): Promise<{ stream: Readable; bytes: number }> => {
  const answer = await read(media, undefined, ['NoSuchKey', 'NoSuchVersion', '403', '404', '405']);
  return { stream: answer.Body as Readable, bytes: answer.ContentLength ?? -1 };
};

const read = async (
  at: { bucket: string; key: string; versionId?: string | undefined; etag: string | undefined },
  range: string | undefined,
  gone: readonly string[],
) => {
  try {
    return await s3().send(
      new GetObjectCommand({
        Bucket: at.bucket,
        Key: at.key,
        ...(at.versionId ? { VersionId: at.versionId } : {}),
        ...(at.etag ? { IfMatch: at.etag } : {}),
        ...(range ? { Range: range } : {}),
      }),
    );
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    if (status === 416) throw new MediaUnacceptableError('media_empty', 'media: must hold at least 1 byte');
    if (status === 412)
      throw new MediaGoneError('media_changed', 'media: the object was overwritten after the request');
    if (gone.includes(name) || gone.includes(String(status))) {
      throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
    }
    throw error;
  }
};

/** Deletes exactly one version, for good. One that is gone already is as good as deleted: S3 says yes. */
export const deleteMedia = async (bucket: string, { key, versionId }: { key: string; versionId: string }) => {
  await s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
};
