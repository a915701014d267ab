import { createHmac, createSecretKey, hash as hashed, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SecretOf } from './credentials.ts';

/** The most by which the clocks of caller and gateway may differ, as at AWS. Milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;

export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

/** A request to S3 is authorized before its body arrives: a header has the body's hash, and S3 compares the body with it. */
type Arriving = Omit<SignedRequest, 'body'> & { body?: Buffer };

const sha256 = (data: string | Buffer): string => hashed('sha256', data, 'hex');

/** The key is an object: a buffer costs Node six times as much. */
const hmac = (key: KeyObject, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Encodes everything but letters, digits and `-_.~`, as signature version 4 requires. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The query in canonical form: sorted by name, then by value; a prefix sorts before a longer name. */
const queryOf = (query: string): string =>
  [...new URLSearchParams(query)]
    .map((pair) => pair.map(encoded))
    .toSorted(([a = '', x = ''], [b = '', y = '']) => (a === b ? compared(x, y) : compared(a, b)))
    .map((pair) => pair.join('='))
    .join('&');

const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const at = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** The path is encoded once in the address and twice in the signature, except for S3. */
const pathOf = (path: string, service: string): string =>
  service === 's3' ? path : path.split('/').map(encoded).join('/');

/** The hash of the body as it was signed. @returns undefined when the body has another hash */
const hashOf = ({ headers, body }: Arriving, signedHeaders: string[]): string | undefined => {
  const declared = signedHeaders.includes('x-amz-content-sha256') ? String(headers['x-amz-content-sha256']) : undefined;
  if (!body) return declared;
  const hash = sha256(body);
  return declared === undefined || declared === hash ? hash : undefined;
};

const signingKeys = new Map<string, KeyObject>();

/** The key of a secret, day, region and service. Each is computed once: it is a third of the time that a check takes. */
const signingKeyOf = (secret: string, scope: string): KeyObject => {
  const name = `${secret} ${scope}`;
  const known = signingKeys.get(name);
  if (known) return known;
  const first = createSecretKey(`AWS4${secret}`, 'utf8');
  const key = scope.split('/').reduce((last, part) => createSecretKey(hmac(last, part)), first);
  // A caller names the day, so there may be any number: a local system sees a few.
  if (signingKeys.size < 100) signingKeys.set(name, key);
  return key;
};

/**
 * The signer of a request: computes its signature (version 4) and compares it.
 * @param service AWS's name of the service in a signature
 * @returns the access key id; undefined when the signature is missing, wrong or too old, or the key is unknown
 */
export const signerOf = (request: Arriving, secretOf: SecretOf, service = 'execute-api'): string | undefined => {
  const { method, url, headers } = request;
  const parsed =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, accessKeyId = '', scope = '', signedService = '', names = '', signature = ''] = parsed ?? [];
  const signedHeaders = names.split(';');
  const secret = secretOf(accessKeyId);
  const stamp = String(headers['x-amz-date']);
  const hash = hashOf(request, signedHeaders);
  if (!parsed || !secret || !hash || signedService !== service || !signedHeaders.includes('host')) return undefined;
  // A stand-in and its callers share one clock, which a test may change while the SDK keeps the old one.
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
  const computed = hmac(signingKeyOf(secret, scope), ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n'));
  return timingSafeEqual(computed, Buffer.from(signature, 'hex')) ? accessKeyId : undefined;
};
