import { S3Error } from './error.ts';

export type Address = { bucket: string; key: string; query: Map<string, string> };

/** S3's own limit, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

export const refuseLongKey = (key: string): void => {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error(400, 'KeyTooLongError', 'Your key is too long.');
};

/** Decodes percent-encoding exactly once; a plus stays a plus. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
};

/**
 * Reads `/bucket/key?query`. Own code: `new URL` removes `..` segments, which are ordinary characters of a key in S3. The key is
 * empty for a request about the bucket.
 */
export const readAddress = (target: string): Address => {
  const [, bucket, key = '', queryString = ''] = /^\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(target) ?? [];
  if (bucket === undefined) throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  const address = { bucket: decoded(bucket), key: decoded(key), query: new Map<string, string>() };
  for (const pair of queryString.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    address.query.set(decoded(name), decoded(value));
  }
  refuseLongKey(address.key);
  return address;
};
