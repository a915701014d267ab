import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';

/** A text file in a bucket: a manifest, the rows or the results of a campaign. */
export type TextObject = { bucket: string; key: string; versionId?: string | undefined };

type Failure = { name?: string; $metadata?: { httpStatusCode?: number } };

/** A missing object or version, also behind a delete marker, and an invalid version id. */
const isMissing = (error: unknown): boolean => {
  const { name = '', $metadata } = error as Failure;
  return [400, 404, 405].includes($metadata?.httpStatusCode ?? 0) || name === 'NoSuchKey';
};

/** The newest version, or the named one. @returns undefined where there is none */
export const headText = async ({ bucket: Bucket, key: Key, versionId: VersionId }: TextObject) => {
  try {
    const head = await s3().send(new HeadObjectCommand({ Bucket, Key, VersionId }));
    return { versionId: head.VersionId ?? '', bytes: head.ContentLength ?? 0 };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/**
 * Opens an object. The caller reads the stream to its end or destroys it: an open one holds a socket.
 * @param from the first byte
 * @returns undefined where it is missing
 */
export const openText = async (
  { bucket: Bucket, key: Key, versionId: VersionId }: TextObject,
  from = 0,
): Promise<Readable | undefined> => {
  try {
    const Range = from > 0 ? `bytes=${from}-` : undefined;
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key, VersionId, Range }));
    return Body as Readable;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Writes an object from a file. */
export const putFile = async ({ bucket: Bucket, key: Key }: TextObject, path: string): Promise<void> => {
  const { size: ContentLength } = await stat(path);
  // An upload without content has no stream: the SDK would wait for one.
  const Body = ContentLength === 0 ? '' : createReadStream(path);
  await s3().send(new PutObjectCommand({ Bucket, Key, Body, ContentLength }));
};
