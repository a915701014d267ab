import { type Group, verdictGroups } from './verdict-groups.ts';

/** The groups of reasons, in the order of the documents. */
export const reasonGroups = {
  ...verdictGroups,
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
    operator: 'Ask without `speech_match`, and see Orphans in the runbook.',
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
