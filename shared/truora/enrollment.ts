import { RawReason } from '../domain/revalidation.ts';

/** What an enrollment's status means. `unknown` is a word that nobody has documented or seen: it is not "ready". */
export type EnrollmentState = 'pending' | 'success' | 'failure' | 'unknown';

/**
 * Documented: `pending`, `success`, `failure`. The others are the words that validations have for the same (assumed). Capitals
 * are gone by now.
 */
const states: Readonly<Record<string, EnrollmentState>> = {
  pending: 'pending',
  processing: 'pending',
  success: 'success',
  failure: 'failure',
  failed: 'failure',
  expired: 'failure',
};

export const enrollmentStateOf = (status: string): EnrollmentState =>
  (Object.hasOwn(states, status) ? states[status] : undefined) ?? 'unknown';

/** A status as it may be kept: only what is shaped like a code. */
export const rawStatusOf = (status: string): string | undefined => RawReason.safeParse(status).data;
