import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the clocks of caller and gateway may lie apart, as AWS has it. Milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;

export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Everything but letters, digits and `-_.~` is encoded, as signature version 4 wants it. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const queryOf = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');

const at = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/**
 * Whose request this is, by its signature (version 4, service `execute-api`), which is computed anew and compared.
 * @returns the access key id; undefined when the signature is missing, wrong, too old or of a key nobody knows
 */
export const signerOf = (
  { method, url, headers, body }: SignedRequest,
  secretOf: (accessKeyId: string) => string | undefined,
): string | undefined => {
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/execute-api\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = said ?? [];
  const secret = secretOf(accessKeyId);
  const stamp = String(headers['x-amz-date']);
  if (!said || !secret || !signedHeaders.split(';').includes('host')) return undefined;
  if (!(Math.abs(Date.now() - at(stamp)) <= MAX_SKEW_MS)) return undefined;
  const [path = '/', query = ''] = url.split('?');
  const canonical = [
    method,
    // What stands in the address is encoded once; what is signed, twice.
    path.split('/').map(encoded).join('/'),
    queryOf(query),
    ...signedHeaders.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const computed = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n'));
  return timingSafeEqual(computed, Buffer.from(signature, 'hex')) ? accessKeyId : undefined;
};
