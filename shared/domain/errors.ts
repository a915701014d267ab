import { defined } from './defined.ts';
import type { ReasonOf } from './reasons.ts';

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

// --- Refusals: nothing is created at Truora. A retry cannot help; the caller must change something. ---

type RequestInvalidReason = ReasonOf<'RequestInvalidError'>;

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

/** The media breaks a rule of Truora's that can be seen without asking Truora. */
export class MediaUnacceptableError extends NamedError<ReasonOf<'MediaUnacceptableError'>> {
  override readonly name = 'MediaUnacceptableError';
}

/** The pinned version of the object cannot be read any more, or is not the one that was claimed. After the charge a failure. */
export class MediaGoneError extends NamedError<ReasonOf<'MediaGoneError'>> {
  override readonly name = 'MediaGoneError';
}

/**
 * The data of the claimed version from S3 was cut off or does not match its checksum during the upload to Truora. The fault is
 * on our side. The media is read again.
 */
export class MediaUnreadError extends NamedError<ReasonOf<'MediaUnreadError'>> {
  override readonly name = 'MediaUnreadError';
}

/** The recording of a live capture has not come yet. The machine waits for it, and moves it then. */
export class MediaPendingError extends NamedError<ReasonOf<'MediaPendingError'>> {
  override readonly name = 'MediaPendingError';
}

/** The person has no finished enrollment, so there is no face to compare with. */
export class EnrollmentNotReadyError extends NamedError<ReasonOf<'EnrollmentNotReadyError'>> {
  override readonly name = 'EnrollmentNotReadyError';
}

/** The enrollment is still `pending`. It may become ready within seconds, so it is looked at again a few times. */
export class EnrollmentPendingError extends NamedError<ReasonOf<'EnrollmentPendingError'>> {
  override readonly name = 'EnrollmentPendingError';
}

/** We do not spend any more: the day's budget is used up, or an operator has switched it off. No create call is made. */
export class SpendingRefusedError extends NamedError<ReasonOf<'SpendingRefusedError'>> {
  override readonly name = 'SpendingRefusedError';
}

// --- Claims of other executions ---

/** This request was decided before. Not a fault: the stored outcome is the answer, and the detail is its id. */
export class AlreadyDecidedError extends NamedError<ReasonOf<'AlreadyDecidedError'>> {
  override readonly name = 'AlreadyDecidedError';
}

/** Another execution works on this request. Waiting helps: it will be decided. */
export class ClaimedElsewhereError extends NamedError<ReasonOf<'ClaimedElsewhereError'>> {
  override readonly name = 'ClaimedElsewhereError';
}

// --- Truora: what an answer, or a missing answer, means for a retry ---

/** Definitely not executed (no byte of the request was written) or refused for now (429). Trying again is free. */
export class TruoraBusyError extends NamedError<ReasonOf<'TruoraBusyError'>> {
  override readonly name = 'TruoraBusyError';
  /** The `Retry-After` of the answer, if any. Seconds. */
  readonly retryAfterSeconds: number | undefined;
  constructor(reason: ReasonOf<'TruoraBusyError'>, detail: string, retryAfterSeconds: number | undefined = undefined) {
    super(reason, detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The request may have been executed: a timeout, a reset after a byte, any 5xx. Free to repeat for reads only. */
export class TruoraUncertainError extends NamedError<ReasonOf<'TruoraUncertainError'>> {
  override readonly name = 'TruoraUncertainError';
}

/** A 2xx answer that does not hold what Truora documents. A repeat of a read may help once Truora has mended it. */
export class TruoraContractError extends NamedError<ReasonOf<'TruoraContractError'>> {
  override readonly name = 'TruoraContractError';
}

/** Truora does not accept our key (401, 403). A person has to act. */
export class TruoraUnauthorizedError extends NamedError<ReasonOf<'TruoraUnauthorizedError'>> {
  override readonly name = 'TruoraUnauthorizedError';
}

/** Truora refused the request (another 4xx). A repeat would be refused again. */
export class TruoraRejectedError extends NamedError<ReasonOf<'TruoraRejectedError'>> {
  override readonly name = 'TruoraRejectedError';
}

/** What was created cannot be used, or the list proves nothing. A person decides whether to pay for another. */
export class CreationUnconfirmedError extends NamedError<ReasonOf<'CreationUnconfirmedError'>> {
  override readonly name = 'CreationUnconfirmedError';
}

/** It is not known yet what became of a call to create a validation of this person, ours or another's. Waiting helps. */
export class CreationUnsettledError extends NamedError<ReasonOf<'CreationUnsettledError'>> {
  override readonly name = 'CreationUnsettledError';
}

/** Truora created a validation for speech, and its answer holds no phrase in a known place. It cannot be used, and another would be the same. */
export class SpeechPhraseMissingError extends NamedError<ReasonOf<'SpeechPhraseMissingError'>> {
  override readonly name = 'SpeechPhraseMissingError';
}

/** The upload link fails our check (scheme, host, address). The media stays here. */
export class UploadLinkUnsafeError extends NamedError<ReasonOf<'UploadLinkUnsafeError'>> {
  override readonly name = 'UploadLinkUnsafeError';
}

/** The upload link takes no media, any more or at all. It may have arrived before, so Truora's own answer decides what this means. */
export class UploadLinkSpentError extends NamedError<ReasonOf<'UploadLinkSpentError'>> {
  override readonly name = 'UploadLinkSpentError';
}

/** Truora has not decided yet. Looking again later is the timed poll. */
export class VerdictPendingError extends NamedError<ReasonOf<'VerdictPendingError'>> {
  override readonly name = 'VerdictPendingError';
}

/** EventBridge answered 200 and its answer says that it did not take the event. A repeat carries the same id, so it is free. */
export class BusRefusedError extends NamedError<ReasonOf<'BusRefusedError'>> {
  override readonly name = 'BusRefusedError';
}

/** The deadline and the grace are over, and Truora still cannot be asked. */
export class VerdictUnreachableError extends NamedError<ReasonOf<'VerdictUnreachableError'>> {
  override readonly name = 'VerdictUnreachableError';
}
