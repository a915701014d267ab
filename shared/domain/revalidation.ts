import * as z from 'zod/mini';
import { readReason } from './errors.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import { outcomeStatuses } from './lifecycle.ts';
import { MAX_MEDIA_BYTES, type MediaType, mediaTypes } from './media.ts';
import { verdictReasons } from './reasons.ts';
import { CalledBy, ForceNew, Options, Reference, ResultMode } from './request.ts';

/** RFC 3339 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 });

/** One version of one object, checked before anything is paid for. */
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

/** The request, normalised, checked and owned by exactly one execution. */
export const Claim = z.object({
  revalidationId: RevalidationId,
  accountId: AccountId,
  enrollmentId: TruoraId,
  userAuthorized: z.literal(true),
  media: Media,
  /** Its `retryOf` is Truora's id, whatever the caller named. */
  requested: Options,
  resultMode: ResultMode,
  reference: z.optional(Reference),
  /** The re-validation of ours that this one retries. */
  linkedTo: z.optional(RevalidationId),
  /** Why the same media was asked about once more. */
  forceNew: z.optional(ForceNew),
  /** Absent for a drop without a ticket and for a workflow. */
  calledBy: z.optional(CalledBy),
  claimedAt: Timestamp,
});

export type Claim = z.infer<typeof Claim>;

/** That the person's face is known to Truora. */
export const Enrollment = z.object({
  enrollmentId: TruoraId,
  status: z.literal('success'),
  /**
   * How many other finished enrollments Truora lists for the account, where it lists any. The create call names no enrollment,
   * so Truora may compare with one of those, and the case ends `failed/verdict_of_another_enrollment`.
   */
  otherEnrollments: z.optional(z.int()),
});

export type Enrollment = z.infer<typeof Enrollment>;

/** The longest Truora lets a validation live (documented). Seconds. */
export const LONGEST_LIFE_SECONDS = 21_600;

/** Truora's object, as far as executions may know it: the upload link is a bearer secret and stays in the ledger. */
export const Validation = z.object({
  validationId: TruoraId,
  /** When Truora stops taking or deciding it. */
  deadline: Timestamp,
  /** The threshold Truora said it uses, 0 to 1. */
  threshold: z.optional(z.number()),
});

export type Validation = z.infer<typeof Validation>;

/** Proof of the move: what was sent, not what was asked for. */
export const Receipt = z.object({
  bytes: z.int(),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  movedAt: Timestamp,
});

export type Receipt = z.infer<typeof Receipt>;

/** A webhook called for the validation. It says "look now" and nothing about the verdict. */
export const Notification = z.object({ rangAt: Timestamp });

export type Notification = z.infer<typeof Notification>;

/** A vendor code, kept as it came; anything that is not shaped like a code is not kept. */
export const RawReason = z.string().check(z.regex(/^[a-z0-9_]{1,64}$/));

/** What Truora decided, in our closed vocabulary. Only ReadVerdict makes one, from Truora's own authenticated answer. */
export const Verdict = z.object({
  status: z.enum(['approved', 'declined', 'expired', 'failed']),
  reason: z.optional(z.enum(verdictReasons)),
  /** Truora's code when it is none we know. */
  rawReason: z.optional(RawReason),
  /** Which of the checks on a `success` did not hold. */
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
  /** What is to be done about it, where the reason alone does not say. */
  detail: z.optional(z.string()),
  /** Truora's confidence score, 0 to 1. */
  similarity: z.optional(z.number()),
  /** Of an approval the threshold that it had to reach; of any other end the one that Truora says it used. 0 to 1. */
  threshold: z.optional(z.number()),
  /** What a search among known faces came to, where Truora made one (seen). It decides nothing. */
  faceSearch: z.optional(z.object({ status: z.optional(RawReason), similarity: z.optional(z.number()) })),
  decidedAt: Timestamp,
});

export type Verdict = z.infer<typeof Verdict>;

/** What Step Functions leaves of an error that was caught. `Cause` is a JSON text when a Lambda threw. */
export const Caught = z.object({ Error: z.string(), Cause: z.optional(z.string()) });

export type Caught = z.infer<typeof Caught>;

/** The recorded end of a re-validation: what callers, records and the machine's output all show. */
export const Outcome = z.object({
  revalidationId: RevalidationId,
  status: z.enum(outcomeStatuses),
  /** Stable and machine-readable; absent when approved. */
  reason: z.optional(z.string()),
  /** A sentence for people: the field and the rule, or what was given up. */
  detail: z.optional(z.string()),
  rawReason: z.optional(RawReason),
  mismatch: Verdict.shape.mismatch,
  reference: z.optional(Reference),
  accountId: z.optional(AccountId),
  enrollmentId: z.optional(TruoraId),
  validationId: z.optional(TruoraId),
  similarity: z.optional(z.number()),
  threshold: z.optional(z.number()),
  faceSearch: Verdict.shape.faceSearch,
  /** What made us look (a bell or the timed poll), or that we ended it without a look, or a caller did. */
  decidedBy: z.enum(['webhook', 'poll', 'workflow', 'caller']),
  claimedAt: z.optional(Timestamp),
  movedAt: z.optional(Timestamp),
  decidedAt: Timestamp,
  /**
   * Set where an execution is given what another one had asked for: `claimedAt` and `reference` are those of the first. It is
   * never recorded, and the event of the outcome is told once.
   */
  isRepeat: z.optional(z.literal(true)),
});

export type Outcome = z.infer<typeof Outcome>;

const LambdaCause = z.object({ errorMessage: z.string() });

/**
 * What a Catch left, as reason and detail. A Lambda's cause is a JSON text around the message; one of Step Functions' own
 * (a timeout, a throttle) is a sentence, of which only the error's name is kept.
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
