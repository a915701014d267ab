import { defined } from '../../../shared/domain/defined.ts';
import type { Answer, Call } from './call.ts';
import { S3Error } from './error.ts';
import { isMarker } from './versions.ts';

/** Without a version id it adds a delete marker; with one it deletes that version. */
export const deleteObject = async ({ versions, bucket, key, query }: Call): Promise<Answer> => {
  const versionId = query.get('versionId');
  if (versionId === '') throw new S3Error(400, 'InvalidArgument', 'Version id cannot be the empty string.');
  const version = versionId === undefined ? versions.mark(bucket, key) : versions.find(bucket, key, versionId);
  if (versionId !== undefined && version) await versions.remove(bucket, key, version);
  return {
    status: 204,
    headers: defined({
      // For a version that does not exist S3 also answers 204.
      'x-amz-version-id': version?.versionId ?? versionId ?? '',
      'x-amz-delete-marker': isMarker(version) ? 'true' : undefined,
    }),
  };
};
