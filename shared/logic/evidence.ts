import { readEvidence, type StoredEvidence, writeEvidence } from '../aws/evidence-store.ts';
import { publicKeyOf, signWithKey } from '../aws/kms.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { claimsOf, EVIDENCE_TYPE, type EvidenceRecord, versionOf } from '../evidence/claims.ts';
import { type Jwks, jwkOfDer } from '../evidence/jwks.ts';
import { isBare, openClaimsOf, type Signer, signClaims, withhold } from '../evidence/sd-jwt.ts';

/** Where evidence is kept and how it is signed. */
export type EvidenceSettings = {
  bucket: string;
  /** The keys in KMS, by ARN: the one that signs, then older ones. */
  keyIds: readonly string[];
  issuer: string;
  codeVersion: string;
};

/** How often a write is tried when another writer is faster. Two write at once: a version, and the one after it. */
const TRIES = 3;

const hasOutcome = (record: LedgerRecord | undefined): record is EvidenceRecord => record?.outcome !== undefined;

/** Evidence from which an erasure took every disclosure stays as it is: signed again, it would bring the person back. */
const isCurrent = ({ text }: StoredEvidence, record: LedgerRecord): boolean =>
  isBare(text) || Number(openClaimsOf(text).version) >= versionOf(record);

/** The key that signs, in KMS. */
export const signerOf = async ([keyId = '']: readonly string[]): Promise<Signer> => {
  const { kid } = jwkOfDer(await publicKeyOf(keyId));
  return { kid, sign: (digest) => signWithKey(keyId, digest) };
};

/** The public keys by which evidence is verified. */
export const publishedKeys = async (keyIds: readonly string[]): Promise<Jwks> => ({
  keys: await Promise.all(keyIds.map(async (keyId) => jwkOfDer(await publicKeyOf(keyId)))),
});

/**
 * The evidence of a case, in the version of its record. What is missing is signed and stored first; what is stored already is the
 * answer, so that a repeat changes nothing. Evidence outlives its record.
 * @param record undefined after its retention
 * @returns undefined for a case that has not ended, or that is unknown
 */
export const evidenceOf = async (
  { bucket, keyIds, issuer, codeVersion }: EvidenceSettings,
  revalidationId: string,
  record: LedgerRecord | undefined,
): Promise<string | undefined> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await readEvidence(bucket, revalidationId);
    // Nothing is signed about an erased person.
    if (!hasOutcome(record) || record.erasedAt || (stored && isCurrent(stored, record))) return stored?.text;
    const text = await signClaims(EVIDENCE_TYPE, claimsOf(record, { issuer, codeVersion }), await signerOf(keyIds));
    if (await writeEvidence(bucket, revalidationId, text, stored)) return text;
  }
  throw new TypeError('other writers of this evidence were faster each time');
};

/**
 * Takes from the evidence of a case all that can be withheld: its part in an erasure. The signature stays valid. The older versions of
 * the object hold the disclosures still, and the caller deletes those.
 * @returns false when there is no evidence
 */
export const bareEvidence = async (bucket: string, revalidationId: string): Promise<boolean> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await readEvidence(bucket, revalidationId);
    if (!stored) return false;
    if (isBare(stored.text)) return true;
    if (await writeEvidence(bucket, revalidationId, withhold(stored.text, 'all'), stored)) return true;
  }
  throw new TypeError('other writers of this evidence were faster each time');
};
