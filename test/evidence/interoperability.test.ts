import { createHash, verify } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import { encode } from '../../shared/evidence/base64url.ts';
import { claimsOf, EVIDENCE_TYPE } from '../../shared/evidence/claims.ts';
import { thumbprintOf } from '../../shared/evidence/jwks.ts';
import { digestOf } from '../../shared/evidence/sd-jwt.ts';
import { joseOfDer } from '../../shared/evidence/signature.ts';
import { verifyEvidence } from '../../shared/evidence/verify.ts';
import { endedCase, keysOf, newKey, packOf } from '../support/evidence.ts';

const key = newKey();

/** The library of the OpenWallet Foundation, with the functions of this project's tests. */
const library = new SDJwtInstance({
  hashAlg: 'sha-256',
  signAlg: 'ES256',
  hasher: (data) =>
    createHash('sha256')
      .update(typeof data === 'string' ? data : Buffer.from(data))
      .digest(),
  saltGenerator: (length = 16) => encode(Buffer.alloc(length, 7)),
  signer: async (data) => encode(joseOfDer(await key.signer.sign(createHash('sha256').update(data).digest()))),
  verifier: (data, signature) =>
    verify(
      'sha256',
      Buffer.from(data),
      { key: key.publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
});

describe('RFC 9901', () => {
  test.each([
    // Section 4.2.1 and 4.2.3.
    [
      'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0',
      'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0',
    ],
    // Section 4.2.2 and 4.2.3: an element of an array.
    ['WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0', 'w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs'],
  ])('its disclosure %s has its digest', (disclosure, digest) => {
    expect(digestOf(disclosure)).toBe(digest);
  });
});

describe('the library', () => {
  test('verifies our evidence, and shows the same claims', async () => {
    const pack = await packOf(endedCase('declined'), key);
    const { payload } = await library.verify(pack);
    const ours = verifyEvidence(pack, keysOf(key));
    const { withholdable: _, ...claims } = payload as Record<string, unknown>;
    expect(ours.valid && ours.claims).toEqual(claims);
  });

  test('signs evidence that we verify', async () => {
    const { open, selective } = claimsOf(endedCase('approved'), { issuer: 'i', codeVersion: 'v' });
    const hidden = Object.fromEntries(Object.entries(selective).filter(([, value]) => value !== undefined));
    const pack = await library.issue(
      { ...open, ...hidden, withholdable: Object.keys(hidden) } as Record<string, unknown>,
      { _sd: Object.keys(hidden) } as never,
      { header: { typ: EVIDENCE_TYPE, kid: key.jwk.kid } },
    );
    const verified = verifyEvidence(pack, keysOf(key));
    expect(verified).toMatchObject({ valid: true, withheld: [], claims: hidden });
  });

  test('drops a changed disclosure in silence, which is why we verify ourselves', async () => {
    const [signed, first = '', ...rest] = (await packOf(endedCase('declined'), key)).split('~');
    const changed = encode(JSON.stringify(['salt', JSON.parse(Buffer.from(first, 'base64url').toString())[1], 'x']));
    const pack = [signed, changed, ...rest].join('~');
    await expect(library.verify(pack)).resolves.toMatchObject({ payload: {} });
    expect(verifyEvidence(pack, keysOf(key))).toMatchObject({ valid: false, fault: 'disclosure_unknown' });
  });
});

test('the thumbprint of a key is that of RFC 7638, as jose makes it', async () => {
  for (const { jwk } of [newKey(), newKey()]) expect(thumbprintOf(jwk)).toBe(await calculateJwkThumbprint(jwk));
});
