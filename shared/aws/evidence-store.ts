import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { evidenceKeyOf } from '../domain/evidence-key.ts';
import { s3 } from './clients.ts';

/** The media type of RFC 9901. */
export const SD_JWT = 'application/sd-jwt';

export type StoredEvidence = { text: string; etag: string };

type S3Failure = { name?: string; $metadata?: { httpStatusCode?: number } };

/** The newest evidence of a case. @returns undefined when there is none */
export const readEvidence = async (bucket: string, revalidationId: string): Promise<StoredEvidence | undefined> => {
  try {
    const { Body, ETag = '' } = await s3().send(
      new GetObjectCommand({ Bucket: bucket, Key: evidenceKeyOf(revalidationId) }),
    );
    return { text: (await Body?.transformToString()) ?? '', etag: ETag };
  } catch (error) {
    if ((error as S3Failure).name === 'NoSuchKey') return undefined;
    throw error;
  }
};

/** The answers to a write whose condition does not hold (documented): 409 while another write is under way, 404 after a deletion. */
const conflicts = [404, 409, 412];

/**
 * Writes the evidence of a case in the place of the one that was read, or as the first one. A slow writer therefore never replaces
 * newer evidence.
 * @returns false when another writer was faster, or when this write was repeated after its answer was lost
 */
export const writeEvidence = async (
  bucket: string,
  revalidationId: string,
  text: string,
  replaced: StoredEvidence | undefined,
): Promise<boolean> => {
  try {
    await s3().send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: evidenceKeyOf(revalidationId),
        Body: text,
        ContentType: SD_JWT,
        ...(replaced ? { IfMatch: replaced.etag } : { IfNoneMatch: '*' }),
      }),
    );
    return true;
  } catch (error) {
    if (conflicts.includes((error as S3Failure).$metadata?.httpStatusCode ?? 0)) return false;
    throw error;
  }
};
