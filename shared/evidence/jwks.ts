import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { encode } from './base64url.ts';

const coordinate = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes of base64url'));

/** A public key of the curve P-256 as a JWK (RFC 7517). */
export const Jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

export type Jwk = z.infer<typeof Jwk>;

/** The keys that evidence is verified with: the one that signs, and older ones. */
export const Jwks = z.object({ keys: z.array(Jwk) });

export type Jwks = z.infer<typeof Jwks>;

/** The thumbprint of a key (RFC 7638): SHA-256 of its required members, in the order of their names. */
export const thumbprintOf = ({ crv, kty, x, y }: Pick<Jwk, 'crv' | 'kty' | 'x' | 'y'>): string =>
  encode(createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest());

/** The JWK of a public key in DER (SubjectPublicKeyInfo), the form in which KMS gives it (documented). */
export const jwkOfDer = (der: Uint8Array): Jwk => {
  const { x, y } = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const key = { kty: 'EC' as const, crv: 'P-256' as const, x, y };
  return Jwk.parse({
    ...key,
    kid: thumbprintOf(Jwk.parse({ ...key, kid: '', alg: 'ES256', use: 'sig' })),
    alg: 'ES256',
    use: 'sig',
  });
};

/** @throws Error for coordinates that are no point of the curve */
export const publicKeyOf = ({ kty, crv, x, y }: Jwk): KeyObject =>
  createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });

/**
 * The keys of a JWKS by their ids. A key whose id is not its thumbprint is refused: the id of a pack must mean one key.
 * @throws TypeError that names the rule
 */
export const keysById = (jwks: unknown): ReadonlyMap<string, KeyObject> => {
  const { data } = Jwks.safeParse(jwks);
  if (!data || data.keys.length === 0) throw new TypeError('must be a JWKS with keys of the curve P-256');
  return new Map(
    data.keys.map((key) => {
      if (key.kid !== thumbprintOf(key)) throw new TypeError(`the kid ${key.kid} is not the thumbprint of its key`);
      try {
        return [key.kid, publicKeyOf(key)];
      } catch {
        throw new TypeError(`the key ${key.kid} is no point of the curve P-256`);
      }
    }),
  );
};
