import { defined } from './defined.ts';
/**
 * The named errors. The state machine matches the name in Retry and Catch, the record keeps the reason, and the detail is a
 * sentence for people. Errors reach logs and the execution history, so they hold no id, key or link: a detail names fields
 * and rules, never values.
 */
export abstract class NamedError<Reason extends string = string> extends Error {
  readonly reason: Reason;
  /** @param rawReason a code of Truora, stored next to the reason; it must have the form of a code */
  constructor(reason: Reason, detail: string, rawReason?: string) {
    super(`${reason}${rawReason ? ` (${rawReason})` : ''}: ${detail}`);
    this.reason = reason;
  }
}

/** Parses the message of a named error: `reason: detail`, or `reason (raw_reason): detail`. */
export const readReason = (message: string): { reason: string; rawReason?: string; detail: string } | undefined => {
  const [, reason, rawReason, detail] = /^([a-z0-9_]{1,64})(?: \(([a-z0-9_]{1,64})\))?: (.*)$/s.exec(message) ?? [];
  if (reason === undefined || detail === undefined) return undefined;
  return defined({ reason, rawReason, detail: detail.slice(0, 400) });
};

// --- Refusals: Truora was not asked. A retry cannot help; the caller must change something. ---

type RequestInvalidReason =
  | 'unreadable_key'
  | 'request_invalid'
  | 'consent_missing'
  | 'speech_match_needs_live_capture'
  | 'idempotency_key_reused'
  | 'already_asked_otherwise'
  | 'too_many_uploads'
  | 'answer_too_old'
  | 'retry_not_allowed'
  | 'retry_unknown'
  | 'retry_not_declined'
  | 'retry_needs_liveness'
  | 'retry_too_late'
  | 'retries_used_up'
  | 'threshold_below_policy';

/** The request breaks a rule; the detail names the field and the rule. */
export class RequestInvalidError extends NamedError<RequestInvalidReason> {
  override readonly name = 'RequestInvalidError';
  /** Each broken rule separately, for programs. */
  readonly broken: readonly { path: string; code: string; detail: string }[];
  constructor(reason: RequestInvalidReason, detail: string, broken: RequestInvalidError['broken'] = []) {
    super(reason, detail);
    this.broken = broken;
  }
}

/** The media breaks a rule of Truora that can be checked without a call to Truora. */
export class MediaUnacceptableError extends NamedError<
  | 'media_empty'
  | 'media_too_large'
  | 'media_type_not_supported'
  | 'media_unreadable'
  | 'media_incomplete'
  | 'media_too_small'
  | 'media_without_video'
  | 'media_too_long'
  | 'photo_cannot_prove_liveness'
  | 'media_too_old'
> {
  override readonly name = 'MediaUnacceptableError';
}

/** The claimed version of the object no longer exists, or is another one. */
export class MediaGoneError extends NamedError<'media_gone' | 'media_changed'> {
  override readonly name = 'MediaGoneError';
}

/**
 * The data of the claimed version from S3 was cut off or does not match its checksum during the upload to Truora. The fault is
 * on our side. The media is read again.
 */
export class MediaUnreadError extends NamedError<'media_unread'> {
  override readonly name = 'MediaUnreadError';
}

/** The person has no finished enrollment at Truora, so there is no face to compare with. */
export class EnrollmentNotReadyError extends NamedError<
  'enrollment_unknown' | 'enrollment_failed' | 'enrollment_of_another_account' | 'enrollment_not_ready'
> {
  override readonly name = 'EnrollmentNotReadyError';
}

/** The enrollment is still `pending`. It may become ready within seconds, so it is checked a few more times. */
export class EnrollmentPendingError extends NamedError<'enrollment_pending'> {
  override readonly name = 'EnrollmentPendingError';
}

/** No validation is created: the day's budget is used up, or an operator closed the kill switch. Truora was not asked. */
export class SpendingRefusedError extends NamedError<'daily_budget_spent' | 'truora_closed'> {
  override readonly name = 'SpendingRefusedError';
}

// --- Claims of other executions ---

/** This request was decided before. This is not a fault: the stored outcome is the answer, and the detail is its id. */
export class AlreadyDecidedError extends NamedError<'already_decided'> {
  override readonly name = 'AlreadyDecidedError';
}

/** Another execution works on this request. A later retry gets its outcome. */
export class ClaimedElsewhereError extends NamedError<'claimed_elsewhere'> {
  override readonly name = 'ClaimedElsewhereError';
}

// --- Truora: what an answer, or a missing answer, means for a retry ---

/** Not executed (no byte of the request was written) or refused for now (429). A retry is free. */
export class TruoraBusyError extends NamedError<'truora_unreachable' | 'truora_rate_limited'> {
  override readonly name = 'TruoraBusyError';
  /** The `Retry-After` of the answer, if any. Seconds. */
  readonly retryAfterSeconds: number | undefined;
  constructor(
    reason: 'truora_unreachable' | 'truora_rate_limited',
    detail: string,
    retryAfterSeconds: number | undefined = undefined,
  ) {
    super(reason, detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The request may have been executed: a timeout, a reset after a byte, any 5xx. Only reads may be repeated. */
export class TruoraUncertainError extends NamedError<'truora_uncertain'> {
  override readonly name = 'TruoraUncertainError';
}

/** A 2xx answer without the fields that Truora documents. A later read may help, after Truora corrects it. */
export class TruoraContractError extends NamedError<'truora_contract_broken'> {
  override readonly name = 'TruoraContractError';
}

/** Truora does not accept our key (401, 403). A person must act. */
export class TruoraUnauthorizedError extends NamedError<'truora_unauthorized'> {
  override readonly name = 'TruoraUnauthorizedError';
}

/** Truora refused the request (another 4xx). A retry would be refused again. */
export class TruoraRejectedError extends NamedError<'truora_rejected' | 'truora_not_found'> {
  override readonly name = 'TruoraRejectedError';
}

/** The created validation cannot be used, or the list gives no evidence. A person decides whether to pay for another one. */
export class CreationUnconfirmedError extends NamedError<'creation_unconfirmed' | 'list_blind'> {
  override readonly name = 'CreationUnconfirmedError';
}

/** The result of an earlier create call for this person is not known yet. A later retry helps. */
export class CreationUnsettledError extends NamedError<'creation_unsettled'> {
  override readonly name = 'CreationUnsettledError';
}

/** The upload link fails our check (scheme, host, address). The media is not sent. */
export class UploadLinkUnsafeError extends NamedError<'upload_link_unsafe'> {
  override readonly name = 'UploadLinkUnsafeError';
}

/** The upload link takes no media. The media may have arrived in an earlier try, so the next answer of Truora decides. */
export class UploadLinkSpentError extends NamedError<'upload_link_spent'> {
  override readonly name = 'UploadLinkSpentError';
}

/** Truora has not decided yet. The timed poll retries it. */
export class VerdictPendingError extends NamedError<'verdict_pending'> {
  override readonly name = 'VerdictPendingError';
}

/** EventBridge answered 200 and did not take the event. A retry has the same event id, so it is safe. */
export class BusRefusedError extends NamedError<'bus_refused'> {
  override readonly name = 'BusRefusedError';
}

/** The deadline and the grace period are over, and Truora still gives no answer. */
export class VerdictUnreachableError extends NamedError<'truora_unreachable_at_deadline'> {
  override readonly name = 'VerdictUnreachableError';
}
