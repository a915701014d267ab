import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { certificateKeyOf, ERASED, REVOKED } from '../domain/erasure-keys.ts';
import { s3 } from './clients.ts';
import { SD_JWT } from './evidence-store.ts';

/** The answers to a write of an object that is there, or that another writer writes at the same time (documented). */
const isThere = [409, 412];

/** Names an erased person, once. A restored ledger does not know the person, and this object says that it must. */
export const nameErased = (bucket: string, person: string): Promise<void> => putName(bucket, `${ERASED}${person}`);

/** Names a revoked receipt of consent, once. The receipt of a restored ledger may be live again. Its id is a hash. */
export const nameRevoked = (bucket: string, receiptId: string): Promise<void> =>
  putName(bucket, `${REVOKED}${receiptId}`);

const putName = async (bucket: string, Key: string): Promise<void> => {
  await s3()
    .send(new PutObjectCommand({ Bucket: bucket, Key, Body: '', IfNoneMatch: '*' }))
    .catch((error: { $metadata?: { httpStatusCode?: number } }) => {
      if (!isThere.includes(error.$metadata?.httpStatusCode ?? 0)) throw error;
    });
};

/** Names that one list gives (documented limit). */
const PAGE = 1000;

/** A page of the names of one folder. @param after the last name of the page before */
export const listNames = async (
  bucket: string,
  folder: typeof ERASED | typeof REVOKED,
  after: string | undefined,
): Promise<{ names: { name: string; at: Date }[]; next: string | undefined }> => {
  // Of the versions, because a name that was deleted by mistake still counts.
  const { Versions = [], IsTruncated } = await s3().send(
    new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: folder,
      EncodingType: 'url',
      MaxKeys: PAGE,
      KeyMarker: after && `${folder}${after}`,
    }),
  );
  const names = Versions.map(({ Key = '', LastModified = new Date() }) => ({
    name: Key.slice(folder.length),
    at: LastModified,
  }));
  return { names, next: IsTruncated ? names.at(-1)?.name : undefined };
};

export const putCertificate = async (bucket: string, person: string, text: string): Promise<void> => {
  const Key = certificateKeyOf(person);
  await s3().send(new PutObjectCommand({ Bucket: bucket, Key, Body: text, ContentType: SD_JWT }));
};

/** The certificate of a finished erasure. It is written before the erasure is finished. */
export const readCertificate = async (bucket: string, person: string): Promise<string | undefined> => {
  const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket, Key: certificateKeyOf(person) }));
  return Body?.transformToString();
};
