import {
  type DeleteMarkerEntry,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import { decoded } from './media-store.ts';

/** Versions that S3 lists, and deletes, in one call (documented limit). */
const PAGE = 1000;

/** The most pages that one call deletes: 5,000 versions take about ten seconds. */
const MOST_PAGES = 5;

/**
 * Versions that are checked concurrently. A sweep handles ten cases together, and the client of the ledger opens 50 sockets:
 * more concurrent requests would only wait in its queue.
 */
const CONCURRENT_CHECKS = 10;

/**
 * Deletes every version of one exact key permanently, delete markers too, page by page. It keeps no position, so a later call
 * continues after one that ended early or failed.
 * @param isKept whether a version must stay
 * @param hasTime checked before every page except the first, so that each call deletes something
 * @returns whether the end of the list was reached
 * @throws Error when S3 did not delete a version
 */
export const deleteUploads = async (
  bucket: string,
  key: string,
  isKept: (versionId: string) => boolean | Promise<boolean>,
  hasTime: () => boolean,
): Promise<boolean> => {
  let after: { KeyMarker: string; VersionIdMarker: string } | undefined;
  for (let page = 0; page < MOST_PAGES && (page === 0 || hasTime()); page += 1) {
    const found = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, EncodingType: 'url', MaxKeys: PAGE, ...after }),
    );
    // The key of a ticket has only letters that encoding does not change. A longer key with this prefix is another object.
    const listed = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])].filter(({ Key }) => Key === key);
    const going: { Key: string; VersionId: string }[] = [];
    for (let n = 0; n < listed.length; n += CONCURRENT_CHECKS) {
      const some = listed.slice(n, n + CONCURRENT_CHECKS).flatMap(({ VersionId }) => VersionId ?? []);
      const kept = await Promise.all(some.map((versionId) => isKept(versionId)));
      going.push(...some.filter((_, m) => !kept[m]).map((VersionId) => ({ Key: key, VersionId })));
    }
    if (going.length > 0) await deleteAll(bucket, going);
    const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = found;
    if (!IsTruncated || NextKeyMarker !== key || !NextVersionIdMarker) return true;
    after = { KeyMarker: key, VersionIdMarker: NextVersionIdMarker };
  }
  return false;
};

/**
 * Deletes every version and every delete marker below a prefix permanently. What is deleted is not listed again, so a later call
 * continues after one that ended early or failed.
 * @param onKeys gets the keys of each page before they go
 * @returns how many were deleted, and whether nothing is left
 */
export const deleteUnder = async (
  bucket: string,
  prefix: string,
  { onKeys, hasTime }: { onKeys: (keys: readonly string[]) => Promise<void>; hasTime: () => boolean },
): Promise<{ deleted: number; isEmpty: boolean }> => {
  let deleted = 0;
  do {
    const listed = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', MaxKeys: PAGE }),
    );
    const going = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
      Key && VersionId ? { Key: decoded(Key), VersionId } : [],
    );
    if (going.length === 0) return { deleted, isEmpty: true };
    await onKeys([...new Set(going.map(({ Key }) => Key))]);
    await deleteAll(bucket, going);
    deleted += going.length;
  } while (hasTime());
  return { deleted, isEmpty: false };
};

/**
 * Deletes the chosen versions of one exact key, and its delete markers once no version is left.
 * @returns how many were deleted
 */
export const deleteVersions = async (
  bucket: string,
  key: string,
  isGoing: (version: { versionId: string; isLatest: boolean }) => boolean,
): Promise<number> => {
  const versions: ObjectVersion[] = [];
  const markers: DeleteMarkerEntry[] = [];
  const ofKey = ({ Key = '' }: { Key?: string | undefined }) => decoded(Key) === key;
  // S3 lists a key before every longer one.
  let after: { KeyMarker?: string; VersionIdMarker?: string | undefined } | undefined = {};
  while (after) {
    const page: ListObjectVersionsCommandOutput = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, EncodingType: 'url', MaxKeys: PAGE, ...after }),
    );
    versions.push(...(page.Versions ?? []).filter(ofKey));
    markers.push(...(page.DeleteMarkers ?? []).filter(ofKey));
    const isMore = page.IsTruncated && decoded(page.NextKeyMarker ?? '') === key;
    after = isMore ? { KeyMarker: key, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  const going = versions.filter(({ VersionId = '', IsLatest }) =>
    isGoing({ versionId: VersionId, isLatest: IsLatest === true }),
  );
  const all = [...going, ...(going.length === versions.length ? markers : [])].map(({ VersionId = '' }) => ({
    Key: key,
    VersionId,
  }));
  for (let from = 0; from < all.length; from += PAGE) await deleteAll(bucket, all.slice(from, from + PAGE));
  return all.length;
};

const deleteAll = async (bucket: string, Objects: { Key: string; VersionId: string }[]): Promise<void> => {
  const { Errors = [] } = await s3().send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
  );
  // S3 answers 200 and lists the failed deletions in the body (documented).
  if (Errors.length > 0) {
    throw Object.assign(new Error('S3 did not delete all versions'), {
      name: Errors[0]?.Code ?? 'Error',
    });
  }
};
