import type { OutcomeStatus } from './lifecycle.ts';
import type { Class, ReasonClass } from './reason-classes.ts';

/**
 * A group of reasons: the status of the outcome, the class (what the person learns; `retry` and `nextStep` where they differ from the
 * class), what it means, and what the team of the calling system does (`operator`; a text names the deployment's operator as such).
 */
type Group = { status: OutcomeStatus; class: ReasonClass; means: string; operator: string } & Partial<
  Pick<Class, 'retry' | 'nextStep'>
>;

/** The groups of reasons, in the order of the documents. */
export const reasonGroups = {
  not_similar: {
    status: 'declined',
    class: 'no_match',
    means: 'The face is not similar enough to the enrolled one.',
    operator: 'Ask for a new photo in good light, once or twice. Then use another way.',
  },
  not_live: {
    status: 'declined',
    class: 'liveness',
    means: 'Truora does not see a live person.',
    operator: 'Ask the person to take the video or photo live, not from a screen or a print.',
  },
  not_spoken: {
    status: 'declined',
    class: 'speech',
    means: 'The spoken words are not the phrase, as far as `minimumPrecision` asks (assumed).',
    operator: 'Ask for a new live capture in a quiet place.',
  },
  no_face: {
    status: 'declined',
    class: 'capture',
    means: 'Truora finds no face.',
    operator: 'Ask for a new photo: whole face, more light, no mask, cap or sunglasses.',
  },
  file_not_readable: {
    status: 'declined',
    class: 'capture',
    means: 'Truora cannot read the file.',
    operator: 'Ask for a new photo or video. If it happens often, check the app that makes the files.',
  },
  risk: {
    status: 'declined',
    class: 'fraud',
    means: 'Truora sees a risk or a photo of a photo, or knows the face from a collection.',
    operator: 'Do not name the reason to the person. Give the case to your fraud team.',
  },
  not_completed: {
    status: 'declined',
    class: 'not_finished',
    means: 'The validation ended at Truora for a reason that is not the face.',
    operator: 'Start a new case. It says nothing about the person.',
  },
  retries_over: {
    status: 'declined',
    class: 'spent',
    means: 'The retries that Truora allows are used up.',
    operator: 'Start a new case later, without `retryOf`.',
  },
  not_explained: {
    status: 'declined',
    class: 'unclear',
    means: 'Truora declined and says no more.',
    operator: 'Treat as not verified. Let a person check.',
  },
  unknown: {
    status: 'declined',
    class: 'unclear',
    means:
      'Truora gives no reason, or one that is not known here (`rawReason` has it). Also with `expired` and `failed`.',
    operator: 'Treat as not verified. Let a person check.',
  },
  time_over: {
    status: 'expired',
    class: 'not_finished',
    means: 'The time of the validation is over at Truora.',
    operator: 'Start a new case.',
  },
  not_recorded: {
    status: 'expired',
    class: 'not_finished',
    means:
      'The person of a live capture recorded nothing in time. The validation is unused, and Truora may charge it (assumed).',
    operator: 'Start a new case when the person is ready.',
  },
  review_over: {
    status: 'expired',
    class: 'ours_or_vendor',
    means: "The time of Truora's own review is over.",
    operator: 'Start a new case.',
  },
  undecided: {
    status: 'expired',
    class: 'ours_or_vendor',
    means: 'Truora has not decided before the deadline and its grace.',
    operator: 'Start a new case. A later verdict arrives as an amendment.',
  },
  request: {
    status: 'refused',
    class: 'request',
    means: 'The request breaks a rule. `detail` names the field and the rule.',
    operator: 'Correct the caller.',
  },
  erased: {
    status: 'refused',
    class: 'enrollment',
    means: 'The person of this account id was erased.',
    operator: 'Enroll the person under a new account id.',
  },
  consent: {
    status: 'refused',
    class: 'consent',
    means: '`userAuthorized` is not true, or no receipt of the consent is named where the deployment requires one.',
    operator: 'Ask the person for consent first.',
  },
  consent_receipt: {
    status: 'refused',
    class: 'consent',
    means: 'The receipt of the consent is not known for this person, or it is for another purpose.',
    operator: 'Ask the person for consent to this purpose, and record it.',
  },
  consent_ended: {
    status: 'alternative_required',
    class: 'consent',
    means:
      'The consent was revoked, or its time was over. Before the claim the status is `refused`: nothing was begun. After it the face is no longer used.',
    operator: 'Offer the other way. Start a new one only with a new consent.',
  },
  alternative: {
    status: 'alternative_required',
    class: 'alternative',
    means: 'The person takes another way, and the face is no longer used.',
    operator: 'Take the person to the other way. The event names it.',
  },
  other_request: {
    status: 'refused',
    class: 'request',
    means: 'The key belongs to a different request.',
    operator: 'Use a new key.',
  },
  other_question: {
    status: 'refused',
    class: 'request',
    means: 'The media was asked about with another enrollment, purpose or options.',
    operator: 'Put the media again, or call with `forceNew` and a new key.',
  },
  old_answer: {
    status: 'refused',
    class: 'not_finished',
    means: 'The existing answer is older than `maxAgeSeconds`.',
    operator: 'Ask for new media, or call with `forceNew` and a new key.',
  },
  uploads: {
    status: 'refused',
    class: 'not_finished',
    means: 'One form takes 100 uploads.',
    operator: 'Ask for a new form.',
  },
  linked_retry: {
    status: 'refused',
    class: 'request',
    means: 'The linked retry (`retryOf`) is not possible. `detail` says why.',
    operator: 'Start a new case without `retryOf`.',
  },
  media: {
    status: 'refused',
    class: 'capture',
    means: 'The media breaks a rule that is known before Truora is asked.',
    operator: 'Ask for new media, as `detail` says.',
  },
  sound: {
    status: 'refused',
    class: 'speech',
    means: 'A phrase is to be spoken, and the media has no sound.',
    operator: 'Ask for a video with sound.',
  },
  early: {
    status: 'refused',
    class: 'not_finished',
    means: 'The media was uploaded under a live capture before there was a phrase. The live case waits on.',
    operator: 'Record when the case has its `phrase`.',
  },
  media_version: {
    status: 'refused',
    class: 'not_finished',
    means: 'The version of the media is older than `mediaHours`.',
    operator: 'Put the media again.',
  },
  media_gone: {
    status: 'refused',
    class: 'not_finished',
    means: 'The version of the media was deleted. After the create call the status is `failed`: it was charged.',
    operator: 'Put the media again.',
  },
  media_changed: {
    status: 'refused',
    class: 'request',
    means: 'The version of the media was overwritten. After the create call the status is `failed`: it was charged.',
    operator: 'Put the media again.',
  },
  enrollment: {
    status: 'refused',
    class: 'enrollment',
    means: 'The person has no finished enrollment under this id.',
    operator: 'Check the ids, or enroll the person.',
  },
  enrollment_pending: {
    status: 'refused',
    class: 'enrollment',
    retry: 'later',
    nextStep: 'try_later',
    means: 'The enrollment was still pending after all retries.',
    operator: 'Put the media again when the enrollment has finished.',
  },
  spending: {
    status: 'refused',
    class: 'ours_or_vendor',
    means: 'The daily budget is spent, or an operator has closed Truora.',
    operator: "Tell the person to try later. Ask the deployment's operator.",
  },
  truora_error: {
    status: 'failed',
    class: 'ours_or_vendor',
    means: 'Truora reports an error of its own.',
    operator: 'Start a new case.',
  },
  verdict: {
    status: 'failed',
    class: 'unclear',
    means: 'Truora answers success, but for something else than was requested, or without a similarity.',
    operator: 'Treat the person as not verified.',
  },
  creation: {
    status: 'failed',
    class: 'ours_or_vendor',
    means: 'The answer of a create call was lost, and it may be charged.',
    operator: 'First see ExecutionsFailed in the runbook: a new case may be a second charge.',
  },
  no_phrase: {
    status: 'failed',
    class: 'ours_or_vendor',
    means: 'Truora created a validation for speech without a phrase in a known place. It is an orphan.',
    operator: 'Ask without `speech_match`, and see OrphanedValidations in the runbook.',
  },
  truora: {
    status: 'failed',
    class: 'ours_or_vendor',
    means: 'Truora could not be used, after all retries.',
    operator: 'Start a new case later.',
  },
  system: {
    status: 'failed',
    class: 'ours_or_vendor',
    means: 'This system could not complete the case.',
    operator: 'Start a new case.',
  },
  canceled: {
    status: 'canceled',
    class: 'not_finished',
    means: 'A caller canceled the case.',
    operator: 'Nothing.',
  },
} as const satisfies Record<string, Group>;

export type ReasonGroup = keyof typeof reasonGroups;
