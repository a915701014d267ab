import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import { decoded } from './media-store.ts';

/** A version of an object as S3 lists it, without its content. A delete marker has no size. */
export type ListedVersion = { key: string; versionId: string; at: string; bytes: number | undefined };

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
