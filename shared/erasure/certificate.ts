import { putCertificate } from '../aws/erasure-store.ts';
import { defined } from '../domain/defined.ts';
import { Counts } from '../domain/erasure.ts';
import { CERTIFICATE_TYPE, remaindersOf } from '../evidence/certificate.ts';
import { signClaims } from '../evidence/sd-jwt.ts';
import type { Tombstone } from '../ledger/tombstones.ts';
import { type EvidenceSettings, signerOf } from '../logic/evidence.ts';

/** Signs and stores the certificate of an erasure. A repeat replaces it. Without keys for evidence there is none. */
export const certify = async (
  erasureBucket: string,
  evidence: EvidenceSettings | undefined,
  tombstone: Tombstone,
  finishedAt: string,
): Promise<void> => {
  if (!evidence) return;
  const { person, requestedAt, reason } = tombstone;
  const open = defined({
    iss: evidence.issuer,
    iat: Math.floor(Date.parse(finishedAt) / 1000),
    person,
    requestedAt,
    finishedAt,
    reason,
    erased: Counts.parse(tombstone),
    remains: remaindersOf(finishedAt),
    codeVersion: evidence.codeVersion,
  });
  const text = await signClaims(CERTIFICATE_TYPE, { open, selective: {} }, await signerOf(evidence.keyIds));
  await putCertificate(erasureBucket, person, text);
};
