import * as z from 'zod/mini';
import { defined } from '../domain/defined.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Claims } from './sd-jwt.ts';
import { ChainedEntry, chainOf } from './trail.ts';

/** The `typ` of evidence, so that no other token of ours can be taken for it (RFC 9901, section 10.11). */
export const EVIDENCE_TYPE = 'face-revalidation-evidence+sd-jwt';

/** The signed claims that `verify` relies on. Others may be added. */
export const OpenClaims = z.object({
  iss: z.string(),
  /** When it was signed, in seconds since 1970. */
  iat: z.int(),
  revalidationId: z.string(),
  /** 1 for the outcome; each amendment makes the next one. */
  version: z.int(),
  status: z.string(),
  decidedAt: z.string(),
  trail: z.array(ChainedEntry),
  trailHead: z.optional(z.string()),
  withholdable: z.array(z.string()),
  _sd: z.array(z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/))),
  _sd_alg: z.literal('sha-256'),
});

export type OpenClaims = z.infer<typeof OpenClaims>;

/** What a record may hold of the policy and of the person's consent. Older records do not. */
type Legal = {
  purpose?: string | undefined;
  policyVersion?: string | undefined;
  consentReceiptId?: string | undefined;
  consentTextSha256?: string | undefined;
};

export type EvidenceRecord = LedgerRecord & Legal & { outcome: NonNullable<LedgerRecord['outcome']> };

/** The version of a record's evidence: one more for each amendment. */
export const versionOf = ({ amendments = [] }: Pick<LedgerRecord, 'amendments'>): number => amendments.length + 1;

/** The media that was checked: its hash is known once it was moved. */
const mediaOf = ({ media, receipt }: EvidenceRecord) =>
  media && defined({ sha256: receipt?.sha256, bytes: media.bytes, type: media.type });

/** What is kept of the consent. `userAuthorized` is the caller's word for it. */
const consentOf = ({ userAuthorized, consentReceiptId, consentTextSha256 }: EvidenceRecord) =>
  userAuthorized && defined({ userAuthorized, receiptId: consentReceiptId, textSha256: consentTextSha256 });

/** What Truora reported about a face after the end, in the order of the open claim `amendments`. */
const detailsOf = (amendments: NonNullable<LedgerRecord['amendments']>) =>
  amendments.length === 0
    ? undefined
    : amendments.map(({ reason, rawReason, similarity, mismatch }) =>
        defined({ reason, rawReason, similarity, mismatch }),
      );

/**
 * The claims about an ended case. `open` names no person and no face; what does can be withheld, and so can free text and the caller.
 * @param of.issuer the deployment; `of.codeVersion` the version of this project that signs
 */
export const claimsOf = (
  record: EvidenceRecord,
  { issuer, codeVersion, now = new Date() }: { issuer: string; codeVersion: string; now?: Date },
): { open: Claims; selective: Claims } => {
  const { outcome, amendments = [], requested = {}, resultMode, used, trail } = record;
  const { entries, head } = chainOf(trail);
  const { status, decidedBy, decidedAt, similarity, reason, rawReason, mismatch, faceSearch } = outcome;
  return {
    open: defined({
      iss: issuer,
      iat: Math.floor(now.getTime() / 1000),
      revalidationId: record.revalidationId,
      version: versionOf(record),
      status,
      decidedBy,
      decidedAt,
      claimedAt: record.claimedAt,
      movedAt: record.receipt?.movedAt,
      purpose: record.purpose,
      policyVersion: record.policyVersion,
      request: defined({ ...requested, resultMode: requested.resultMode ?? resultMode }),
      validationId: record.validationId ?? outcome.validationId,
      threshold: outcome.threshold ?? used?.threshold,
      linkedTo: record.linkedTo,
      amendments: amendments.map(({ status: later, at, from, threshold }) =>
        defined({ status: later, at, from, threshold }),
      ),
      trail: entries,
      trailHead: head,
      codeVersion,
    }),
    selective: {
      accountId: record.accountId ?? outcome.accountId,
      enrollmentId: record.enrollmentId ?? outcome.enrollmentId,
      media: mediaOf(record),
      consent: consentOf(record),
      similarity,
      reason,
      rawReason,
      mismatch,
      faceSearch,
      reference: record.reference ?? outcome.reference,
      forceNew: record.forceNew,
      calledBy: record.calledBy,
      canceledBy: record.canceledBy,
      amendmentDetails: detailsOf(amendments),
    },
  };
};
