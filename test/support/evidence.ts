/** Fixtures of evidence: keys, ended cases and packs. */

import { generateKeyPairSync } from 'node:crypto';
import { signDigest } from '../../infra/local/kms/ecdsa.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { claimsOf, EVIDENCE_TYPE, type EvidenceRecord } from '../../shared/evidence/claims.ts';
import { jwkOfDer, keysById } from '../../shared/evidence/jwks.ts';
import { type Signer, signClaims } from '../../shared/evidence/sd-jwt.ts';
import { claimOf, executionOf, newValidationId, sha256 } from './journal.ts';

/** A key that signs as KMS does. */
export const newKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = jwkOfDer(publicKey.export({ format: 'der', type: 'spki' }));
  const signer: Signer = { kid: jwk.kid, sign: async (digest) => signDigest(privateKey, digest) };
  return { jwk, privateKey, publicKey, signer };
};

export type TestKey = ReturnType<typeof newKey>;

export const keysOf = (...keys: TestKey[]) => keysById({ keys: keys.map(({ jwk }) => jwk) });

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 12, 0, seconds)).toISOString();

/** An ended case, with what a case of this status has. */
export const endedCase = (status: OutcomeStatus, more: Partial<LedgerRecord> = {}): EvidenceRecord => {
  const claim = claimOf({ claimedAt: at(0) });
  const validationId = newValidationId();
  const isDecided = status === 'approved' || status === 'declined';
  const phases = status === 'refused' ? ['claimed'] : ['claimed', 'created', 'moved'];
  const outcome: EvidenceRecord['outcome'] = {
    revalidationId: claim.revalidationId,
    accountId: claim.accountId,
    enrollmentId: claim.enrollmentId,
    status,
    ...(status === 'approved' ? {} : { reason: `because_${status}` }),
    ...(isDecided ? { similarity: 0.91, threshold: 0.7 } : {}),
    decidedBy: 'webhook',
    decidedAt: at(9),
  };
  return {
    ...claim,
    phase: status,
    owner: executionOf('ours'),
    ...(status === 'refused'
      ? {}
      : {
          validationId,
          used: { deadline: at(300), threshold: 0.7 },
          receipt: { bytes: 4, sha256: sha256('face'), movedAt: at(2) },
        }),
    trail: [...phases, status].map((phase, index) => ({ phase, at: at(index) })) as LedgerRecord['trail'],
    ...more,
    outcome: more.outcome ?? outcome,
  };
};

/** The evidence of a case, as a deployment signs it. */
export const packOf = (record: EvidenceRecord, { signer }: TestKey): Promise<string> =>
  signClaims(EVIDENCE_TYPE, claimsOf(record, { issuer: 'face-revalidation-test', codeVersion: '0.1.0' }), signer);
