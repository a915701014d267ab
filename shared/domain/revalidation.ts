import * as z from 'zod/mini';
import { readReason } from './errors.ts';
import { AccountId, ConsentReceiptId, RevalidationId, Sha256, TruoraId } from './ids.ts';
import { outcomeStatuses } from './lifecycle.ts';
import { MAX_MEDIA_BYTES, type MediaType, mediaTypes } from './media.ts';
import { OfferedAlternative } from './person-messages.ts';
import { PolicyVersion } from './policy.ts';
import { verdictReasons } from './reasons.ts';
import { CalledBy, ForceNew, Options, Purpose, Reference, ResultMode } from './request.ts';

/** RFC 3339 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 });

/** One version of one object, checked before the charged call. */
export const Media = z.object({
  bucket: z.string(),
  key: z.string(),
  /** Absent only for a bucket that keeps no versions. */
  versionId: z.optional(z.string()),
  etag: z.string(),
  bytes: z.int().check(z.minimum(1), z.maximum(MAX_MEDIA_BYTES)),
  type: z.enum(Object.keys(mediaTypes) as [MediaType, ...MediaType[]]),
});

export type Media = z.infer<typeof Media>;

/** The request: normalised, checked and owned by exactly one execution. */
export const Claim = z.object({
  revalidationId: RevalidationId,
  accountId: AccountId,
  enrollmentId: TruoraId,
  userAuthorized: z.literal(true),
  media: Media,
  /** Its `retryOf` is always Truora's id. */
  requested: Options,
  resultMode: ResultMode,
  /** The purpose whose policy the request was checked by, and the version of that policy. */
  purpose: z.optional(Purpose),
  policyVersion: z.optional(PolicyVersion),
  /** The live receipt of consent that the case was claimed under, and the hash of its text. Absent with `consentMode: flag`. */
  consentReceiptId: z.optional(ConsentReceiptId),
  consentTextSha256: z.optional(Sha256),
  reference: z.optional(Reference),
  /** The re-validation of ours that this one retries. */
  linkedTo: z.optional(RevalidationId),
  /** The reason for a forced case about the same media. */
  forceNew: z.optional(ForceNew),
  /** Absent for a drop without a ticket and for a workflow. */
  calledBy: z.optional(CalledBy),
  claimedAt: Timestamp,
});

export type Claim = z.infer<typeof Claim>;

/** The person's finished enrollment at Truora. */
export const Enrollment = z.object({
  enrollmentId: TruoraId,
  status: z.literal('success'),
  /**
   * How many other finished enrollments Truora lists for the account. The create call names no enrollment (documented), so
   * Truora may compare with another one, and the case then ends `failed/verdict_of_another_enrollment`.
   */
  otherEnrollments: z.optional(z.int()),
});

export type Enrollment = z.infer<typeof Enrollment>;

/** The longest life of a validation at Truora (documented). Seconds. */
export const LONGEST_LIFE_SECONDS = 21_600;

/** The validation at Truora. The upload link is a bearer secret, so it stays in the ledger and is no field of the journal. */
export const Validation = z.object({
  validationId: TruoraId,
  /** When Truora stops accepting media and deciding. */
  deadline: Timestamp,
  /** The threshold that Truora uses, 0 to 1. */
  threshold: z.optional(z.number()),
});

export type Validation = z.infer<typeof Validation>;

/** Proof of the move: the bytes that were sent. */
export const Receipt = z.object({
  bytes: z.int(),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  movedAt: Timestamp,
});

export type Receipt = z.infer<typeof Receipt>;

/** A webhook arrived for the validation. It causes a read at Truora and holds no verdict. */
export const Notification = z.object({ receivedAt: Timestamp });

export type Notification = z.infer<typeof Notification>;

/** A vendor code, kept as it came; anything that is not shaped like a code is not kept. */
export const RawReason = z.string().check(z.regex(/^[a-z0-9_]{1,64}$/));

/** Truora's decision in our closed vocabulary. It comes only from an authenticated answer of Truora. */
export const Verdict = z.object({
  status: z.enum(['approved', 'declined', 'expired', 'failed']),
  reason: z.optional(z.enum(verdictReasons)),
  /** Truora's code when it is none we know. */
  rawReason: z.optional(RawReason),
  /** The failed checks of a `success`. */
  mismatch: z.optional(
    z.array(
      z.enum([
        'validation_id',
        'account_id',
        'type',
        'enrollment_id',
        'failure_status',
        'declined_reason',
        'expired_reason',
        'threshold',
        'similarity',
        'passive_liveness',
      ]),
    ),
  ),
  /** What to do, when the reason alone does not say it. */
  detail: z.optional(z.string()),
  /** Truora's confidence score, 0 to 1. */
  similarity: z.optional(z.number()),
  /** For an approval the threshold that it had to reach, otherwise the threshold that Truora says it used. 0 to 1. */
  threshold: z.optional(z.number()),
  /** The result of a search among known faces, if Truora made one (seen). It decides nothing. */
  faceSearch: z.optional(z.object({ status: z.optional(RawReason), similarity: z.optional(z.number()) })),
  decidedAt: Timestamp,
});

export type Verdict = z.infer<typeof Verdict>;

/** An error that Step Functions caught. `Cause` is a JSON text when a Lambda function threw. */
export const Caught = z.object({ Error: z.string(), Cause: z.optional(z.string()) });

export type Caught = z.infer<typeof Caught>;

/** The recorded end of a re-validation. Callers, records and the output of the state machine show it. */
export const Outcome = z.object({
  revalidationId: RevalidationId,
  status: z.enum(outcomeStatuses),
  /** Stable and machine-readable; absent when approved. */
  reason: z.optional(z.string()),
  /** A sentence for people: the field and the rule, or what failed. */
  detail: z.optional(z.string()),
  rawReason: z.optional(RawReason),
  mismatch: Verdict.shape.mismatch,
  reference: z.optional(Reference),
  accountId: z.optional(AccountId),
  enrollmentId: z.optional(TruoraId),
  validationId: z.optional(TruoraId),
  similarity: z.optional(z.number()),
  /** The threshold of the verdict, or where there is none, the one that was asked for. 0 to 1. */
  threshold: z.optional(z.number()),
  purpose: z.optional(Purpose),
  policyVersion: z.optional(PolicyVersion),
  faceSearch: Verdict.shape.faceSearch,
  /** Of `alternative_required`: the other way that the deployment offers the person. */
  alternative: z.optional(OfferedAlternative),
  /** What led to the end: a webhook, the timed poll, the workflow itself, or a caller. */
  decidedBy: z.enum(['webhook', 'poll', 'workflow', 'caller']),
  claimedAt: z.optional(Timestamp),
  movedAt: z.optional(Timestamp),
  decidedAt: Timestamp,
  /**
   * Set when an execution returns the outcome of an earlier one: `claimedAt` and `reference` are those of the first. It is
   * neither recorded nor announced.
   */
  isRepeat: z.optional(z.literal(true)),
});

export type Outcome = z.infer<typeof Outcome>;

const LambdaCause = z.object({ errorMessage: z.string() });

/**
 * The reason and detail of a caught error. The cause of a Lambda error is a JSON text around the message. The cause of an error
 * of Step Functions (a timeout, throttling) is a sentence, and only the error's name is kept.
 */
export const readCaught = ({
  Error: name,
  Cause = '',
}: Caught): { reason: string; rawReason?: string; detail: string } =>
  readReason(messageOf(Cause)) ?? { reason: 'unexpected', detail: `${name.slice(0, 100)} after every retry` };

const messageOf = (cause: string): string => {
  try {
    return LambdaCause.parse(JSON.parse(cause)).errorMessage;
  } catch {
    return '';
  }
};
