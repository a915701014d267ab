import * as z from 'zod/mini';
import { AccountId, ConsentReceiptId, TruoraId } from './ids.ts';

export const subvalidations = ['similarity', 'passive_liveness', 'speech_match'] as const;

export const resultModes = ['callback', 'poll'] as const;

export const ResultMode = z.enum(resultModes);

export type ResultMode = z.infer<typeof ResultMode>;

/** The caller's own name for the case. It is also S3 metadata, which is ASCII. */
export const Reference = z
  .string()
  .check(z.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters'));

/** What a check is for. The deployment has a policy for each purpose. Without one, the policy `default` holds. */
export const Purpose = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be 1 to 32 of a-z 0-9 _ -, beginning with a letter'));

/** The least threshold above 0. A smaller one has no effect, and DynamoDB takes no number below 1e-130. */
const LEAST_THRESHOLD = 1e-6;

/** Least similarity for an approval, 0 to 1. */
export const Threshold = z.number('must be a number').check(
  z.minimum(0, 'must be 0 to 1'),
  z.maximum(1, 'must be 0 to 1'),
  z.refine((value) => value <= 0 || value >= LEAST_THRESHOLD, `must be 0, or at least ${LEAST_THRESHOLD}`),
);

/**
 * What a caller may ask of Truora, by our field names (the table "Fields" of shared/contracts/README.md), and how to wait for the result.
 * Rules, defaults and bounds: documented in Truora's re-validation guide. policy.ts decides what is sent.
 */
export const Options = z
  .strictObject({
    /** Least similarity for an approval, 0 to 1. Default and minimum: `minimumThreshold` of the policy. */
    threshold: z.optional(Threshold),
    /** The old form of the liveness option, announced for removal (documented); mapped to `subvalidations` and never sent. */
    liveness: z.optional(z.enum(['passive', 'disabled'])),
    subvalidations: z.optional(
      z.array(z.enum(subvalidations)).check(
        z.minLength(1, 'must name at least one'),
        z.maxLength(subvalidations.length, 'must name each at most once'),
        z.refine((all) => new Set(all).size === all.length, 'must name each at most once'),
      ),
    ),
    /** The declined validation to retry: our re-validation id, or Truora's id. */
    retryOf: z.optional(TruoraId),
    minimumPrecision: z.optional(z.enum(['very_high', 'high', 'medium', 'low'])),
    /** How long the validation lives at Truora. Truora's default: the account's setting, else 300. Seconds. */
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

/** `subvalidations` as they are sent; the old `liveness` form becomes the new one. Undefined: the field is not sent. */
export const subvalidationsOf = (options: Options): Options['subvalidations'] => {
  if (options.liveness === 'passive') return ['passive_liveness', 'similarity'];
  if (options.liveness === 'disabled') return ['similarity'];
  return options.subvalidations;
};

/**
 * Where the media comes from: made by the person on the capture page, or (`live`) made after the validation was created, because the
 * person speaks a phrase that Truora gives with it.
 */
export const Capture = z.union([z.literal(true), z.literal('live')]);

/** The S3 "Object Created" event as EventBridge delivers it. Only used fields are checked; the key is not URL-encoded. */
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

/**
 * An authenticated caller: `iam:` and the ARN of a role or user, `jwt:` and the subject of the token, or `capture:` and the case whose
 * person came with a capture link.
 */
export const CalledBy = z.string().check(z.regex(/^(iam|jwt|capture):[\x21-\x7e]{1,512}$/));

const consent = z.literal(true, {
  error: ({ input }) =>
    input === undefined
      ? 'is missing: it must be true, the person must have agreed'
      : 'must be true: the person must have agreed',
});

const KEY_RULE = 'must be 1 to 128 visible ASCII characters';

const IdempotencyKey = z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, KEY_RULE));

/**
 * The header of a call's key. The IETF draft sends a structured-field string, in quotes with `\"` and `\\`; many clients send the key
 * alone. Both forms are the same key.
 */
export const IdempotencyKeyHeader = z.optional(
  z.pipe(
    z
      .string()
      .check(z.regex(/^([\x21\x23-\x7e][\x21-\x7e]{0,127}|"([\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,128}")$/, KEY_RULE)),
    z.transform((text: string) => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)),
  ),
);

/** Starts a separate, charged case about media that was asked about before, with the reason for it. */
export const ForceNew = z.strictObject({
  reason: z.string().check(z.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters')),
});

export type ForceNew = z.infer<typeof ForceNew>;

/** A year: an older answer is of no use. Seconds. */
const LONGEST_AGE = 31_536_000;

const AGE_RULE = `must be 1 to ${LONGEST_AGE} whole seconds`;

/**
 * The greatest age of an existing answer about the same media, in seconds since its claim. An older answer is refused as
 * `answer_too_old`; without this field, any existing answer is returned.
 */
export const MaxAgeSeconds = z.int(AGE_RULE).check(z.minimum(1, AGE_RULE), z.maximum(LONGEST_AGE, AGE_RULE));

/** A drop: media was uploaded to the inbox. Its key and metadata hold the person and the options. */
export const DropRequest = z.strictObject({ kind: z.literal('drop'), event: DropEvent });

/** An object in the deployment's media bucket. */
export const CalledMedia = z.strictObject({
  key: z.string().check(z.minLength(1), z.maxLength(1024)),
  /** The version. Default: the newest. */
  versionId: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
});

/** A call: another workflow or the API sends all fields. */
const Call = z.strictObject({
  kind: z.literal('call'),
  accountId: AccountId,
  enrollmentId: TruoraId,
  /** The person agreed to be verified. Truora requires it (documented), and only the caller can know it. */
  userAuthorized: consent,
  /** An object under `media/` or `inbox/`. Only a live capture has none yet. */
  media: z.optional(CalledMedia),
  /** The person records once the validation exists, because Truora gives the phrase to speak with it. */
  capture: z.optional(z.literal('live')),
  options: z.optional(Options),
  purpose: z.optional(Purpose),
  /** The receipt of the person's consent. A deployment with `consentMode: receipt` requires it; any other ignores it. */
  consentReceiptId: z.optional(ConsentReceiptId),
  reference: z.optional(Reference),
  idempotencyKey: z.optional(IdempotencyKey),
  forceNew: z.optional(ForceNew),
  maxAgeSeconds: z.optional(MaxAgeSeconds),
  /** Set by the API. Another caller with permission to start the state machine may set it too. */
  calledBy: z.optional(CalledBy),
});

/** The rules between the fields of a call. They are checked also where single fields are wrong, so that one answer names all. */
export const CallRequest = Call.check(
  z.superRefine(
    (call, context) => {
      const refuse = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message, input: call[field as keyof typeof call] });
      if (!call.capture) {
        if (!call.media) refuse('media', 'is missing');
        return;
      }
      if (call.media) refuse('media', 'must not be given with capture: it does not exist yet');
      if (call.forceNew) refuse('forceNew', 'must not be given with capture: each capture is new');
      if (call.maxAgeSeconds) refuse('maxAgeSeconds', 'must not be given with capture: each capture is new');
      if (!subvalidationsOf(call.options ?? {})?.includes('speech_match'))
        refuse('capture', 'must be live only with speech_match in options.subvalidations');
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  ),
);

export type CallRequest = z.infer<typeof CallRequest>;

/** The request that starts the state machine. */
export const RevalidationRequest = z.discriminatedUnion('kind', [DropRequest, CallRequest]);

export type RevalidationRequest = z.infer<typeof RevalidationRequest>;

/** The input of an execution. Every entry point produces this form. */
export const RevalidationInput = z.strictObject({
  request: RevalidationRequest,
  /** Step Functions adds it to a nested start, so that its console links the two executions. We do not read it. */
  AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
});

export type RevalidationInput = z.infer<typeof RevalidationInput>;
