import * as z from 'zod/mini';
import { AccountId, TruoraId } from './ids.ts';

export const subvalidations = ['similarity', 'passive_liveness', 'speech_match'] as const;

export const resultModes = ['callback', 'poll'] as const;

export const ResultMode = z.enum(resultModes);

export type ResultMode = z.infer<typeof ResultMode>;

/** The caller's own name for the case. It stands in S3 metadata, which is ASCII. */
export const Reference = z
  .string()
  .check(z.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters'));

/** Nearer to 0 a threshold is none but 0 itself: it means nothing, and DynamoDB takes no number below 1e-130. */
const LEAST_THRESHOLD = 1e-6;

/** Least similarity that passes, 0 to 1. */
export const Threshold = z.number('must be a number').check(
  z.minimum(0, 'must be 0 to 1'),
  z.maximum(1, 'must be 0 to 1'),
  z.refine((value) => value <= 0 || value >= LEAST_THRESHOLD, `must be 0, or at least ${LEAST_THRESHOLD}`),
);

/**
 * What a caller may ask of Truora, by our names (README: "One field, four names"), and how the result is to be waited for.
 * Rules, defaults and bounds: documented in Truora's re-validation guide. What is sent in fact, policy.ts says.
 */
export const Options = z
  .strictObject({
    /** Least similarity that passes, 0 to 1; the deployment's `minimumThreshold` when left out, and never less. */
    threshold: z.optional(Threshold),
    /** The old way to ask for liveness, announced for removal; mapped onto `subvalidations` and never sent. */
    liveness: z.optional(z.enum(['passive', 'disabled'])),
    subvalidations: z.optional(
      z.array(z.enum(subvalidations)).check(
        z.minLength(1, 'must name at least one'),
        z.maxLength(subvalidations.length, 'must name each at most once'),
        z.refine((all) => new Set(all).size === all.length, 'must name each at most once'),
      ),
    ),
    /** The declined validation that this one retries: the id of a re-validation of ours, or Truora's own. */
    retryOf: z.optional(TruoraId),
    minimumPrecision: z.optional(z.enum(['very_high', 'high', 'medium', 'low'])),
    /** Seconds Truora gives the validation. Truora's default: the account's setting, else 300. */
    timeoutSeconds: z.optional(
      z.int('must be whole seconds').check(z.minimum(1, 'must be 1 to 21600'), z.maximum(21_600, 'must be 1 to 21600')),
    ),
    resultMode: z.optional(ResultMode),
  })
  .check(
    z.superRefine((options, context) => {
      const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
      if (options.liveness && options.subvalidations)
        refuse('liveness', 'must not be given together with subvalidations');
      const speech = options.subvalidations?.includes('speech_match') ?? false;
      if (speech && !options.minimumPrecision) refuse('minimumPrecision', 'is required with speech_match');
      if (!speech && options.minimumPrecision) refuse('minimumPrecision', 'is only for speech_match');
      const passive = options.liveness === 'passive' || options.subvalidations?.includes('passive_liveness');
      if (options.retryOf && !passive) refuse('retryOf', 'needs passive liveness (subvalidations: passive_liveness)');
    }),
  );

export type Options = z.infer<typeof Options>;

/** `subvalidations` as they are sent: the old `liveness` form becomes the new one. Undefined: say nothing to Truora. */
export const subvalidationsOf = (options: Options): Options['subvalidations'] => {
  if (options.liveness === 'passive') return ['passive_liveness', 'similarity'];
  if (options.liveness === 'disabled') return ['similarity'];
  return options.subvalidations;
};

/** The S3 "Object Created" event as EventBridge delivers it. Only what we use is checked; the key is not URL-encoded. */
export const DropEvent = z.object({
  source: z.literal('aws.s3'),
  detail: z.object({
    /** What made the version: `PutObject`, `POST Object`, `CompleteMultipartUpload` or `CopyObject` (documented). */
    reason: z.optional(z.string()),
    bucket: z.object({ name: z.string().check(z.minLength(3), z.maxLength(63)) }),
    object: z.object({
      key: z.string().check(z.minLength(1), z.maxLength(1024)),
      etag: z.string().check(z.minLength(1), z.maxLength(128)),
      'version-id': z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    }),
  }),
});

export type DropEvent = z.infer<typeof DropEvent>;

/** Who called a door that knows its callers: `iam:` and a role's or user's ARN, or `jwt:` and the token's subject. */
export const CalledBy = z.string().check(z.regex(/^(iam|jwt):[\x21-\x7e]{1,512}$/));

const consent = z.literal(true, {
  error: ({ input }) =>
    input === undefined
      ? 'is missing: it must be true, the person has to have agreed'
      : 'must be true: the person has to have agreed',
});

const IdempotencyKey = z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters'));

/** Asks for the same media once more, as a case of its own that is paid for again, and says why. */
export const ForceNew = z.strictObject({
  reason: z.string().check(z.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters')),
});

export type ForceNew = z.infer<typeof ForceNew>;

/** A year: what is kept longer is no answer to anything asked today. Seconds. */
const LONGEST_AGE = 31_536_000;

const AGE_RULE = `must be 1 to ${LONGEST_AGE} whole seconds`;

/**
 * How old an answer may be, in seconds since its media was claimed, where the same media was asked about before. An older one
 * is refused as `answer_too_old`; without it any answer that stands is given.
 */
export const MaxAgeSeconds = z.int(AGE_RULE).check(z.minimum(1, AGE_RULE), z.maximum(LONGEST_AGE, AGE_RULE));

/** Someone put media into the inbox. Who and what for stand in the key and in the object's own metadata. */
export const DropRequest = z.strictObject({ kind: z.literal('drop'), event: DropEvent });

/** Another workflow, or the API, asks with everything in its hand. */
export const CallRequest = z.strictObject({
  kind: z.literal('call'),
  accountId: AccountId,
  enrollmentId: TruoraId,
  /** That the person agreed to be verified; Truora demands it, and only the caller can know. */
  userAuthorized: consent,
  /** In the media bucket, under `media/` or `inbox/`; which bucket that is, the deployment decides. */
  media: z.strictObject({
    key: z.string().check(z.minLength(1), z.maxLength(1024)),
    /** Which version; the newest when left out. */
    versionId: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  }),
  options: z.optional(Options),
  reference: z.optional(Reference),
  idempotencyKey: z.optional(IdempotencyKey),
  forceNew: z.optional(ForceNew),
  maxAgeSeconds: z.optional(MaxAgeSeconds),
  /** Written by the API. Whoever else starts the machine is believed, for they may start it. */
  calledBy: z.optional(CalledBy),
});

export type CallRequest = z.infer<typeof CallRequest>;

/** What a door hands the machine. */
export const RevalidationRequest = z.discriminatedUnion('kind', [DropRequest, CallRequest]);

export type RevalidationRequest = z.infer<typeof RevalidationRequest>;

/** What an execution is started with: the third door's envelope, and what the other doors make of theirs. */
export const RevalidationInput = z.strictObject({
  request: RevalidationRequest,
  /** Step Functions' own mark of a nested start, by which its console links the two executions. We do not read it. */
  AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
});

export type RevalidationInput = z.infer<typeof RevalidationInput>;
