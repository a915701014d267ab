import type { Answer, Call } from './call.ts';
import { escaped, notImplemented, S3Error } from './error.ts';
import { isMarker, type Version } from './versions.ts';

/** The most entries of a page, also when more are requested. */
const MAX_PAGE = 1000;

/** S3's own encoding of keys (seen): a space is a plus, a plus is `%2B`, a slash stays. XML cannot represent every key. */
const encoded = (key: string): string =>
  encodeURIComponent(key)
    .replace(/%2F/g, '/')
    .replace(/%20/g, '+')
    .replace(/[!'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const invalid = (detail: string) => new S3Error(400, 'InvalidArgument', detail);

const element = (name: string, value: string | number | boolean): string =>
  `<${name}>${escaped(String(value))}</${name}>`;

const entry = ({ key, version, isLatest }: { key: string; version: Version; isLatest: boolean }): string => {
  const common = [
    element('Key', encoded(key)),
    element('VersionId', version.versionId),
    element('IsLatest', isLatest),
    // Lists have whole seconds.
    element('LastModified', version.at.toISOString().replace(/\.\d+Z$/, '.000Z')),
  ].join('');
  if (isMarker(version)) return `<DeleteMarker>${common}</DeleteMarker>`;
  return `<Version>${common}${element('ETag', `"${version.etag}"`)}${element('Size', version.bytes)}</Version>`;
};

/**
 * ListObjectVersions: keys ascending by their bytes, the versions and delete markers of each from the newest to the oldest, by
 * page. Not implemented: without `encoding-type=url`, with a delimiter, with owners.
 */
export const listVersions = async ({ versions, bucket, query }: Call): Promise<Answer> => {
  if (query.get('encoding-type') === undefined) throw notImplemented('a list without encoding-type=url');
  if (query.get('encoding-type') !== 'url') throw invalid('Invalid Encoding Method specified in Request');
  const prefix = query.get('prefix') ?? '';
  const key = query.get('key-marker') ?? '';
  const versionId = query.get('version-id-marker');
  const asked = query.get('max-keys') ?? String(MAX_PAGE);
  if (!/^\d{1,10}$/.test(asked)) throw invalid('Provided max-keys not an integer or within integer range');
  if (versionId === '') throw invalid('A version-id marker cannot be empty.');
  if (versionId !== undefined && key === '')
    throw invalid('A version-id marker cannot be specified without a key marker.');
  if (versionId !== undefined && !versions.wasThere(bucket, key, versionId))
    throw invalid('Invalid version id specified');

  const limit = Math.min(Number(asked), MAX_PAGE);
  const found = versions.list(bucket, prefix, { key, versionId });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const content = [
    element('Name', bucket),
    element('Prefix', encoded(prefix)),
    element('KeyMarker', encoded(key)),
    element('VersionIdMarker', versionId ?? ''),
    ...(last ? [element('NextKeyMarker', encoded(last.key))] : []),
    ...(last ? [element('NextVersionIdMarker', last.version.versionId)] : []),
    element('MaxKeys', limit),
    element('EncodingType', 'url'),
    element('IsTruncated', last !== undefined),
    ...page.map(entry),
  ].join('');
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListVersionsResult>`;
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(text)) },
    text,
  };
};
