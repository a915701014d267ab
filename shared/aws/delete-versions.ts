import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';

/** Versions that S3 lists, and deletes, in one call. */
const PAGE = 1000;

/** Pages that one visit deletes at most: 5,000 versions take some ten seconds where no other case deletes as many. */
const PAGES_A_VISIT = 5;

/**
 * Versions that are asked about at once. A sweep looks at ten cases together, and the client of the ledger opens 50 sockets:
 * what is more than twice that only waits in line, and a look that ends early leaves it all behind.
 */
const ASKED_AT_ONCE = 10;

/**
 * Deletes what was uploaded under one exact key, a page at a time and for good: every version, delete markers too. It asks S3
 * what is there and remembers nothing, so a visit that ends early, or dies, is taken up by the next.
 * @param isKept says of a version that it stays
 * @param hasTime is asked before every page but the first, so that each visit deletes something
 * @returns whether the end of the list was reached
 * @throws Error where S3 keeps a version that it was told to delete
 */
export const deleteUploads = async (
  bucket: string,
  key: string,
  isKept: (versionId: string) => boolean | Promise<boolean>,
  hasTime: () => boolean,
): Promise<boolean> => {
  let after: { KeyMarker: string; VersionIdMarker: string } | undefined;
  for (let page = 0; page < PAGES_A_VISIT && (page === 0 || hasTime()); page += 1) {
    const found = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, EncodingType: 'url', MaxKeys: PAGE, ...after }),
    );
    // The key of a ticket is of plain letters, and encoded it is the same. Of a longer key nothing is ours.
    const listed = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])].filter(({ Key }) => Key === key);
    const going: { Key: string; VersionId: string }[] = [];
    for (let n = 0; n < listed.length; n += ASKED_AT_ONCE) {
      const some = listed.slice(n, n + ASKED_AT_ONCE).flatMap(({ VersionId }) => VersionId ?? []);
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
  // S3 answers 200 and says in the body what it did not do.
  if (Errors.length > 0) {
    throw Object.assign(new Error('S3 keeps versions that it was told to delete'), {
      name: Errors[0]?.Code ?? 'Error',
    });
  }
};
