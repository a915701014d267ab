import type { Retried } from '../domain/retry.ts';
import type { ValidationAnswer } from './schemas.ts';

/**
 * A validation that only Truora knows, as something to retry. Truora itself may refuse it for more than can be seen here:
 * how it counts is not documented, and a refused create call costs nothing (assumed).
 */
export const retriedAt = (answer: ValidationAnswer): Retried => {
  const { account_id, validation_status: status, failure_status: failure, declined_reason } = answer;
  const declined = failure === 'declined' || (failure === undefined && declined_reason !== undefined);
  const finished = answer.processing_finish_date;
  return {
    accountId: account_id,
    end: endOf(status, failure, declined),
    hadLiveness: answer.details?.face_recognition_validations?.passive_liveness_status === undefined ? undefined : true,
    declinedAt: finished && !Number.isNaN(Date.parse(finished)) ? finished : undefined,
  };
};

const endOf = (status: string, failure: string | undefined, declined: boolean): Retried['end'] => {
  if (declined) return 'declined';
  if (failure === 'expired') return 'expired';
  if (failure !== undefined || status === 'failure' || status === 'failed') return 'failed';
  return status === 'success' ? 'approved' : 'open';
};
