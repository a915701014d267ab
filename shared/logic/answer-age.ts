import { AlreadyDecidedError, RequestInvalidError, readReason } from '../domain/errors.ts';
import type { Intake } from '../domain/intake.ts';
import { isOlderThan, type LedgerRecord } from '../domain/record.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/**
 * Refuses an existing answer that is older than the caller takes.
 * @param maxAgeSeconds undefined where the caller takes any
 * @throws RequestInvalidError `answer_too_old`
 */
export const refuseOldAnswer = (record: LedgerRecord, maxAgeSeconds: number | undefined): void => {
  if (maxAgeSeconds === undefined || !isOlderThan(record, maxAgeSeconds, new Date())) return;
  throw new RequestInvalidError(
    'answer_too_old',
    'maxAgeSeconds: the answer about this media is older; put the media again, or call with forceNew, under a new key',
  );
};

/**
 * Handles the error of a claim: an existing answer that is too old becomes a refusal. An answer of this same execution is never
 * too old.
 * @throws RequestInvalidError `answer_too_old`, or else the given error
 */
export const refuseIfOld =
  (ledger: Ledger, { call, executionId }: Intake) =>
  async (error: unknown): Promise<never> => {
    if (error instanceof AlreadyDecidedError && call?.maxAgeSeconds !== undefined) {
      const record = await readRecord(ledger, readReason(error.message)?.detail ?? '');
      if (record && record.owner !== executionId) refuseOldAnswer(record, call.maxAgeSeconds);
    }
    throw error;
  };
