import { createHash, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { derOf, signDigest } from '../../infra/local/kms/ecdsa.ts';
import { joseOfDer } from '../../shared/evidence/signature.ts';
import { newKey } from '../support/evidence.ts';

const sequence = (...bytes: number[]) => Buffer.of(0x30, bytes.length, ...bytes);

const padded = (...bytes: number[]) => Buffer.concat([Buffer.alloc(32 - bytes.length), Buffer.from(bytes)]);

describe('a signature in DER', () => {
  test('loses the zero byte before a high bit, and gets the zeros that DER leaves out', () => {
    expect(joseOfDer(sequence(2, 2, 0, 0x80, 2, 1, 0x7f))).toEqual(Buffer.concat([padded(0x80), padded(0x7f)]));
    expect(joseOfDer(sequence(2, 1, 0, 2, 1, 1))).toEqual(Buffer.concat([padded(), padded(1)]));
    const high = (1n << 256n) - 1n;
    expect(joseOfDer(derOf(high, 1n))).toEqual(Buffer.concat([Buffer.alloc(32, 0xff), padded(1)]));
    // 31 bytes, and 31 bytes with a high bit.
    expect(joseOfDer(derOf(1n << 240n, 1n << 247n))).toHaveLength(64);
  });

  test('of OpenSSL becomes the form that OpenSSL writes for JWS', () => {
    const { privateKey, publicKey } = newKey();
    for (let round = 0; round < 300; round += 1) {
      const content = randomBytes(50);
      const der = sign('sha256', content, privateKey);
      expect(verify('sha256', content, { key: publicKey, dsaEncoding: 'ieee-p1363' }, joseOfDer(der))).toBe(true);
    }
  });

  test.each<[string, Buffer]>([
    ['an empty text', Buffer.alloc(0)],
    ['another length', Buffer.of(0x30, 7, 2, 1, 1, 2, 1, 1)],
    ['bytes behind it', Buffer.of(0x30, 6, 2, 1, 1, 2, 1, 1, 0)],
    ['another type', Buffer.of(0x31, 6, 2, 1, 1, 2, 1, 1)],
    ['a part that is no number', sequence(2, 1, 1, 4, 1, 1)],
    ['one number', sequence(2, 1, 1)],
    ['three numbers', sequence(2, 1, 1, 2, 1, 1, 2, 1, 1)],
    ['a number that goes on behind the end', sequence(2, 1, 1, 2, 2, 1)],
    ['a number without bytes', sequence(2, 0, 2, 1, 1)],
    ['a negative number', sequence(2, 1, 0x80, 2, 1, 1)],
    ['a number with a byte too many', sequence(2, 2, 0, 1, 2, 1, 1)],
    ['a number of 33 bytes', sequence(2, 33, ...Buffer.alloc(33, 1), 2, 1, 1)],
  ])('is refused when it is %s', (_, der) => {
    expect(() => joseOfDer(der)).toThrow(/^the signature is no DER of two numbers: /);
  });
});

test('the local signature of a digest is one that OpenSSL accepts for the content', () => {
  const { privateKey, publicKey } = newKey();
  for (let round = 0; round < 100; round += 1) {
    const content = randomBytes(40);
    const der = signDigest(privateKey, createHash('sha256').update(content).digest());
    expect(verify('sha256', content, publicKey, der)).toBe(true);
    expect(verify('sha256', Buffer.concat([content, Buffer.of(0)]), publicKey, der)).toBe(false);
  }
});
