import { RawReason } from '../domain/revalidation.ts';

/** The meaning of an enrollment's status. `unknown` is an undocumented and unseen status: it does not mean ready. */
export type EnrollmentState = 'pending' | 'success' | 'failure' | 'unknown';

/**
 * Documented: `pending`, `success`, `failure`. The others are the statuses of validations (assumed). Keys in lower case.
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

/** A status for the record. @returns undefined for text that has not the form of a code */
export const rawStatusOf = (status: string): string | undefined => RawReason.safeParse(status).data;
