import * as errors from '../../shared/domain/errors.ts';
import type { StepName } from '../../shared/workflow/contract.ts';

export type ErrorName = Exclude<keyof typeof errors, 'readReason' | 'NamedError'>;

/** The names of every named error there is. */
export const errorNames = Object.keys(errors).filter(
  (name) => !['readReason', 'NamedError'].includes(name),
) as ErrorName[];

/** Answers, not faults: the request cannot be taken to Truora as it is. */
export const refusals: readonly ErrorName[] = [
  'RequestInvalidError',
  'MediaUnacceptableError',
  'MediaGoneError',
  'EnrollmentNotReadyError',
  'EnrollmentPendingError',
  'SpendingRefusedError',
];

const asking = ['TruoraBusyError', 'TruoraUncertainError', 'TruoraContractError', 'TruoraUnauthorizedError'] as const;

const owning = ['AlreadyDecidedError', 'ClaimedElsewhereError'] as const;

/** What each step's function can throw by name; a test holds it against the sources. */
export const thrown: Record<StepName, readonly ErrorName[]> = {
  ClaimRequest: ['RequestInvalidError', 'MediaUnacceptableError', 'MediaGoneError', ...owning],
  // Truora's refusal to show an enrollment is thrown on as EnrollmentNotReadyError.
  CheckEnrollment: ['RequestInvalidError', 'EnrollmentNotReadyError', 'EnrollmentPendingError', ...asking],
  // What may have created a validation is thrown on as CreationUnsettledError; a look at the list may throw anything of a read.
  CreateValidation: [
    'CreationUnsettledError',
    'CreationUnconfirmedError',
    'SpeechPhraseMissingError',
    'SpendingRefusedError',
    'TruoraRejectedError',
    ...asking,
    ...owning,
  ],
  AwaitMedia: ['BusRefusedError', ...owning],
  MoveMedia: [
    'MediaGoneError',
    'MediaPendingError',
    'MediaUnacceptableError',
    'MediaUnreadError',
    'UploadLinkSpentError',
    'UploadLinkUnsafeError',
    'TruoraBusyError',
    'TruoraUncertainError',
    'TruoraContractError',
    'TruoraRejectedError',
    ...owning,
  ],
  AwaitWebhook: [],
  ReadVerdict: [
    'VerdictPendingError',
    'VerdictUnreachableError',
    'TruoraRejectedError',
    'AlreadyDecidedError',
    ...asking,
  ],
  RecordOutcome: ['ClaimedElsewhereError', 'BusRefusedError'],
  RecordRefusal: ['AlreadyDecidedError', 'ClaimedElsewhereError', 'BusRefusedError'],
  RecordFailure: ['AlreadyDecidedError', 'ClaimedElsewhereError', 'BusRefusedError'],
  ReadOutcome: [],
};
