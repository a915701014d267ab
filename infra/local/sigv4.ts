import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SecretOf } from './credentials.ts';

/** How far the clocks of caller and gateway may lie apart, as AWS has it. Milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;

export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

/** A request to S3 is let in before its body has come: its header says the body's hash, and S3 holds the body against it. */
type Arriving = Omit<SignedRequest, 'body'> & { body?: Buffer };

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Everything but letters, digits and `-_.~` is encoded, as signature version 4 wants it. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** By name, then by value; a name that begins like another one comes after it, whatever sign follows. */
const queryOf = (query: string): string =>
  [...new URLSearchParams(query)]
    .map((pair) => pair.map(encoded))
    .toSorted(([a = '', x = ''], [b = '', y = '']) => (a === b ? compared(x, y) : compared(a, b)))
    .map((pair) => pair.join('='))
    .join('&');

const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const at = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** What stands in the address is encoded once; what is signed, twice, but for S3. */
const pathOf = (path: string, service: string): string =>
  service === 's3' ? path : path.split('/').map(encoded).join('/');

/** The hash of the body as it was signed. @returns undefined when the body is another one */
const hashOf = ({ headers, body }: Arriving, signedHeaders: string[]): string | undefined => {
  const said = signedHeaders.includes('x-amz-content-sha256') ? String(headers['x-amz-content-sha256']) : undefined;
  if (!body) return said;
  const hash = sha256(body);
  return said === undefined || said === hash ? hash : undefined;
};

/**
 * Whose request this is, by its signature (version 4), which is computed anew and compared.
 * @param service what AWS calls the service in a signature
 * @returns the access key id; undefined when the signature is missing, wrong, too old or of a key nobody knows
 */
export const signerOf = (request: Arriving, secretOf: SecretOf, service = 'execute-api'): string | undefined => {
  const { method, url, headers } = request;
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, accessKeyId = '', scope = '', signedService = '', names = '', signature = ''] = said ?? [];
  const signedHeaders = names.split(';');
  const secret = secretOf(accessKeyId);
  const stamp = String(headers['x-amz-date']);
  const hash = hashOf(request, signedHeaders);
  if (!said || !secret || !hash || signedService !== service || !signedHeaders.includes('host')) return undefined;
  // A stand-in and its callers share one clock, which a test may turn while the SDK keeps to the old one.
  if (service === 'execute-api' && !(Math.abs(Date.now() - at(stamp)) <= MAX_SKEW_MS)) return undefined;
  const [path = '/', query = ''] = url.split('?');
  const canonical = [
    method,
    pathOf(path, service),
    queryOf(query),
    ...signedHeaders.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}`,
    ),
    '',
    names,
    hash,
  ].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const computed = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n'));
  return timingSafeEqual(computed, Buffer.from(signature, 'hex')) ? accessKeyId : undefined;
};
