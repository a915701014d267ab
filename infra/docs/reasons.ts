import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { ourReasons } from '../../shared/domain/reasons.ts';
import type { Verdict } from '../../shared/domain/revalidation.ts';
import { codes, row } from './rows.ts';

export type Reason = NonNullable<Verdict['reason']> | (typeof ourReasons)[number];

type Group = { reasons: readonly Reason[]; status: OutcomeStatus; means: string; act: string };

const declined: readonly Group[] = [
  {
    reasons: ['similarity_threshold_not_passed'],
    status: 'declined',
    means: 'The face is not similar enough to the enrolled one.',
    act: 'Ask for a new photo in good light, once or twice. Then use another way.',
  },
  {
    reasons: ['passive_liveness_verification_not_passed', 'liveness_verification_not_passed', 'photo_of_photo'],
    status: 'declined',
    means: 'Truora does not see a live person.',
    act: 'Ask the person to take the video or photo live, not from a screen or a print.',
  },
  {
    reasons: ['no_face_detected', 'face_not_detected'],
    status: 'declined',
    means: 'Truora finds no face.',
    act: 'Ask for a new photo: whole face, more light, no mask, cap or sunglasses.',
  },
  {
    reasons: ['invalid_video_file', 'invalid_file_format', 'file_format_not_supported', 'empty_input_file'],
    status: 'declined',
    means: 'Truora cannot read the file.',
    act: 'Ask for a new photo or video. If many cases end so, look at the app that makes the files.',
  },
  {
    reasons: [
      'face_in_blocklist',
      'fraudster_face_match_in_client_collection',
      'user_face_match_in_client_collection',
      'user_face_match_in_fraud_collection',
      'risky_face_detected',
      'risk_signal_detected',
    ],
    status: 'declined',
    means: 'Truora sees a risk, or knows the face from a collection.',
    act: 'Do not name the reason to the person. Give the case to your fraud team.',
  },
  {
    reasons: [
      'face_validation_failed',
      'max_retries_reached',
      'no_face_media_uploaded',
      'validation_expired',
      'validation_not_finished',
      'abandoned_without_using_retries',
      'canceled',
    ],
    status: 'declined',
    means: 'The validation ended at Truora without an approval, for a reason that is not the face.',
    act: 'Say that the check was not completed. Start a new one.',
  },
  {
    reasons: ['unknown_reason'],
    status: 'declined',
    means:
      'Truora gives no reason, or one that is not known here (`rawReason` has it). Also with `expired` and `failed`.',
    act: 'Treat as not verified. Start a new one.',
  },
];

const expired: readonly Group[] = [
  {
    reasons: [
      'input_file_not_uploaded',
      'manual_review_expired',
      'face_validation_not_started',
      'pending_validation_methods',
    ],
    status: 'expired',
    means: 'The time of the validation is over at Truora.',
    act: 'Start a new one. It says nothing about the person.',
  },
  {
    reasons: ['undecided_at_deadline'],
    status: 'expired',
    means: 'Truora has not decided before the deadline and its grace.',
    act: 'Start a new one. A later verdict arrives as an amendment.',
  },
];

const refused: readonly Group[] = [
  {
    reasons: ['unreadable_key', 'request_invalid', 'threshold_below_policy', 'speech_match_needs_live_capture'],
    status: 'refused',
    means: 'The request breaks a rule. `detail` names the field and the rule.',
    act: 'Correct the caller.',
  },
  {
    reasons: ['consent_missing'],
    status: 'refused',
    means: '`userAuthorized` is not true.',
    act: 'Ask the person for consent first.',
  },
  {
    reasons: ['idempotency_key_reused', 'already_asked_otherwise'],
    status: 'refused',
    means: 'The key, or the media, belongs to a different request.',
    act: 'Use a new key, or put the media again.',
  },
  {
    reasons: ['answer_too_old'],
    status: 'refused',
    means: 'The existing answer is older than `maxAgeSeconds`.',
    act: 'Ask for new media, or call with `forceNew` and a new key.',
  },
  {
    reasons: ['too_many_uploads'],
    status: 'refused',
    means: 'One form takes 100 uploads.',
    act: 'Ask for a new form.',
  },
  {
    reasons: [
      'retry_not_allowed',
      'retry_unknown',
      'retry_not_declined',
      'retry_needs_liveness',
      'retry_too_late',
      'retries_used_up',
    ],
    status: 'refused',
    means: 'The linked retry (`retryOf`) is not possible. `detail` says why.',
    act: 'Start a new case without `retryOf`.',
  },
  {
    reasons: [
      'media_empty',
      'media_too_large',
      'media_type_not_supported',
      'media_unreadable',
      'media_incomplete',
      'media_too_small',
      'media_without_video',
      'media_too_long',
      'photo_cannot_prove_liveness',
    ],
    status: 'refused',
    means: 'The media breaks a rule that is known before Truora is asked.',
    act: 'Ask for new media, as `detail` says.',
  },
  {
    reasons: ['media_too_old', 'media_gone', 'media_changed'],
    status: 'refused',
    means: 'The version of the media is older than `mediaHours`, deleted or overwritten.',
    act: 'Put the media again.',
  },
  {
    reasons: ['enrollment_unknown', 'enrollment_failed', 'enrollment_of_another_account', 'enrollment_not_ready'],
    status: 'refused',
    means: 'The person has no finished enrollment under this id.',
    act: 'Check the ids, or enroll the person.',
  },
  {
    reasons: ['enrollment_pending'],
    status: 'refused',
    means: 'The enrollment was still pending after all retries.',
    act: 'Put the media again when the enrollment has finished.',
  },
  {
    reasons: ['daily_budget_spent', 'truora_closed'],
    status: 'refused',
    means: 'The daily budget is spent, or an operator has closed Truora.',
    act: 'Tell the person to try later. Ask the operator.',
  },
];

const failed: readonly Group[] = [
  {
    reasons: ['system_error'],
    status: 'failed',
    means: 'Truora reports an error of its own.',
    act: 'Start a new one.',
  },
  {
    reasons: ['verdict_mismatch', 'verdict_of_another_enrollment', 'verdict_unconfirmed'],
    status: 'failed',
    means: 'Truora says success, but not of what was asked, or without a similarity.',
    act: 'Treat the person as not verified.',
  },
  {
    reasons: ['creation_unconfirmed', 'creation_unsettled', 'list_blind'],
    status: 'failed',
    means: 'The answer of the charged call was lost and the result is not certain.',
    act: 'Start a new one.',
  },
  {
    reasons: [
      'truora_unreachable',
      'truora_rate_limited',
      'truora_uncertain',
      'truora_contract_broken',
      'truora_rejected',
      'truora_not_found',
      'truora_unauthorized',
      'truora_unreachable_at_deadline',
      'upload_link_spent',
      'upload_link_unsafe',
    ],
    status: 'failed',
    means: 'Truora could not be used, after all retries.',
    act: 'Start a new one later.',
  },
  {
    reasons: [
      'media_unread',
      'claimed_elsewhere',
      'bus_refused',
      'execution_failed',
      'execution_timed_out',
      'execution_aborted',
      'execution_lost',
      'unexpected',
    ],
    status: 'failed',
    means: 'This system gave the case up.',
    act: 'Start a new one.',
  },
];

const canceled: readonly Group[] = [
  { reasons: ['canceled_by_caller'], status: 'canceled', means: 'A caller canceled the case.', act: 'Nothing.' },
];

export const groups: readonly Group[] = [...declined, ...expired, ...refused, ...failed, ...canceled];

/** Every reason of an outcome, with what it means and what a caller does. */
export const reasonsTable = (): string =>
  [
    row('status', 'reason', 'means', 'what to do'),
    row('---', '---', '---', '---'),
    ...groups.map(({ reasons, status, means, act }) => row(`\`${status}\``, codes(reasons), means, act)),
  ].join('\n');
