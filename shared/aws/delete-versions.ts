import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';

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
