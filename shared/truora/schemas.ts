import * as z from 'zod/mini';
import { TruoraId } from '../domain/ids.ts';
import { kept } from './score.ts';

/**
 * What Truora says, as far as we use it: strict about the fields we use, silent about the rest, which appears without
 * notice. Field by field: documented in the re-validation guide, unless marked seen (public code) or assumed.
 */

/** A field that is not worth a broken contract: absent when it is not what it should be. (`z.catch` loads all of zod's tools.) */
const ifLegible = <Said>(schema: z.ZodMiniType<Said>) =>
  z.optional(z.transform((said: unknown): Said | undefined => schema.safeParse(said).data));

const asWord = (said: unknown): string => (typeof said === 'string' ? said.trim().toLowerCase() : '');

const text = z.pipe(
  z.string(),
  z.transform((said: string) => asWord(said)),
);

/** A word of a vocabulary, whatever its capitals. One that is said and cannot be read is the empty word, which is nobody's. */
const word = z.optional(z.transform(asWord));

/**
 * A number on which only an approval hangs. One that is said and cannot be read (a text, a list) is no number, so that it
 * passes no comparison and costs no decline.
 */
const numeral = z.optional(z.transform((said: unknown) => (typeof said === 'number' ? said : Number.NaN)));

/** `GET /v1/enrollments/{id}`, and one row of a person's list of them. */
export const EnrollmentAnswer = z.object({
  enrollment_id: TruoraId,
  account_id: z.string(),
  /** `pending` until the first face validation has ended, then `success` or `failure` (documented). Read without capitals. */
  status: text,
  /** Seen: `waiting_face_validation`. Only the status decides. */
  reason: ifLegible(z.string()),
});

export type EnrollmentAnswer = z.infer<typeof EnrollmentAnswer>;

/** `GET /v1/accounts/{id}/enrollments` (assumed). The rows are read one by one. */
export const EnrollmentList = z.object({ enrollments: z.array(z.unknown()).check(z.maxLength(1000)) });

const link = z.string().check(z.maxLength(8192));

/** The link stands in `instructions` (seen); the top level is where enrollments have it (assumed as a fall-back). */
const uploadLink = {
  instructions: ifLegible(z.object({ file_upload_link: ifLegible(link) })),
  file_upload_link: ifLegible(link),
};

/** `POST /v1/validations` */
export const CreateAnswer = z.object({
  validation_id: TruoraId,
  account_id: z.string(),
  /** Only the ids and the link are worth a broken contract here: the validation has been paid for. It is kept, so it is one. */
  threshold: ifLegible(z.pipe(z.number().check(z.minimum(0), z.maximum(1)), z.transform(kept))),
  ...uploadLink,
});

export type CreateAnswer = z.infer<typeof CreateAnswer>;

const FaceDetails = z.object({
  enrollment_id: z.optional(z.transform((said: unknown) => (typeof said === 'string' ? said : ''))),
  similarity_status: word,
  /** 0 to 1; an integer 1 was seen. */
  confidence_score: numeral,
  passive_liveness_status: word,
  /** What a search among known faces came to (seen); decides nothing. */
  face_search: ifLegible(z.object({ status: word, confidence_score: numeral })),
});

const WithoutWord = 'must say validation_status or failure_status';

/**
 * `GET /v1/validations/{id}` and one row of a person's list. A field that a decision does not need cannot lose it: besides the
 * ids it has to say one of the two statuses, and whatever else cannot be read is absent, or stands there as what is never
 * good for an approval.
 */
export const ValidationAnswer = z
  .object({
    validation_id: TruoraId,
    account_id: z.string(),
    type: ifLegible(text),
    /** So the type is spelled in one sample of the guide (documented). */
    typ: ifLegible(text),
    /** Documented for every answer, in nanoseconds; only the list is asked for it. */
    creation_date: ifLegible(z.string()),
    /** Whether a read repeats it while media is waited for is unknown. */
    ...uploadLink,
    /** Documented: `pending`, `success`, `failure`; Truora's own SDK also takes `failed` and `processing` (seen). */
    validation_status: z.transform(asWord),
    /** `declined`, `expired` or `system_error`; decides even while the status still says `pending` (seen). */
    failure_status: word,
    declined_reason: word,
    expired_reason: word,
    threshold: numeral,
    /** When Truora had decided (seen); not worth a broken contract. */
    processing_finish_date: ifLegible(z.string()),
    details: ifLegible(z.object({ face_recognition_validations: ifLegible(FaceDetails) })),
  })
  .check(
    z.refine(({ validation_status, failure_status }) => Boolean(validation_status || failure_status), WithoutWord),
  );

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
