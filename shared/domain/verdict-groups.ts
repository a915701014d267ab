import type { OutcomeStatus } from './lifecycle.ts';
import type { Class, ReasonClass } from './reason-classes.ts';

/**
 * A group of reasons: the status of the outcome, the class (what the person learns; `retry` and `nextStep` where they differ from the
 * class), what it means, and what the team of the calling system does (`operator`; a text names the deployment's operator as such).
 */
export type Group = { status: OutcomeStatus; class: ReasonClass; means: string; operator: string } & Partial<
  Pick<Class, 'retry' | 'nextStep'>
>;

/** The groups of reasons by which Truora, or its time, ends a case: declined and expired, in the order of the documents. */
export const verdictGroups = {
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
} as const satisfies Record<string, Group>;
