import { HeadObjectCommand, type HeadObjectCommandOutput, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from '../aws/clients.ts';
import { updateItem } from '../aws/dynamodb.ts';
import { decoded, metadataOf } from '../aws/media-store.ts';
import { idOfDropped } from '../domain/case-id.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { detailsOfDrop } from '../domain/request-details.ts';
import { keyOf } from '../ledger/keys.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/** Versions of a key that are listed, and those of them that are compared: the oldest of the same size. */
const LISTED = 100;

const COMPARED = 5;

/** A version in the inbox, of a drop without a ticket. A drop that a sweep starts has no S3 reason. */
type Drop = { bucket: string; key: string; versionId: string; reason?: string | undefined };

/**
 * Enters a drop that is only a copy on the record of its original, so that the sweeps know it and delete it with the original.
 * @returns the case of the original; undefined for a drop that is no copy
 */
export const enterOnOriginal = async (ledger: Ledger, drop: Drop): Promise<string | undefined> => {
  const original = await originalOf(ledger, drop);
  if (original) await enterCopy(ledger, original, drop.versionId);
  return original;
};

/**
 * The case of a drop that is only a copy: S3 makes a new version, and an event, when an object's metadata or encryption is edited, or
 * the object is restored. A copy has the same content and the same request details as an older version of its key that was claimed,
 * or may be claimed at any moment. A copy of a version that was refused before its claim, or whose case does
 * not answer the copy's request, is a case of its own.
 * @returns undefined for a drop that is no copy
 */
const originalOf = async (ledger: Ledger, drop: Drop): Promise<string | undefined> => {
  const older = await olderOf(drop);
  if (older.length === 0) return undefined;
  const own = await headOf(drop);
  for (const versionId of older) {
    const other = await headOf({ ...drop, versionId });
    if (!other || !own || !isSameContent(own, other) || !isSameRequest(drop.key, own, other)) continue;
    const id = idOfDropped(drop.bucket, { key: drop.key, versionId, etag: other.ETag ?? '', putAt: new Date(0) });
    const record = await readRecord(ledger, id);
    if (!record || (record.media && isAnswer(record, drop))) return id;
  }
  return undefined;
};

/**
 * Whether the outcome of a claimed case is also that of a copy of its media. One that was refused, or failed before any call that could charge,
 * does not. Where the S3 reason is unknown the drop may be media that was put again, so it runs unless the case is open or has
 * a verdict.
 */
const isAnswer = ({ phase, validationId, attempts = [] }: LedgerRecord, { reason }: Drop): boolean => {
  if (!isEnd(phase) || phase === 'approved' || phase === 'declined') return true;
  const isUncharged = validationId === undefined && attempts.length === 0;
  return reason !== undefined && !(isUncharged && (phase === 'refused' || phase === 'failed'));
};

/** Adds a version to the copies of a record; a record that has expired is not written again. */
export const enterCopy = async ({ table }: Ledger, id: string, versionId: string): Promise<void> => {
  await updateItem(table, keyOf(id), { set: {}, add: { copies: versionId }, when: { revalidationId: [id] } });
};

/** Older versions of the same key and size, the oldest first. S3 lists a key before every longer one, its newest version first. */
const olderOf = async ({ bucket, key, versionId }: Drop): Promise<string[]> => {
  const { Versions = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, EncodingType: 'url', MaxKeys: LISTED }),
  );
  const ofKey = Versions.filter(({ Key = '' }) => decoded(Key) === key);
  const at = ofKey.findIndex(({ VersionId }) => VersionId === versionId);
  if (at < 0) return [];
  return ofKey
    .slice(at + 1)
    .filter(({ Size }) => Size === ofKey[at]?.Size)
    .map(({ VersionId = '' }) => VersionId)
    .toReversed()
    .slice(0, COMPARED);
};

/** @returns undefined for a version that is gone or cannot be read */
const headOf = async ({ bucket, key, versionId }: Drop): Promise<HeadObjectCommandOutput | undefined> =>
  s3()
    .send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ChecksumMode: 'ENABLED' }))
    .catch((error: { $metadata?: { httpStatusCode?: number } }) => {
      if ([400, 404, 405].includes(error.$metadata?.httpStatusCode ?? 0)) return undefined;
      throw error;
    });

const checksums = [
  'ChecksumCRC64NVME',
  'ChecksumSHA256',
  'ChecksumSHA1',
  'ChecksumCRC32C',
  'ChecksumCRC32',
] as const satisfies readonly (keyof HeadObjectCommandOutput)[];

/**
 * The ETag is a hash of the content only where S3's own key encrypts it. Under KMS it differs from copy to copy; there the checksum is
 * compared, which S3 gives every object since 2024 and keeps when it copies (documented). The checksum of an upload in parts
 * differs from that of its copy, which is then a drop of its own.
 */
const isSameContent = (one: HeadObjectCommandOutput, other: HeadObjectCommandOutput): boolean =>
  (one.ETag !== undefined && one.ETag === other.ETag) ||
  (one.ChecksumType === other.ChecksumType &&
    one.ChecksumType !== 'COMPOSITE' &&
    checksums.some((name) => one[name] !== undefined && one[name] === other[name]));

const isSameRequest = (key: string, one: HeadObjectCommandOutput, other: HeadObjectCommandOutput): boolean => {
  const detailsOf = (answer: HeadObjectCommandOutput) => JSON.stringify(detailsOfDrop(key, metadataOf(answer)));
  try {
    return detailsOf(one) === detailsOf(other);
  } catch {
    // One of them is refused.
    return false;
  }
};
