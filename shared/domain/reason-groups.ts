import type { OutcomeStatus } from './lifecycle.ts';

/** The text of a group of reasons: the status of the outcome, what it means, and what the caller does. */
type Text = { status: OutcomeStatus; means: string; act: string };

/** The groups of reasons, in the order of the documents. */
export const reasonGroups = {
  not_similar: {
    status: 'declined',
    means: 'The face is not similar enough to the enrolled one.',
    act: 'Ask for a new photo in good light, once or twice. Then use another way.',
  },
  not_live: {
    status: 'declined',
    means: 'Truora does not see a live person.',
    act: 'Ask the person to take the video or photo live, not from a screen or a print.',
  },
  no_face: {
    status: 'declined',
    means: 'Truora finds no face.',
    act: 'Ask for a new photo: whole face, more light, no mask, cap or sunglasses.',
  },
  file_not_readable: {
    status: 'declined',
    means: 'Truora cannot read the file.',
    act: 'Ask for a new photo or video. If it happens often, check the app that makes the files.',
  },
  risk: {
    status: 'declined',
    means: 'Truora sees a risk, or knows the face from a collection.',
    act: 'Do not name the reason to the person. Give the case to your fraud team.',
  },
  not_completed: {
    status: 'declined',
    means: 'The validation ended at Truora without an approval, for a reason that is not the face.',
    act: 'Tell the person that the check was not completed. Start a new one.',
  },
  unknown: {
    status: 'declined',
    means:
      'Truora gives no reason, or one that is not known here (`rawReason` has it). Also with `expired` and `failed`.',
    act: 'Treat as not verified. Start a new one.',
  },
  time_over: {
    status: 'expired',
    means: 'The time of the validation is over at Truora.',
    act: 'Start a new one. It says nothing about the person.',
  },
  undecided: {
    status: 'expired',
    means: 'Truora has not decided before the deadline and its grace.',
    act: 'Start a new one. A later verdict arrives as an amendment.',
  },
  request: {
    status: 'refused',
    means: 'The request breaks a rule. `detail` names the field and the rule.',
    act: 'Correct the caller.',
  },
  erased: {
    status: 'refused',
    means: 'The person of this account id was erased.',
    act: 'Enroll the person under a new account id.',
  },
  consent: {
    status: 'refused',
    means: '`userAuthorized` is not true.',
    act: 'Ask the person for consent first.',
  },
  other_request: {
    status: 'refused',
    means: 'The key, or the media, belongs to a different request.',
    act: 'Use a new key, or put the media again.',
  },
  old_answer: {
    status: 'refused',
    means: 'The existing answer is older than `maxAgeSeconds`.',
    act: 'Ask for new media, or call with `forceNew` and a new key.',
  },
  uploads: {
    status: 'refused',
    means: 'One form takes 100 uploads.',
    act: 'Ask for a new form.',
  },
  linked_retry: {
    status: 'refused',
    means: 'The linked retry (`retryOf`) is not possible. `detail` says why.',
    act: 'Start a new case without `retryOf`.',
  },
  media: {
    status: 'refused',
    means: 'The media breaks a rule that is known before Truora is asked.',
    act: 'Ask for new media, as `detail` says.',
  },
  media_version: {
    status: 'refused',
    means: 'The version of the media is older than `mediaHours`.',
    act: 'Put the media again.',
  },
  media_gone: {
    status: 'refused',
    means:
      'The version of the media was deleted or overwritten. After the create call the status is `failed`: it was charged.',
    act: 'Put the media again. After `failed` that is a second charge.',
  },
  enrollment: {
    status: 'refused',
    means: 'The person has no finished enrollment under this id.',
    act: 'Check the ids, or enroll the person.',
  },
  enrollment_pending: {
    status: 'refused',
    means: 'The enrollment was still pending after all retries.',
    act: 'Put the media again when the enrollment has finished.',
  },
  spending: {
    status: 'refused',
    means: 'The daily budget is spent, or an operator has closed Truora.',
    act: 'Tell the person to try later. Ask the operator.',
  },
  truora_error: {
    status: 'failed',
    means: 'Truora reports an error of its own.',
    act: 'Start a new one.',
  },
  verdict: {
    status: 'failed',
    means: 'Truora answers success, but for something else than was requested, or without a similarity.',
    act: 'Treat the person as not verified.',
  },
  creation: {
    status: 'failed',
    means: 'The answer of the charged call was lost and the result is not certain.',
    act: 'Start a new one.',
  },
  truora: {
    status: 'failed',
    means: 'Truora could not be used, after all retries.',
    act: 'Start a new one later.',
  },
  system: {
    status: 'failed',
    means: 'This system could not complete the case.',
    act: 'Start a new one.',
  },
  canceled: {
    status: 'canceled',
    means: 'A caller canceled the case.',
    act: 'Nothing.',
  },
} as const satisfies Record<string, Text>;

export type ReasonGroup = keyof typeof reasonGroups;
