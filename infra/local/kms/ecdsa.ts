import { createECDH, type KeyObject } from 'node:crypto';

/** The order of the curve P-256 (FIPS 186-4). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

const inverse = (value: bigint): bigint => {
  // By Fermat: the order is a prime.
  let result = 1n;
  let base = modulo(value);
  for (let power = ORDER - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = modulo(result * base);
    base = modulo(base * base);
  }
  return result;
};

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** A number in DER: without leading zeros, and with one where the first bit would be a sign. */
const integer = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, signed.length), signed]);
};

export const derOf = (r: bigint, s: bigint): Buffer => {
  const numbers = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]);
};

/**
 * Signs a digest of 32 bytes, as KMS does with `MessageType: DIGEST` (ECDSA, FIPS 186-4). Node's `sign` hashes what it is given, so a
 * digest cannot be signed with it. Not in constant time: only for the key of a local system.
 * @returns the signature in DER
 */
export const signDigest = (privateKey: KeyObject, digest: Uint8Array): Buffer => {
  const secret = numberOf(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
  for (;;) {
    const nonce = createECDH('prime256v1');
    const point = nonce.generateKeys();
    const r = modulo(numberOf(point.subarray(1, 33)));
    const s = modulo(inverse(numberOf(nonce.getPrivateKey())) * (numberOf(digest) + r * secret));
    if (r !== 0n && s !== 0n) return derOf(r, s);
  }
};
