import type { Answer, Call } from './call.ts';
import { S3Error } from './error.ts';
import { isMarker } from './versions.ts';

/** Without a version id a delete marker is put on top and nothing is lost; with one, that version is gone for ever. */
export const deleteObject = async ({ versions, bucket, key, query }: Call): Promise<Answer> => {
  const versionId = query.get('versionId');
  if (versionId === '') throw new S3Error(400, 'InvalidArgument', 'Version id cannot be the empty string.');
  const version = versionId === undefined ? versions.mark(bucket, key) : versions.find(bucket, key, versionId);
  if (versionId !== undefined && version) await versions.remove(bucket, key, version);
  return {
    status: 204,
    headers: {
      // A version that was not there is as good as deleted: S3 says 204 too.
      'x-amz-version-id': version?.versionId ?? versionId ?? '',
      ...(isMarker(version) ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
};
