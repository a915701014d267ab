import { type KeyObject, verify } from 'node:crypto';
import * as z from 'zod/mini';
import { decode, decodeJson } from './base64url.ts';
import { CERTIFICATE_TYPE, CertificateClaims } from './certificate.ts';
import { EVIDENCE_TYPE, OpenClaims } from './claims.ts';
import { type Claims, digestOf, SEPARATOR } from './sd-jwt.ts';
import { isChained } from './trail.ts';

/** The largest evidence that is read: fifty times the usual one. Bytes. */
export const MAX_EVIDENCE_BYTES = 262_144;

/** The reasons why evidence is not valid. */
export const faults = {
  too_large: `It is larger than ${MAX_EVIDENCE_BYTES} bytes.`,
  malformed: 'It is not a signed part and disclosures, each in base64url, with a separator after each.',
  header_malformed: 'The header is not the one of evidence.',
  algorithm_refused: 'It is not signed with ES256.',
  type_foreign: 'It is another kind of token, not evidence.',
  key_unknown: 'The keys do not hold the key that signed it.',
  signature_wrong: 'The signature does not belong to the content.',
  claims_malformed: 'The signed claims are not those of evidence.',
  disclosure_malformed: 'A disclosure is not a salt, a name and a value.',
  disclosure_unknown: 'A disclosure was not signed.',
  disclosure_repeated: 'A disclosure is there twice.',
  trail_broken: 'An entry of the trail does not follow the one before it.',
} as const;

export type Fault = keyof typeof faults;

class EvidenceFault extends Error {
  override readonly name = 'EvidenceFault';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(faults[fault]);
    this.fault = fault;
  }
}

export type Verified =
  | { valid: true; typ: string; kid: string; claims: Claims; withheld: string[] }
  | { valid: false; fault: Fault; detail: string };

/** The whole header: a member that is not known, such as `crit`, could change what the rest means. */
const Header = z.strictObject({ alg: z.string(), typ: z.string(), kid: z.string() });

const Disclosure = z.tuple([z.string(), z.string(), z.unknown()]);

/** The signed claims of each kind of record. */
const claimsOfKind: Readonly<Record<string, z.ZodMiniType<OpenClaims | CertificateClaims>>> = {
  [EVIDENCE_TYPE]: OpenClaims,
  [CERTIFICATE_TYPE]: CertificateClaims,
};

export const recordTypes = Object.keys(claimsOfKind);

/** @returns the id of the key that signed, and the kind of record */
const checkSignature = (signed: string, keys: ReadonlyMap<string, KeyObject>, types: readonly string[]) => {
  const [header = '', payload = '', signature = '', ...more] = signed.split('.');
  const bytes = decode(signature);
  if (more.length > 0 || !bytes || !decode(payload)) throw new EvidenceFault('malformed');
  const { data } = Header.safeParse(decodeJson(header));
  if (!data) throw new EvidenceFault('header_malformed');
  if (data.alg !== 'ES256') throw new EvidenceFault('algorithm_refused');
  if (!types.includes(data.typ)) throw new EvidenceFault('type_foreign');
  const key = keys.get(data.kid);
  if (!key) throw new EvidenceFault('key_unknown');
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, bytes))
    throw new EvidenceFault('signature_wrong');
  return data;
};

/** Whether a value has members that SD-JWT gives a meaning, which here only the top level may have. */
const hasInner = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  Object.entries(value).some(
    ([name, inner]) => name === '_sd' || name === '...' || name === '_sd_alg' || hasInner(inner),
  );

type ReadClaims = Pick<OpenClaims, 'withholdable' | '_sd' | '_sd_alg'> & Record<string, unknown>;

const readClaims = (payload: unknown, typ: string): ReadClaims => {
  const { data } = claimsOfKind[typ]?.safeParse(payload) ?? {};
  const { _sd, _sd_alg, ...rest } = payload as Record<string, unknown>;
  const names = new Set(data?.withholdable);
  if (
    !data ||
    hasInner(rest) ||
    new Set(data._sd).size !== data._sd.length ||
    names.size !== data._sd.length ||
    data.withholdable.length !== data._sd.length ||
    data.withholdable.some((name) => Object.hasOwn(payload as object, name))
  )
    throw new EvidenceFault('claims_malformed');
  if ('trail' in data && !isChained(data.trail, data.trailHead)) throw new EvidenceFault('trail_broken');
  return { ...rest, ...data };
};

/** The disclosed claims. Each disclosure must be one of those that were signed, and none may be there twice. */
const readDisclosures = (disclosures: readonly string[], { _sd, withholdable }: ReadClaims): [string, unknown][] => {
  if (new Set(disclosures).size !== disclosures.length) throw new EvidenceFault('disclosure_repeated');
  const read = disclosures.map((text): [string, unknown] => {
    const { data } = Disclosure.safeParse(decodeJson(text));
    if (!data || hasInner(data[2])) throw new EvidenceFault('disclosure_malformed');
    if (!_sd.includes(digestOf(text)) || !withholdable.includes(data[1])) throw new EvidenceFault('disclosure_unknown');
    return [data[1], data[2]];
  });
  if (new Set(read.map(([name]) => name)).size !== read.length) throw new EvidenceFault('disclosure_repeated');
  return read;
};

/**
 * Verifies evidence without a network. One line feed at the end is not part of it: text tools add one.
 * @param keys by their ids, see `keysById`
 * @param types the kinds of records that are expected
 * @returns all claims, signed and disclosed, and the names of those that are withheld; or why it is not valid
 */
export const verifyEvidence = (
  file: string | Uint8Array,
  keys: ReadonlyMap<string, KeyObject>,
  types: readonly string[] = [EVIDENCE_TYPE],
): Verified => {
  try {
    const bytes = Buffer.from(file);
    if (bytes.length > MAX_EVIDENCE_BYTES) throw new EvidenceFault('too_large');
    // One character for each byte: a byte that is none of base64url stays one.
    const parts = bytes.toString('latin1').replace(/\n$/, '').split(SEPARATOR);
    const [signed = '', ...disclosures] = parts;
    // A last part would be a key binding, which evidence has not.
    if (disclosures.pop() !== '') throw new EvidenceFault('malformed');
    const { kid, typ } = checkSignature(signed, keys, types);
    const open = readClaims(decodeJson(signed.split('.')[1] ?? ''), typ);
    const disclosed = readDisclosures(disclosures, open);
    const { _sd, _sd_alg, withholdable, ...claims } = open;
    const shown = disclosed.map(([name]) => name);
    return {
      valid: true,
      typ,
      kid,
      claims: { ...claims, ...Object.fromEntries(disclosed) },
      withheld: withholdable.filter((name) => !shown.includes(name)),
    };
  } catch (error) {
    if (!(error instanceof EvidenceFault)) throw error;
    return { valid: false, fault: error.fault, detail: error.message };
  }
};
