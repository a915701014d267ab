import { HeadObjectCommand, type HeadObjectCommandOutput, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from '../aws/clients.ts';
import { updateItem } from '../aws/dynamodb.ts';
import { decoded, metadataOf } from '../aws/media-store.ts';
import { idOfDropped } from '../domain/case-id.ts';
import { detailsOfDrop } from '../domain/request-details.ts';
import { keyOf } from '../ledger/keys.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/** Versions of a key that are listed, and those of them that are compared: the oldest of the same size. */
const LISTED = 100;

const COMPARED = 5;

/** A version in the inbox, of a drop that is no ticket's. */
type Drop = { bucket: string; key: string; versionId: string };

/**
 * The case that a drop belongs to, if it is only a copy: S3 makes a new version, and an event of it, when an object's metadata
 * or encryption is edited, or it is restored. A copy holds the same content and asks the same as an older version of its key
 * that was claimed, or that may be claimed any moment. One of a version that was refused before its claim is run.
 * @returns undefined for a drop of its own
 */
export const originalOf = async (ledger: Ledger, drop: Drop): Promise<string | undefined> => {
  const older = await olderOf(drop);
  if (older.length === 0) return undefined;
  const own = await readDecision(drop);
  for (const versionId of older) {
    const other = await readDecision({ ...drop, versionId });
    if (!other || !own || !isSameContent(own, other) || !asksTheSame(drop.key, own, other)) continue;
    const id = idOfDropped(drop.bucket, { key: drop.key, versionId, etag: other.ETag ?? '', putAt: new Date(0) });
    const record = await readRecord(ledger, id);
    if (!record || record.media) return id;
  }
  return undefined;
};

/** Enters a copy with its original, so that it is known to the sweeps, and deleted together with it. */
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

/** One that has gone, or cannot be read, is none to compare with. */
const readDecision = async ({ bucket, key, versionId }: Drop): Promise<HeadObjectCommandOutput | undefined> =>
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
 * The ETag is a hash of the content only where S3's own key encrypts it. Under KMS it differs from copy to copy, and there
 * a checksum tells, which S3 gives every object since 2024 and keeps when it copies (documented); one of an upload in parts
 * is another than that of its copy, which is then a drop of its own.
 */
const isSameContent = (one: HeadObjectCommandOutput, other: HeadObjectCommandOutput): boolean =>
  (one.ETag !== undefined && one.ETag === other.ETag) ||
  (one.ChecksumType === other.ChecksumType &&
    one.ChecksumType !== 'COMPOSITE' &&
    checksums.some((name) => one[name] !== undefined && one[name] === other[name]));

const asksTheSame = (key: string, one: HeadObjectCommandOutput, other: HeadObjectCommandOutput): boolean => {
  const wishOfOne = (answer: HeadObjectCommandOutput) => JSON.stringify(detailsOfDrop(key, metadataOf(answer)));
  try {
    return wishOfOne(one) === wishOfOne(other);
  } catch {
    // One of them was refused, or will be.
    return false;
  }
};
