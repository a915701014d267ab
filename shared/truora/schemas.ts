import * as z from 'zod/mini';
import { TruoraId } from '../domain/ids.ts';

/**
 * What Truora says, as far as we use it: strict about the fields we use, silent about the rest, which appears without
 * notice. Field by field: documented in the re-validation guide, unless marked seen (public code) or assumed.
 */

/** A field that is not worth a broken contract: absent when it is not what it should be. (`z.catch` loads all of zod's tools.) */
const ifLegible = <Said>(schema: z.ZodMiniType<Said>) =>
  z.optional(z.transform((said: unknown): Said | undefined => schema.safeParse(said).data));

/** `GET /v1/enrollments/{id}` */
export const EnrollmentAnswer = z.object({
  enrollment_id: TruoraId,
  account_id: z.string(),
  /** `pending` until the first face validation has ended, then `success` or `failure`. */
  status: z.enum(['pending', 'success', 'failure']),
  /** Seen: `waiting_face_validation`. Only the status decides. */
  reason: z.optional(z.string()),
});
export type EnrollmentAnswer = z.infer<typeof EnrollmentAnswer>;

const link = z.string().check(z.maxLength(8192));

/** The link stands in `instructions` (seen); the top level is where enrollments have it (assumed as a fall-back). */
const uploadLink = {
  instructions: z.optional(z.object({ file_upload_link: z.optional(link) })),
  file_upload_link: z.optional(link),
};

/** `POST /v1/validations` */
export const CreateAnswer = z.object({
  validation_id: TruoraId,
  account_id: z.string(),
  /** Only the ids and the link are worth a broken contract here: the validation has been paid for. */
  threshold: ifLegible(z.number()),
  ...uploadLink,
});
export type CreateAnswer = z.infer<typeof CreateAnswer>;

const FaceDetails = z.object({
  enrollment_id: z.optional(z.string()),
  similarity_status: z.optional(z.string()),
  /** 0 to 1; an integer 1 was seen. */
  confidence_score: z.optional(z.number()),
  passive_liveness_status: z.optional(z.string()),
});

/** `GET /v1/validations/{id}` and one row of a person's list. */
export const ValidationAnswer = z.object({
  validation_id: TruoraId,
  account_id: z.string(),
  type: z.optional(z.string()),
  /** Documented for every answer, in nanoseconds; only the list is asked for it. */
  creation_date: z.optional(z.string()),
  /** Whether a read repeats it while media is waited for is unknown. */
  ...uploadLink,
  /** Documented: `pending`, `success`, `failure`; Truora's own SDK also takes `failed` and `processing` (seen). */
  validation_status: z.string(),
  /** `declined`, `expired` or `system_error`; decides even while the status still says `pending` (seen). */
  failure_status: z.optional(z.string()),
  declined_reason: z.optional(z.string()),
  expired_reason: z.optional(z.string()),
  threshold: z.optional(z.number()),
  /** When Truora had decided (seen); not worth a broken contract. */
  processing_finish_date: ifLegible(z.string()),
  details: z.optional(z.object({ face_recognition_validations: z.optional(FaceDetails) })),
});
export type ValidationAnswer = z.infer<typeof ValidationAnswer>;

/**
 * One page of `GET /v1/accounts/{id}/validations`. The name of the list is assumed after the enrollments' one. Rows are read
 * one by one (list.ts), and whatever else it says may mean that there is more.
 */
export const ListAnswer = z.looseObject({ validations: z.array(z.unknown()).check(z.maxLength(1000)) });
export type ListAnswer = z.infer<typeof ListAnswer>;

/** One event of a webhook: documented for checks, assumed for validations. Only the action and the id are used. */
export const WebhookEvent = z.object({
  event_action: z.string().check(z.maxLength(64)),
  object: z.object({ validation_id: TruoraId }),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The error envelope of the older API of the same family (documented there). Only its status is ever acted upon. */
export const ErrorEnvelope = z.object({ code: z.number(), http_code: z.number(), message: z.string() });
