import type { OutcomeStatus } from './lifecycle.ts';
import { type Class, type ReasonClass, reasonClasses } from './reason-classes.ts';
import { type ReasonGroup, reasonGroups } from './reason-groups.ts';

/**
 * Every published reason code, once for each source: a named error, the end of an execution, or Truora's verdict; with its group, or null
 * for a code that ends no case. A code is a promise to callers: codes may be added, and never change their meaning.
 */
const reasons = {
  RequestInvalidError: {
    unreadable_key: 'request',
    request_invalid: 'request',
    consent_missing: 'consent',
    consent_unknown: 'consent_receipt',
    consent_wrong_purpose: 'consent_receipt',
    consent_expired: 'consent_ended',
    consent_revoked: 'consent_ended',
    speech_match_needs_live_capture: 'request',
    idempotency_key_reused: 'other_request',
    already_asked_otherwise: 'other_question',
    too_many_uploads: 'uploads',
    answer_too_old: 'old_answer',
    retry_not_allowed: 'linked_retry',
    retry_unknown: 'linked_retry',
    retry_not_declined: 'linked_retry',
    retry_needs_liveness: 'linked_retry',
    retry_too_late: 'linked_retry',
    retry_other_purpose: 'linked_retry',
    retries_used_up: 'linked_retry',
    threshold_below_policy: 'request',
    account_erased: 'erased',
    purpose_unknown: 'request',
  },
  MediaUnacceptableError: {
    media_empty: 'media',
    media_too_large: 'media',
    media_type_not_supported: 'media',
    media_unreadable: 'media',
    media_incomplete: 'media',
    media_too_small: 'media',
    media_without_video: 'media',
    media_without_sound: 'sound',
    media_too_long: 'media',
    photo_cannot_prove_liveness: 'media',
    media_too_old: 'media_version',
    media_too_early: 'early',
  },
  MediaGoneError: {
    media_gone: 'media_gone',
    media_changed: 'media_changed',
  },
  MediaUnreadError: {
    media_unread: 'system',
  },
  EnrollmentNotReadyError: {
    enrollment_unknown: 'enrollment',
    enrollment_failed: 'enrollment',
    enrollment_of_another_account: 'enrollment',
    enrollment_not_ready: 'enrollment',
  },
  EnrollmentPendingError: {
    enrollment_pending: 'enrollment_pending',
  },
  SpendingRefusedError: {
    daily_budget_spent: 'spending',
    truora_closed: 'spending',
  },
  /** The stored outcome is the answer. */
  AlreadyDecidedError: {
    already_decided: null,
  },
  ClaimedElsewhereError: {
    claimed_elsewhere: 'system',
  },
  TruoraBusyError: {
    truora_unreachable: 'truora',
    truora_rate_limited: 'truora',
  },
  TruoraUncertainError: {
    truora_uncertain: 'truora',
  },
  TruoraContractError: {
    truora_contract_broken: 'truora',
  },
  TruoraUnauthorizedError: {
    truora_unauthorized: 'truora',
  },
  TruoraRejectedError: {
    truora_rejected: 'truora',
    truora_not_found: 'truora',
  },
  CreationUnconfirmedError: {
    creation_unconfirmed: 'creation',
    list_blind: 'creation',
  },
  CreationUnsettledError: {
    creation_unsettled: 'creation',
  },
  SpeechPhraseMissingError: {
    speech_phrase_missing: 'no_phrase',
  },
  UploadLinkUnsafeError: {
    upload_link_unsafe: 'truora',
  },
  UploadLinkSpentError: {
    upload_link_spent: 'truora',
  },
  /** The wait for it goes on. */
  MediaPendingError: { media_pending: null },
  VerdictPendingError: { verdict_pending: null },
  BusRefusedError: {
    bus_refused: 'system',
  },
  VerdictUnreachableError: {
    truora_unreachable_at_deadline: 'truora',
  },
  /** Only routes throw it. */
  CallRefusedError: {
    body_malformed: null,
    signature_invalid: null,
    capture_link_invalid: null,
    nothing_to_record: null,
    subject_missing: null,
    account_forbidden: null,
    revalidation_unknown: null,
    consent_receipt_unknown: null,
    consent_text_unknown: null,
    already_decided: null,
    not_ended: null,
    legal_hold: null,
    campaign_unknown: null,
    campaign_state: null,
    manifest_gone: null,
    manifest_changed: null,
    manifest_too_large: null,
    plan_outlives_media: null,
    body_too_large: null,
    content_type_unsupported: null,
  },
  /** Ends without a named error: a cancellation, nothing recorded in time, another way, the execution’s own end, and an unknown error. */
  end: {
    canceled_by_caller: 'canceled',
    media_not_recorded: 'not_recorded',
    alternative_chosen: 'alternative',
    execution_failed: 'system',
    execution_timed_out: 'system',
    execution_aborted: 'system',
    execution_lost: 'system',
    unexpected: 'system',
  },
  /** Truora’s reasons for a declined face validation (documented). */
  declined: {
    similarity_threshold_not_passed: 'not_similar',
    passive_liveness_verification_not_passed: 'not_live',
    no_face_detected: 'no_face',
    face_not_detected: 'no_face',
    liveness_verification_not_passed: 'not_live',
    // By the pattern of the others (assumed): no reason of a spoken phrase is documented.
    speech_match_verification_not_passed: 'not_spoken',
    speech_match_threshold_not_passed: 'not_spoken',
    photo_of_photo: 'risk',
    invalid_video_file: 'file_not_readable',
    invalid_file_format: 'file_not_readable',
    file_format_not_supported: 'file_not_readable',
    empty_input_file: 'file_not_readable',
    face_in_blocklist: 'risk',
    fraudster_face_match_in_client_collection: 'risk',
    user_face_match_in_client_collection: 'risk',
    user_face_match_in_fraud_collection: 'risk',
    risky_face_detected: 'risk',
    risk_signal_detected: 'risk',
    face_validation_failed: 'not_explained',
    max_retries_reached: 'retries_over',
    no_face_media_uploaded: 'not_completed',
    validation_expired: 'not_completed',
    validation_not_finished: 'not_completed',
    abandoned_without_using_retries: 'not_completed',
    canceled: 'not_completed',
  },
  /** Truora’s reasons for an expired validation (documented). */
  expired: {
    input_file_not_uploaded: 'time_over',
    manual_review_expired: 'review_over',
    face_validation_not_started: 'time_over',
    pending_validation_methods: 'time_over',
  },
  /** Our reasons for a verdict that Truora does not document or that contradicts the request. */
  verdict: {
    unknown_reason: 'unknown',
    undecided_at_deadline: 'undecided',
    system_error: 'truora_error',
    verdict_mismatch: 'verdict',
    verdict_of_another_enrollment: 'verdict',
    verdict_unconfirmed: 'verdict',
  },
} as const satisfies Record<string, Record<string, ReasonGroup | null>>;

type Source = keyof typeof reasons;
type ErrorName = Exclude<Source, 'end' | 'declined' | 'expired' | 'verdict'>;

/** The codes of one source. A refusal or a failure has the code of its error as its reason. */
export type ReasonOf<From extends Source> = { [S in From]: keyof (typeof reasons)[S] }[From];

const codesOf = <From extends Source>(...sources: readonly From[]): readonly ReasonOf<From>[] =>
  sources.flatMap((source) => Object.keys(reasons[source])) as unknown as readonly ReasonOf<From>[];

export const endReasons = codesOf('end');
export const declinedReasons = codesOf('declined');
export const expiredReasons = codesOf('expired');
export const verdictReasons = codesOf('declined', 'expired', 'verdict');

const errorNames = (Object.keys(reasons) as Source[]).filter((source): source is ErrorName => source.endsWith('Error'));

/** The codes of each named error. */
export const errorReasons = Object.fromEntries(errorNames.map((name) => [name, codesOf(name)])) as {
  [Name in ErrorName]: readonly ReasonOf<Name>[];
};

const groupOf = new Map<string, ReasonGroup>(
  Object.values(reasons).flatMap((codes) =>
    Object.entries<ReasonGroup | null>(codes).flatMap(([code, group]) => (group ? [[code, group] as const] : [])),
  ),
);

/** Every reason that an outcome may have, and those beside the ones of a verdict. */
export const outcomeReasons: ReadonlySet<string> = new Set(groupOf.keys());
export const ourReasons: readonly string[] = [...outcomeReasons].filter(
  (code) => !(verdictReasons as readonly string[]).includes(code),
);

/** What a reason means, for its person and for the team of the calling system. */
export type Explained = Class & { status: OutcomeStatus; class: ReasonClass; means: string; operator: string };

/** Each group with its codes, in the order of the documents. */
export const groupedReasons: readonly (Explained & { reasons: readonly string[] })[] = Object.entries(reasonGroups).map(
  ([name, group]) => ({
    ...reasonClasses[group.class],
    ...group,
    reasons: [...groupOf].filter(([, of]) => of === name).map(([code]) => code),
  }),
);

/** The group of a reason. One that is none of the list has no known meaning. */
export const groupNameOf = (reason: string): ReasonGroup => groupOf.get(reason) ?? 'unknown';

/** What a reason means. One that is none of the list is `unclear`, as a new one of Truora's is. */
export const explain = (reason: string): Explained => {
  const group = reasonGroups[groupNameOf(reason)];
  return { ...reasonClasses[group.class], ...group };
};
