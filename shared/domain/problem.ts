import * as z from 'zod/mini';
import { defined } from './defined.ts';
import { NamedError, RequestInvalidError } from './errors.ts';
import type { errorReasons, ReasonOf } from './reasons.ts';

type Code = ReasonOf<keyof typeof errorReasons | 'end'>;

/** Every code that the API may answer with: its HTTP status and its fixed title. */
export const problems = {
  body_malformed: { status: 400, title: 'The body is not JSON.' },
  signature_invalid: { status: 401, title: 'The signature is not genuine.' },
  capture_link_invalid: { status: 401, title: 'The link is not valid.' },
  subject_missing: { status: 403, title: 'The token names no subject.' },
  account_forbidden: { status: 403, title: 'The caller may not see this account.' },
  revalidation_unknown: { status: 404, title: 'There is no such re-validation.' },
  consent_receipt_unknown: { status: 404, title: 'There is no such receipt of consent.' },
  already_decided: { status: 409, title: 'The re-validation has ended.' },
  legal_hold: { status: 409, title: 'A legal hold forbids the erasure.' },
  account_erased: { status: 410, title: 'The person of this account id was erased.' },
  nothing_to_record: { status: 409, title: 'There is nothing to record now.' },
  campaign_unknown: { status: 404, title: 'There is no such campaign.' },
  campaign_state: { status: 409, title: 'The campaign is in another status.' },
  manifest_changed: { status: 409, title: 'The manifest was overwritten after the plan.' },
  not_ended: { status: 409, title: 'The re-validation has not ended.' },
  claimed_elsewhere: { status: 409, title: 'Another request with the same key is in progress.' },
  already_asked_otherwise: { status: 409, title: 'The media was asked about with another request.' },
  answer_too_old: { status: 409, title: 'The existing answer is older than the request allows.' },
  body_too_large: { status: 413, title: 'The body is too large.' },
  content_type_unsupported: { status: 415, title: 'The body must be application/json.' },
  request_invalid: { status: 422, title: 'The request breaks a rule.' },
  idempotency_key_reused: { status: 422, title: 'The key was used with another request.' },
  consent_missing: { status: 422, title: 'The consent of the person is missing.' },
  consent_unknown: { status: 422, title: 'The person has no such receipt of consent.' },
  consent_wrong_purpose: { status: 422, title: 'The consent is for another purpose.' },
  consent_expired: { status: 422, title: 'The time of the consent is over.' },
  consent_revoked: { status: 422, title: 'The consent was revoked.' },
  consent_text_unknown: { status: 422, title: 'There is no such text of consent.' },
  speech_match_needs_live_capture: { status: 422, title: 'Speech cannot be matched from a file.' },
  retry_not_allowed: { status: 422, title: 'Linked retries are switched off.' },
  retry_unknown: { status: 422, title: 'The validation to retry is not of this person.' },
  retry_not_declined: { status: 422, title: 'Only what was declined can be retried.' },
  retry_needs_liveness: { status: 422, title: 'Only a passive liveness check can be retried.' },
  retry_other_purpose: { status: 422, title: 'The validation to retry had another purpose.' },
  retry_too_late: { status: 422, title: 'The time for a retry is over.' },
  retries_used_up: { status: 422, title: 'There is no retry left.' },
  threshold_below_policy: { status: 422, title: 'The threshold is below the floor of its policy.' },
  purpose_unknown: { status: 422, title: 'There is no policy for this purpose.' },
  media_empty: { status: 422, title: 'The media is empty.' },
  media_too_large: { status: 422, title: 'The media is too large.' },
  media_type_not_supported: { status: 422, title: 'The media type is not supported.' },
  media_unreadable: { status: 422, title: 'The media cannot be read.' },
  media_incomplete: { status: 422, title: 'The media is incomplete.' },
  media_too_small: { status: 422, title: 'The media has too few pixels.' },
  media_without_video: { status: 422, title: 'The media holds no video.' },
  media_without_sound: { status: 422, title: 'The media holds no sound.' },
  media_too_long: { status: 422, title: 'The media lasts too long.' },
  photo_cannot_prove_liveness: { status: 422, title: 'A photo cannot prove liveness.' },
  media_gone: { status: 422, title: 'There is no such media.' },
  media_changed: { status: 422, title: 'The media was overwritten.' },
  manifest_gone: { status: 422, title: 'There is no such manifest.' },
  manifest_too_large: { status: 422, title: 'The manifest is too large.' },
  plan_outlives_media: { status: 422, title: 'The campaign would outlive its media.' },
  unexpected: { status: 500, title: 'The server failed.' },
} as const satisfies { [Name in Code]?: { status: number; title: string } };

export type ProblemCode = keyof typeof problems;

const ruleCodes = [
  'missing',
  'wrong_type',
  'out_of_range',
  'not_one_of',
  'malformed',
  'unknown_field',
  'rule',
] as const;

/** A problem document (RFC 9457). It names fields and rules, and never a value. */
export const Problem = z.object({
  /** The address of the chapter about the code, or a URN when the deployment names no documentation. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  /** A stable code for programs. */
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  /** Each broken rule with the path of its field. */
  errors: z.optional(z.array(z.object({ path: z.string(), code: z.enum(ruleCodes), detail: z.string() }))),
});

export type Problem = z.infer<typeof Problem>;

export type BrokenRule = NonNullable<Problem['errors']>[number];

/** A call that is refused for what it is, not for what it asks of Truora. Only routes throw it. */
export class CallRefusedError extends NamedError<ReasonOf<'CallRefusedError'>> {
  override readonly name = 'CallRefusedError';
}

const isCode = (reason: string): reason is ProblemCode => Object.hasOwn(problems, reason);

/** The page of the problem codes, below the address of the documentation. It has a heading for each code. */
const PROBLEMS_PAGE = '/shared/contracts/problems.md';

/**
 * The type of a problem: the address of its chapter in the documentation.
 * @param documentation the address of this project's documentation; a URN, which no browser opens, when there is none
 */
export const typeOf = (code: ProblemCode, documentation: string | undefined): string =>
  documentation ? `${documentation}${PROBLEMS_PAGE}#${code}` : `urn:problem:face-revalidation:${code}`;

/**
 * The problem document for an error. An error without one of our names becomes `unexpected`, without details.
 * @param documentation the address of this project's documentation, if the deployment names it
 */
export const problemOf = (error: unknown, documentation?: string): Problem => {
  const named = error instanceof NamedError && isCode(error.reason) ? error : undefined;
  const code: ProblemCode = (named?.reason as ProblemCode | undefined) ?? 'unexpected';
  const { status, title } = problems[code];
  const errors = error instanceof RequestInvalidError ? error.broken : [];
  return defined({
    type: typeOf(code, documentation),
    title,
    status,
    detail: named?.message.slice(code.length + 2),
    code,
    errors: errors.length > 0 ? ([...errors] as BrokenRule[]) : undefined,
  });
};
