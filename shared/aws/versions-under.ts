import { type DeleteMarkerEntry, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import { decoded } from './media-store.ts';

/** A version of an object as S3 lists it, without its content. A delete marker has no size. */
export type ListedVersion = { key: string; versionId: string; at: string; bytes: number | undefined };

type Listed = Pick<DeleteMarkerEntry, 'Key' | 'LastModified'>;

/**
 * Versions of exactly this key that are older than its newest one, the newest first. Those under a delete marker were withdrawn and are
 * left out. S3 lists a key before every longer one that begins with it.
 * @param most the most versions that are listed, at most 1,000
 */
export const olderVersions = async (bucket: string, key: string, most: number): Promise<string[]> => {
  const { Versions = [], DeleteMarkers = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, EncodingType: 'url', MaxKeys: most }),
  );
  const isOfKey = ({ Key = '' }: Listed) => decoded(Key) === key;
  const timeOf = ({ LastModified }: Listed) => LastModified?.getTime() ?? 0;
  const withdrawnAt = Math.max(-1, ...DeleteMarkers.filter(isOfKey).map(timeOf));
  return Versions.filter((one) => isOfKey(one) && !one.IsLatest && timeOf(one) > withdrawnAt).flatMap(
    ({ VersionId }) => VersionId ?? [],
  );
};

/** Every version and delete marker below a prefix. */
export async function* versionsUnder(bucket: string, prefix: string): AsyncGenerator<ListedVersion> {
  let after: { KeyMarker: string | undefined; VersionIdMarker: string | undefined } | undefined;
  do {
    const page = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...after }),
    );
    for (const one of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      const { Key = '', VersionId: versionId = '', LastModified = new Date(0) } = one;
      const bytes = 'Size' in one && typeof one.Size === 'number' ? one.Size : undefined;
      yield { key: decoded(Key), versionId, at: LastModified.toISOString(), bytes };
    }
    const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
    after = IsTruncated
      ? { KeyMarker: NextKeyMarker && decoded(NextKeyMarker), VersionIdMarker: NextVersionIdMarker }
      : undefined;
  } while (after);
}
