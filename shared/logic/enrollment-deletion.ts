import { TruoraRejectedError } from '../domain/errors.ts';
import { type ThrottleStore, throttled } from '../domain/throttle.ts';
import { personOf } from '../ledger/tombstones.ts';
import type { Truora } from '../truora/call.ts';
import { deleteEnrollment, getEnrollment } from '../truora/client.ts';

export type DeletionSettings = { truora: Truora; throttle: ThrottleStore };

/**
 * Deletes the face of a person at Truora. A request may have named an enrollment of another account, and that one stays.
 * @param person the name of the erased person, since the account id may not be known any more
 * @returns false for an enrollment that is not there, or that belongs to another account
 * @throws Truora's errors: the enrollment may be there still
 */
export const deleteOwnEnrollment = async (
  { truora, throttle }: DeletionSettings,
  person: string,
  enrollmentId: string,
): Promise<boolean> => {
  const found = await throttled(throttle, () => getEnrollment(truora, enrollmentId)).catch((error) => {
    if (error instanceof TruoraRejectedError && error.reason === 'truora_not_found') return undefined;
    throw error;
  });
  if (!found || personOf(found.account_id) !== person) return false;
  await throttled(throttle, () => deleteEnrollment(truora, enrollmentId));
  return true;
};
