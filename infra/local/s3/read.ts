import { defined } from '../../../shared/domain/defined.ts';
import type { Answer, Call } from './call.ts';
import { notImplemented, S3Error } from './error.ts';
import { isMarker, type StoredObject } from './versions.ts';

/** Finds the requested version, or the newest. @throws S3Error for a delete marker or a missing version */
const findObject = ({ versions, bucket, key, query }: Call): StoredObject => {
  const versionId = query.get('versionId');
  if (versionId === '') throw new S3Error(400, 'InvalidArgument', 'Version id cannot be the empty string.');
  const version = versionId === undefined ? versions.current(bucket, key) : versions.find(bucket, key, versionId);
  if (isMarker(version)) {
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
    if (versionId === undefined) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', headers);
    throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      ...headers,
      allow: 'DELETE',
      'last-modified': version.at.toUTCString(),
    });
  }
  if (version) return version;
  throw versionId === undefined
    ? new S3Error(404, 'NoSuchKey', 'The specified key does not exist.')
    : new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.');
};

/** Reads `a-b`, `a-` or `-n`. S3 ignores other ranges and sends everything; here they are refused. */
const readRange = (header: string, bytes: number): { start: number; end: number } => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if ((first === '' && last === '') || (first !== '' && last !== '' && Number(last) < Number(first)))
    throw notImplemented('a range other than one of a-b, a- or -n');
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  if (start >= bytes)
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable.', {
      'content-range': `bytes */${bytes}`,
    });
  return { start, end: first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) };
};

/** GetObject, and HeadObject, the same without the body. */
export const readObject = async (call: Call): Promise<Answer> => {
  const object = findObject(call);
  const wanted = call.headers['if-match'];
  const etags = wanted?.split(',').map((etag) => etag.trim().replaceAll('"', ''));
  if (etags && !etags.includes('*') && !etags.includes(object.etag))
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.');
  const range = call.headers.range === undefined ? undefined : readRange(call.headers.range, object.bytes);
  const start = range?.start ?? 0;
  const bytes = range ? range.end - range.start + 1 : object.bytes;
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    status: range ? 206 : 200,
    headers: {
      ...Object.fromEntries(metadata),
      ...defined({ 'content-range': range && `bytes ${range.start}-${range.end}/${object.bytes}` }),
      'accept-ranges': 'bytes',
      'content-length': String(bytes),
      'content-type': object.contentType,
      etag: `"${object.etag}"`,
      'last-modified': object.at.toUTCString(),
      'x-amz-version-id': object.versionId,
    },
    part: { path: call.versions.path(object.versionId), start, bytes },
  };
};
