import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { encode } from '../../shared/evidence/base64url.ts';
import { claimsOf, EVIDENCE_TYPE } from '../../shared/evidence/claims.ts';
import { keysById, thumbprintOf } from '../../shared/evidence/jwks.ts';
import { digestOf, isBare, signClaims, withhold } from '../../shared/evidence/sd-jwt.ts';
import { joseOfDer } from '../../shared/evidence/signature.ts';
import { chainOf } from '../../shared/evidence/trail.ts';
import { MAX_EVIDENCE_BYTES, verifyEvidence } from '../../shared/evidence/verify.ts';
import { endedCase, keysOf, newKey, packOf } from '../support/evidence.ts';

const key = newKey();

const keys = keysOf(key);

const amendment = { status: 'approved', at: '2026-11-23T12:05:00.000Z', from: 'sweep', similarity: 0.93 } as const;

let pack = '';

beforeAll(async () => {
  pack = await packOf(endedCase('expired', { amendments: [amendment] }), key);
});

const faultOf = (file: string | Uint8Array, by = keys) => {
  const verified = verifyEvidence(file, by);
  return verified.valid ? 'valid' : verified.fault;
};

/** A pack with another header or payload, signed again. */
const resigned = async ({ header = {}, payload = {} }: { header?: object; payload?: object }) => {
  const [signed = '', ...disclosures] = pack.split('~');
  const [head = '', body = ''] = signed.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const parts = [
    { ...JSON.parse(head), ...header },
    { ...JSON.parse(body), ...payload },
  ].map((part) => encode(JSON.stringify(part)));
  const digest = createHash('sha256').update(parts.join('.')).digest();
  return [`${parts.join('.')}.${encode(joseOfDer(await key.signer.sign(digest)))}`, ...disclosures].join('~');
};

/** The bytes with another value at one place. */
const changed = (bytes: Buffer, at: number, by: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ by;
  return copy;
};

describe('every one-byte change is found', () => {
  const anyCase = fc
    .record({
      status: fc.constantFrom(...outcomeStatuses),
      reference: fc.string({ minLength: 1, maxLength: 40 }),
      similarity: fc.double({ min: 0, max: 1, noNaN: true }),
      isAmended: fc.boolean(),
    })
    .map(({ status, reference, similarity, isAmended }) => {
      const { outcome, ...rest } = endedCase(status, { reference });
      return { ...rest, outcome: { ...outcome, similarity }, ...(isAmended ? { amendments: [amendment] } : {}) };
    });

  // Every place of one pack is below: here are other packs, each end of a case several times, and other values.
  test('in 60 packs, at places and to values of chance', async () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyCase, places, async (record, at) => {
        const bytes = Buffer.from(await packOf(record, key));
        expect(verifyEvidence(bytes, keys).valid).toBe(true);
        for (const [place, by] of at) expect(faultOf(changed(bytes, place % bytes.length, by))).not.toBe('valid');
      }),
      { numRuns: 60 },
    );
  });

  test.each([1, 4, 32])('at every place of a pack, in the bits %i', (by) => {
    const bytes = Buffer.from(pack);
    const found = Array.from(bytes, (_, at) => faultOf(changed(bytes, at, by)));
    expect(found.indexOf('valid')).toBe(-1);
    // Header, payload, signature, disclosures and separators are all among them.
    for (const fault of ['malformed', 'signature_wrong', 'disclosure_unknown', 'disclosure_malformed'] as const)
      expect(found).toContain(fault);
  });

  test('also a byte that is left out or put in, and a part that is left out of its list', () => {
    const bytes = Buffer.from(pack);
    for (let at = 0; at < bytes.length; at += 1) {
      const without = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      expect(faultOf(without)).not.toBe('valid');
      const doubled = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at)]);
      expect(faultOf(doubled)).not.toBe('valid');
    }
    expect(faultOf(pack.slice(0, pack.indexOf('~')))).toBe('malformed');
  });
});

describe('a valid pack', () => {
  test('shows its claims, and names those that are withheld', () => {
    const whole = verifyEvidence(pack, keys);
    expect(whole).toMatchObject({
      valid: true,
      kid: key.jwk.kid,
      withheld: [],
      claims: { status: 'expired', version: 2 },
    });
    const less = verifyEvidence(withhold(pack, ['accountId', 'media']), keys);
    expect(less).toMatchObject({ valid: true, withheld: ['accountId', 'media'] });
    expect(less.valid && Object.keys(less.claims)).not.toContain('accountId');
    const bare = withhold(pack, 'all');
    expect([isBare(pack), isBare(bare)]).toEqual([false, true]);
    const none = verifyEvidence(bare, keys);
    expect(none.valid && none.withheld).toEqual(
      expect.arrayContaining(['accountId', 'enrollmentId', 'media', 'consent', 'reason', 'reference']),
    );
  });

  test('is also one that was signed with an older key, as long as the keys hold it', async () => {
    const newer = newKey();
    expect(faultOf(pack, keysOf(newer, key))).toBe('valid');
    expect(faultOf(await packOf(endedCase('approved'), newer), keysOf(newer, key))).toBe('valid');
    expect(faultOf(pack, keysOf(newer))).toBe('key_unknown');
  });

  test('may have one line feed at its end, and nothing else', () => {
    expect(faultOf(`${pack}\n`)).toBe('valid');
    for (const more of ['\n\n', '\r\n', ' ', '\0', 'a']) expect(faultOf(`${pack}${more}`)).toBe('malformed');
    expect(faultOf(` ${pack}`)).not.toBe('valid');
  });
});

describe('it is refused', () => {
  const unused = (text: string) => {
    // The last character of 43 carries two unused bits; of other lengths, two or four.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1]}`;
  };

  test('when a disclosure, or any other part, has the unused bits of base64url set', () => {
    const [signed = '', ...disclosures] = pack.split('~');
    for (const [at, part] of signed.split('.').entries()) {
      if (part.length % 4 === 0) continue;
      const parts = signed.split('.').with(at, unused(part)).join('.');
      expect(faultOf([parts, ...disclosures].join('~'))).not.toBe('valid');
    }
    for (const [at, one] of disclosures.entries()) {
      if (one.length % 4 === 0) continue;
      expect(faultOf([signed, ...disclosures.with(at, unused(one))].join('~'))).toBe('disclosure_malformed');
    }
    expect(faultOf([signed, ...disclosures.with(0, `${disclosures[0]}=`)].join('~'))).toBe('disclosure_malformed');
  });

  test('with a disclosure that was not signed, or one that is there twice', async () => {
    const [signed = '', first = '', ...rest] = pack.split('~');
    const forged = encode(JSON.stringify(['salt', 'accountId', 'mallory']));
    expect(faultOf([signed, forged, ...rest].join('~'))).toBe('disclosure_unknown');
    expect(faultOf([signed, first, first, ...rest].join('~'))).toBe('disclosure_repeated');
    const other = await packOf(endedCase('approved'), key);
    expect(faultOf([signed, ...other.split('~').slice(1)].join('~'))).toBe('disclosure_unknown');
    // The order of disclosures says nothing.
    expect(faultOf([signed, ...[first, ...rest.slice(0, -1)].toReversed(), ''].join('~'))).toBe('valid');
  });

  test.each<[string, object, string]>([
    ['without a signature algorithm', { alg: 'none' }, 'algorithm_refused'],
    ['with a symmetric algorithm', { alg: 'HS256' }, 'algorithm_refused'],
    ['of another type', { typ: 'JWT' }, 'type_foreign'],
    ['with a critical extension', { crit: ['exp'], exp: 1 }, 'header_malformed'],
    ['with a key of its own', { jwk: { kty: 'EC' } }, 'header_malformed'],
    ['of an unknown key', { kid: 'unknown' }, 'key_unknown'],
  ])('%s', async (_, header, fault) => {
    expect(faultOf(await resigned({ header }))).toBe(fault);
  });

  test('without a signature', () => {
    const header = encode(JSON.stringify({ alg: 'none', typ: EVIDENCE_TYPE, kid: key.jwk.kid }));
    const [signed = '', ...disclosures] = pack.split('~');
    expect(faultOf([`${header}.${signed.split('.')[1]}.`, ...disclosures].join('~'))).toBe('malformed');
  });

  test('when it is larger than 256 KB', () => {
    expect(faultOf(`${pack}${'a'.repeat(MAX_EVIDENCE_BYTES)}`)).toBe('too_large');
  });

  test.each<[string, object, string]>([
    ['a hash function of its own', { _sd_alg: 'sha-512' }, 'claims_malformed'],
    ['a digest twice', { _sd: [digestOf('a'), digestOf('a')], withholdable: ['a', 'b'] }, 'claims_malformed'],
    ['more names than digests', { withholdable: ['accountId'] }, 'claims_malformed'],
    ['hidden claims inside another', { request: { _sd: [] } }, 'claims_malformed'],
    ['a trail in another order', { trail: [] }, 'trail_broken'],
    ['another head of the trail', { trailHead: 'other' }, 'trail_broken'],
  ])('with %s, even where it is signed', async (_, payload, fault) => {
    expect(faultOf(await resigned({ payload }))).toBe(fault);
  });

  test('when an entry of the trail was changed before it was signed', async () => {
    const { entries, head } = chainOf(endedCase('approved').trail);
    const payload = { trail: entries.with(1, { ...entries[1], at: '2020-01-01T00:00:00.000Z', phase: 'created' }) };
    expect(faultOf(await resigned({ payload: { ...payload, trailHead: head } }))).toBe('trail_broken');
  });

  test('when a claim was both signed openly and to be withheld', async () => {
    const { open, selective } = claimsOf(endedCase('approved'), { issuer: 'i', codeVersion: 'v' });
    const twice = await signClaims(EVIDENCE_TYPE, { open: { ...open, accountId: 'ana' }, selective }, key.signer);
    expect(faultOf(twice)).toBe('claims_malformed');
  });
});

describe('the keys are refused', () => {
  test.each<[string, unknown]>([
    ['no JWKS', { key: key.jwk }],
    ['an empty one', { keys: [] }],
    ['a key of another curve', { keys: [{ ...key.jwk, crv: 'P-384' }] }],
    ['a key whose id is not its thumbprint', { keys: [{ ...key.jwk, kid: 'mine' }] }],
  ])('that are %s', (_, jwks) => {
    expect(() => keysById(jwks)).toThrow(TypeError);
  });

  test('that are no points of the curve', () => {
    const bent = { ...key.jwk, y: key.jwk.x };
    expect(() => keysById({ keys: [{ ...bent, kid: thumbprintOf(bent) }] })).toThrow(/is no point of the curve P-256$/);
  });
});
