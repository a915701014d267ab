/** What the person can do: at once, with new media, later, or not by themselves. */
export type Retry = 'now' | 'new_capture' | 'later' | 'never';

/** The next step of the person, as a code for apps. */
export type NextStep =
  | 'new_capture'
  | 'start_again'
  | 'try_later'
  | 'register_face'
  | 'give_permission'
  | 'use_other_way'
  | 'ask_for_review';

/** The text for the person (`person-messages.ts`). */
export type MessageName =
  | 'not_seen_well'
  | 'not_heard'
  | 'not_confirmed'
  | 'not_confirmed_now'
  | 'not_completed'
  | 'not_finished'
  | 'our_problem'
  | 'not_registered'
  | 'permission_needed'
  | 'face_not_used';

export type Class = { retry: Retry; message: MessageName; nextStep: NextStep };

/** The classes of reasons, with what the person learns. `fraud` and `unclear` are the same for the person. */
export const reasonClasses = {
  capture: { retry: 'new_capture', message: 'not_seen_well', nextStep: 'new_capture' },
  no_match: { retry: 'new_capture', message: 'not_confirmed', nextStep: 'new_capture' },
  liveness: { retry: 'new_capture', message: 'not_seen_well', nextStep: 'new_capture' },
  speech: { retry: 'new_capture', message: 'not_heard', nextStep: 'new_capture' },
  fraud: { retry: 'never', message: 'not_completed', nextStep: 'ask_for_review' },
  spent: { retry: 'later', message: 'not_confirmed_now', nextStep: 'try_later' },
  not_finished: { retry: 'now', message: 'not_finished', nextStep: 'start_again' },
  enrollment: { retry: 'never', message: 'not_registered', nextStep: 'register_face' },
  consent: { retry: 'now', message: 'permission_needed', nextStep: 'give_permission' },
  alternative: { retry: 'now', message: 'face_not_used', nextStep: 'use_other_way' },
  ours_or_vendor: { retry: 'later', message: 'our_problem', nextStep: 'try_later' },
  request: { retry: 'later', message: 'our_problem', nextStep: 'try_later' },
  unclear: { retry: 'never', message: 'not_completed', nextStep: 'ask_for_review' },
} as const satisfies Record<string, Class>;

export type ReasonClass = keyof typeof reasonClasses;

/** The class that the person sees: a suspicion of fraud looks like an unclear result. */
export const shownClassOf = (of: ReasonClass): Exclude<ReasonClass, 'fraud'> => (of === 'fraud' ? 'unclear' : of);
