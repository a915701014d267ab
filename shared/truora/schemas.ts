import * as z from 'zod/mini';
import { TruoraId } from '../domain/ids.ts';
import { Phrase } from './phrase.ts';
import { kept } from './score.ts';

/**
 * The used fields of Truora's answers. Unknown fields are ignored, because Truora adds fields without notice. Every field is
 * documented in the re-validation guide, unless marked seen (public code) or assumed.
 */

/** An optional field that is absent when it is unreadable, instead of an error. (`z.catch` would load all of zod.) */
const ifReadable = <Value>(schema: z.ZodMiniType<Value>) =>
  z.optional(z.transform((value: unknown): Value | undefined => schema.safeParse(value).data));

const asWord = (value: unknown): string => (typeof value === 'string' ? value.trim().toLowerCase() : '');

const text = z.pipe(
  z.string(),
  z.transform((value: string) => asWord(value)),
);

/** A code in lower case. An unreadable value becomes the empty text, which equals no code. */
const word = z.optional(z.transform(asWord));

/**
 * A number that only an approval needs. An unreadable value (a text, a list) becomes NaN, so that no comparison accepts it and a
 * decline stays readable.
 */
const numeral = z.optional(z.transform((value: unknown) => (typeof value === 'number' ? value : Number.NaN)));

/** An account id as text. A number that is exact is the same account (assumed). */
const account = z.pipe(
  z.union([z.string(), z.int()]),
  z.transform((value: string | number) => String(value)),
);

/** `GET /v1/enrollments/{id}`, and one row of a person's list of them. */
export const EnrollmentAnswer = z.object({
  enrollment_id: TruoraId,
  account_id: account,
  /** `pending` until the first face validation has ended, then `success` or `failure` (documented). Read without capitals. */
  status: text,
  /** Seen: `waiting_face_validation`. Only the status decides. */
  reason: ifReadable(z.string()),
});

export type EnrollmentAnswer = z.infer<typeof EnrollmentAnswer>;

/** `GET /v1/accounts/{id}/enrollments` (assumed). The rows are read one by one. */
export const EnrollmentList = z.object({ enrollments: z.array(z.unknown()).check(z.maxLength(1000)) });

const link = z.string().check(z.maxLength(8192));

/**
 * The link is in `instructions` (seen); enrollments have it at the top level (assumed as a fallback). The phrase of a validation for
 * speech is in the same two places (assumed).
 */
const uploadLink = {
  instructions: ifReadable(z.object({ file_upload_link: ifReadable(link), speech_token: ifReadable(Phrase) })),
  file_upload_link: ifReadable(link),
  speech_token: ifReadable(Phrase),
};

/** `POST /v1/validations` */
export const CreateAnswer = z.object({
  validation_id: TruoraId,
  /** An echo of the request; `createdOf` accepts its absence. */
  account_id: z.optional(account),
  /** Unreadable is absent: the validation is charged, so only its ids and link are required. */
  threshold: ifReadable(z.pipe(z.number().check(z.minimum(0), z.maximum(1)), z.transform(kept))),
  ...uploadLink,
});

export type CreateAnswer = z.infer<typeof CreateAnswer>;

const FaceDetails = z.object({
  enrollment_id: z.optional(z.transform((value: unknown) => (typeof value === 'string' ? value : ''))),
  similarity_status: word,
  /** 0 to 1; an integer 1 was seen. */
  confidence_score: numeral,
  passive_liveness_status: word,
  /** By the pattern of the other two (assumed). */
  speech_match_status: word,
  /** The result of a search among known faces (seen). It decides nothing. */
  face_search: ifReadable(z.object({ status: word, confidence_score: numeral })),
});

const WITHOUT_STATUS = 'must have validation_status or failure_status';

/**
 * `GET /v1/validations/{id}` and one row of a person's list. Required are its id and one of the two statuses. Any
 * other unreadable field is absent, or has a value that prevents an approval.
 */
export const ValidationAnswer = z
  .object({
    validation_id: TruoraId,
    /** Only a success needs it. */
    account_id: z.optional(account),
    /** Unreadable is the empty text, which is no type of ours: it prevents an approval. */
    type: word,
    /** The type in one sample of the guide (documented). */
    typ: word,
    /** Documented for every answer, with nanoseconds; only used in the list. */
    creation_date: ifReadable(z.string()),
    /** It is unknown whether a read repeats it while the validation waits for media. */
    ...uploadLink,
    /** Documented: `pending`, `success`, `failure`; Truora's own SDK also takes `failed` and `processing` (seen). */
    validation_status: z.transform(asWord),
    /** `declined`, `expired` or `system_error`; decides even while the status still says `pending` (seen). */
    failure_status: word,
    declined_reason: word,
    expired_reason: word,
    threshold: numeral,
    /** When Truora decided (seen). */
    processing_finish_date: ifReadable(z.string()),
    details: ifReadable(z.object({ face_recognition_validations: ifReadable(FaceDetails) })),
  })
  .check(
    z.refine(({ validation_status, failure_status }) => Boolean(validation_status || failure_status), WITHOUT_STATUS),
  );

export type ValidationAnswer = z.infer<typeof ValidationAnswer>;

/**
 * One page of `GET /v1/accounts/{id}/validations`. The name of the list is assumed, like the one of enrollments. Rows are
 * parsed one by one (list-page.ts); the other fields may mean further pages.
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
