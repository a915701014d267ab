import { createHash, randomBytes } from 'node:crypto';
import { encode } from './base64url.ts';
import { joseOfDer } from './signature.ts';

/**
 * The part of SD-JWT (RFC 9901) that a record needs: top-level claims, each of which can be withheld, without key binding.
 *
 * Not `@sd-jwt/core` (0.19.0 was tried; a test holds both to each other): it drops a changed disclosure in silence, so its verification
 * would have to be done again, and for these fifty lines it brings five packages and 27 KB (measured, minified) to each signing function.
 */

/** Separates the signed part and the disclosures. */
export const SEPARATOR = '~';

/** Bytes of a salt: what RFC 9901 recommends. */
const SALT_BYTES = 16;

/** Signs with one key. */
export type Signer = {
  /** The thumbprint of the key. */
  kid: string;
  /** @returns the signature of a SHA-256 digest, in DER */
  sign: (digest: Uint8Array) => Promise<Uint8Array>;
};

export type Claims = Readonly<Record<string, unknown>>;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The digest of a disclosure, as `_sd` lists it. */
export const digestOf = (disclosure: string): string => encode(sha256(disclosure));

const disclosureOf = (name: string, value: unknown): string =>
  encode(JSON.stringify([encode(randomBytes(SALT_BYTES)), name, value]));

/**
 * Signs claims. The names of those that can be withheld are in the signed part, so that a reader sees which ones are missing. Undefined
 * ones are left out.
 * @param content.open cannot be withheld; `content.selective` can
 */
export const signClaims = async (
  typ: string,
  { open, selective }: { open: Claims; selective: Claims },
  { kid, sign }: Signer,
): Promise<string> => {
  const withholdable = Object.entries(selective).filter(([, value]) => value !== undefined);
  const disclosures = withholdable.map(([name, value]) => disclosureOf(name, value));
  const payload = {
    ...open,
    withholdable: withholdable.map(([name]) => name),
    // Sorted, so that their order says nothing of the claims (RFC 9901, section 4.2.4.1).
    _sd: disclosures.map(digestOf).toSorted(),
    _sd_alg: 'sha-256',
  };
  const signed = [{ alg: 'ES256', typ, kid }, payload].map((part) => encode(JSON.stringify(part))).join('.');
  const signature = joseOfDer(await sign(sha256(signed)));
  return [`${signed}.${encode(signature)}`, ...disclosures, ''].join(SEPARATOR);
};

const nameOf = (disclosure: string): unknown => JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8'))[1];

/** The same record without some claims, or without all that can be withheld. Its signature stays valid. */
export const withhold = (text: string, names: readonly string[] | 'all'): string => {
  const [signed = '', ...rest] = text.split(SEPARATOR);
  const kept = rest.slice(0, -1).filter((one) => names !== 'all' && !names.includes(String(nameOf(one))));
  return [signed, ...kept, ''].join(SEPARATOR);
};

/** The signed claims of a record that we wrote ourselves. The signature is not verified. */
export const openClaimsOf = (text: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'));

/** Whether all is withheld that can be: what an erasure leaves. */
export const isBare = (text: string): boolean => text.split(SEPARATOR).length === 2;
