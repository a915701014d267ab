/**
 * Every reason code that we publish, once. The errors, the verdicts, the problem documents, the metrics and the documents take them
 * from here. A code is a promise to callers: it may be added, and never changes its meaning.
 */

/** The codes of each named error. A refusal or a failure keeps the code of its error as its reason. */
export const errorReasons = {
  RequestInvalidError: [
    'unreadable_key',
    'request_invalid',
    'consent_missing',
    'speech_match_needs_live_capture',
    'idempotency_key_reused',
    'already_asked_otherwise',
    'too_many_uploads',
    'answer_too_old',
    'retry_not_allowed',
    'retry_unknown',
    'retry_not_declined',
    'retry_needs_liveness',
    'retry_too_late',
    'retries_used_up',
    'threshold_below_policy',
  ],
  MediaUnacceptableError: [
    'media_empty',
    'media_too_large',
    'media_type_not_supported',
    'media_unreadable',
    'media_incomplete',
    'media_too_small',
    'media_without_video',
    'media_too_long',
    'photo_cannot_prove_liveness',
    'media_too_old',
  ],
  MediaGoneError: ['media_gone', 'media_changed'],
  MediaUnreadError: ['media_unread'],
  EnrollmentNotReadyError: [
    'enrollment_unknown',
    'enrollment_failed',
    'enrollment_of_another_account',
    'enrollment_not_ready',
  ],
  EnrollmentPendingError: ['enrollment_pending'],
  SpendingRefusedError: ['daily_budget_spent', 'truora_closed'],
  AlreadyDecidedError: ['already_decided'],
  ClaimedElsewhereError: ['claimed_elsewhere'],
  TruoraBusyError: ['truora_unreachable', 'truora_rate_limited'],
  TruoraUncertainError: ['truora_uncertain'],
  TruoraContractError: ['truora_contract_broken'],
  TruoraUnauthorizedError: ['truora_unauthorized'],
  TruoraRejectedError: ['truora_rejected', 'truora_not_found'],
  CreationUnconfirmedError: ['creation_unconfirmed', 'list_blind'],
  CreationUnsettledError: ['creation_unsettled'],
  UploadLinkUnsafeError: ['upload_link_unsafe'],
  UploadLinkSpentError: ['upload_link_spent'],
  VerdictPendingError: ['verdict_pending'],
  BusRefusedError: ['bus_refused'],
  VerdictUnreachableError: ['truora_unreachable_at_deadline'],
  CallRefusedError: [
    'body_malformed',
    'signature_invalid',
    'subject_missing',
    'account_forbidden',
    'revalidation_unknown',
    'already_decided',
    'body_too_large',
    'content_type_unsupported',
  ],
} as const satisfies Record<string, readonly string[]>;

type ErrorName = keyof typeof errorReasons;

/** The codes of one named error. */
export type ReasonOf<Name extends ErrorName> = (typeof errorReasons)[Name][number];

/** Errors that end no case: the stored outcome is the answer, the poll goes on, or only a route throws it. */
const endNoCase: readonly ErrorName[] = ['AlreadyDecidedError', 'VerdictPendingError', 'CallRefusedError'];

/** Ends that come of no error of ours: a caller's, the execution's, and an error without a name. */
export const endReasons = [
  'canceled_by_caller',
  'execution_failed',
  'execution_timed_out',
  'execution_aborted',
  'execution_lost',
  'unexpected',
] as const;

/** The reasons of ours that an outcome may have, beside those of a verdict. */
export const ourReasons: readonly string[] = [
  ...(Object.keys(errorReasons) as ErrorName[])
    .filter((name) => !endNoCase.includes(name))
    .flatMap((name) => [...errorReasons[name]]),
  ...endReasons,
];

/** Every reason that Truora documents for a declined face validation. */
export const declinedReasons = [
  'similarity_threshold_not_passed',
  'passive_liveness_verification_not_passed',
  'no_face_detected',
  'face_not_detected',
  'liveness_verification_not_passed',
  'photo_of_photo',
  'invalid_video_file',
  'invalid_file_format',
  'file_format_not_supported',
  'empty_input_file',
  'face_in_blocklist',
  'fraudster_face_match_in_client_collection',
  'user_face_match_in_client_collection',
  'user_face_match_in_fraud_collection',
  'risky_face_detected',
  'risk_signal_detected',
  'face_validation_failed',
  'max_retries_reached',
  'no_face_media_uploaded',
  'validation_expired',
  'validation_not_finished',
  'abandoned_without_using_retries',
  'canceled',
] as const;

/** Every reason that Truora documents for an expired validation. */
export const expiredReasons = [
  'input_file_not_uploaded',
  'manual_review_expired',
  'face_validation_not_started',
  'pending_validation_methods',
] as const;

/** The reasons of a verdict: Truora's, and ours for an answer that Truora does not document or that contradicts the request. */
export const verdictReasons = [
  ...declinedReasons,
  ...expiredReasons,
  'unknown_reason',
  'undecided_at_deadline',
  'system_error',
  'verdict_mismatch',
  'verdict_of_another_enrollment',
  'verdict_unconfirmed',
] as const;

/** Every reason that an outcome may have. */
export const outcomeReasons: ReadonlySet<string> = new Set([...verdictReasons, ...ourReasons]);
