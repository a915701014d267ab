import * as z from 'zod';
import { TruoraId } from '../domain/ids.ts';

/**
 * What Truora says, as far as we use it: strict about the fields we use, silent about the rest, which appears without
 * notice. Field by field: documented in the re-validation guide, unless marked seen (public code) or assumed.
 */

/** `GET /v1/enrollments/{id}` */
export const EnrollmentAnswer = z.object({
  enrollment_id: TruoraId,
  account_id: z.string(),
  /** `pending` until the first face validation has ended, then `success` or `failure`. */
  status: z.enum(['pending', 'success', 'failure']),
  /** Seen: `waiting_face_validation`. Only the status decides. */
  reason: z.string().optional(),
});
export type EnrollmentAnswer = z.infer<typeof EnrollmentAnswer>;

/** The link stands in `instructions` (seen); the top level is where enrollments have it (assumed as a fall-back). */
const uploadLink = {
  instructions: z
    .object({ file_upload_link: z.string().max(8192) })
    .partial()
    .optional(),
  file_upload_link: z.string().max(8192).optional(),
};

/** `POST /v1/validations` */
export const CreateAnswer = z.object({
  validation_id: TruoraId,
  account_id: z.string(),
  /** Only the ids and the link are worth a broken contract here: the validation has been paid for. */
  threshold: z.number().optional().catch(undefined),
  ...uploadLink,
});
export type CreateAnswer = z.infer<typeof CreateAnswer>;

const FaceDetails = z.object({
  enrollment_id: z.string().optional(),
  similarity_status: z.string().optional(),
  /** 0 to 1; an integer 1 was seen. */
  confidence_score: z.number().optional(),
  passive_liveness_status: z.string().optional(),
});

/** `GET /v1/validations/{id}` and one row of a person's list. */
export const ValidationAnswer = z.object({
  validation_id: TruoraId,
  account_id: z.string(),
  type: z.string().optional(),
  /** Documented for every answer, in nanoseconds; only the list is asked for it. */
  creation_date: z.string().optional(),
  /** Whether a read repeats it while media is waited for is unknown. */
  ...uploadLink,
  /** Documented: `pending`, `success`, `failure`; Truora's own SDK also takes `failed` and `processing` (seen). */
  validation_status: z.string(),
  /** `declined`, `expired` or `system_error`; decides even while the status still says `pending` (seen). */
  failure_status: z.string().optional(),
  declined_reason: z.string().optional(),
  expired_reason: z.string().optional(),
  threshold: z.number().optional(),
  /** When Truora had decided (seen); not worth a broken contract. */
  processing_finish_date: z.string().optional().catch(undefined),
  details: z.object({ face_recognition_validations: FaceDetails }).partial().optional(),
});
export type ValidationAnswer = z.infer<typeof ValidationAnswer>;

/**
 * One page of `GET /v1/accounts/{id}/validations`. The name of the list is assumed after the enrollments' one. Rows are read
 * one by one (list.ts), and whatever else it says may mean that there is more.
 */
export const ListAnswer = z.looseObject({ validations: z.array(z.unknown()).max(1000) });
export type ListAnswer = z.infer<typeof ListAnswer>;

/** One event of a webhook: documented for checks, assumed for validations. Only the action and the id are used. */
export const WebhookEvent = z.object({
  event_action: z.string().max(64),
  object: z.object({ validation_id: TruoraId }),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The error envelope of the older API of the same family (documented there). Only its status is ever acted upon. */
export const ErrorEnvelope = z.object({ code: z.number(), http_code: z.number(), message: z.string() });
