import { land, type Sums, unframed } from './body.ts';
import type { Answer, Call } from './call.ts';
import { notImplemented, S3Error } from './error.ts';
import { readMetadata } from './metadata.ts';
import { isMarker, type StoredObject } from './versions.ts';

/** S3's type of content without a declared type. */
export const UNKNOWN_TYPE = 'binary/octet-stream';

const checksums = { 'x-amz-checksum-crc32': 'crc32', 'x-amz-checksum-sha256': 'sha256' } as const;

const text = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

/** @returns the declared length of the content without framing */
const declaredBytes = (headers: Call['headers'], framed: boolean): number => {
  const length = text(framed ? headers['x-amz-decoded-content-length'] : headers['content-length']);
  if (length !== undefined && /^\d+$/.test(length)) return Number(length);
  if (!framed && headers['transfer-encoding'] !== undefined) throw notImplemented('a body without its length');
  throw new S3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
};

const readMd5 = (header: string | undefined): Buffer | undefined => {
  if (header === undefined) return undefined;
  const md5 = Buffer.from(header, 'base64');
  // An MD5 has 16 bytes.
  if (md5.length !== 16) throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  return md5;
};

/** Compares the received content with all checksums and lengths of the sender, in headers or trailers. */
const check = (sums: Sums, headers: Call['headers'], trailers: Map<string, string>, bytes: number): void => {
  if (sums.bytes !== bytes) throw new S3Error(400, 'IncompleteBody', 'The body has another length than was declared.');
  const md5 = readMd5(text(headers['content-md5']));
  if (md5 && !md5.equals(sums.md5))
    throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  const signed = text(headers['x-amz-content-sha256']) ?? '';
  if (/^[0-9a-f]{64}$/.test(signed) && signed !== sums.sha256.toString('hex'))
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', 'The x-amz-content-sha256 does not match what was computed.');
  const declaredTrailer = text(headers['x-amz-trailer'])?.trim().toLowerCase();
  if (declaredTrailer && !trailers.has(declaredTrailer))
    throw new S3Error(400, 'MalformedTrailerError', 'The declared trailer is missing.');
  for (const [name, sum] of Object.entries(checksums)) {
    const declared = text(headers[name]) ?? trailers.get(name);
    if (declared !== undefined && declared !== sums[sum].toString('base64'))
      throw new S3Error(400, 'BadDigest', `The ${sum.toUpperCase()} you specified did not match what we received.`);
  }
};

export const putObject = async ({ versions, bucket, key, headers, body }: Call): Promise<Answer> => {
  const framed = headers['x-amz-content-sha256']?.toString().startsWith('STREAMING-') === true;
  const encoding = text(headers['content-encoding']);
  if (encoding !== undefined && !(framed && encoding === 'aws-chunked')) throw notImplemented('content-encoding');
  const trailer = text(headers['x-amz-trailer'])?.trim().toLowerCase();
  if (trailer !== undefined && !(trailer in checksums)) throw notImplemented(trailer);
  const onlyNew = headers['if-none-match'] !== undefined;
  if (onlyNew && headers['if-none-match'] !== '*') throw notImplemented('if-none-match with an ETag');
  const bytes = declaredBytes(headers, framed);
  const metadata = readMetadata(Object.entries(headers));

  const expected = text(headers['if-match'])?.replaceAll('"', '');
  if (expected === '*') throw notImplemented('if-match with *');
  const refuseExisting = () => {
    const newest = versions.current(bucket, key);
    const current = isMarker(newest) ? undefined : newest;
    if (expected !== undefined && !current) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
    if ((onlyNew && current) || (expected !== undefined && expected !== current?.etag))
      throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.');
  };
  refuseExisting();
  const trailers = new Map<string, string>();
  const landing = versions.landingPath();
  const stored = await land(framed ? unframed(body, trailers) : body, landing, (sums) => {
    check(sums, headers, trailers, bytes);
    // Checked again: another upload may have ended first.
    refuseExisting();
    return versions.add(bucket, key, landing, {
      etag: sums.md5.toString('hex'),
      bytes: sums.bytes,
      contentType: headers['content-type'] ?? UNKNOWN_TYPE,
      metadata,
    });
  });
  return created(bucket, key, stored, 'PutObject');
};

/** The answer to an upload, and the event it causes. */
export const created = (
  bucket: string,
  key: string,
  { versionId, etag, bytes, at, sequencer }: StoredObject & { sequencer: string },
  reason: 'PutObject' | 'POST Object',
): Answer => ({
  status: reason === 'PutObject' ? 200 : 204,
  headers: { etag: `"${etag}"`, 'x-amz-version-id': versionId },
  created: { bucket, key, versionId, etag, bytes, reason, sequencer, at },
});
