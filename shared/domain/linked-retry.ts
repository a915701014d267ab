import { RequestInvalidError } from './errors.ts';
import { isEnd, type OutcomeStatus } from './lifecycle.ts';
import { purposeOf } from './policy.ts';
import type { LedgerRecord } from './record.ts';
import { type Options, subvalidationsOf } from './request.ts';

/**
 * What the account at Truora allows: `allowed_retries` (0 to 2, none by default) and `retry_ttl` (at most 300 seconds), both
 * documented. The deployment configures them. We check them first, because Truora itself refuses only in the charged call.
 */
export type RetryRules = { allowedRetries: number; retrySeconds: number };

/** The validation to retry, as far as it is known. */
export type Retried = {
  accountId: string | undefined;
  end: OutcomeStatus | 'open';
  hadLiveness: boolean | undefined;
  /** When it was declined. Which moment Truora counts from is not documented. */
  declinedAt: string | undefined;
  /** Undefined for a validation that only Truora knows. */
  purpose: string | undefined;
};

/** What the caller can do instead of a retry. */
const INSTEAD = 'start a new validation instead: upload the media again, or call with forceNew';

const refusal = (reason: ConstructorParameters<typeof RequestInvalidError>[0], rule: string, instead = INSTEAD) =>
  new RequestInvalidError(reason, `options.retryOf: ${rule}; ${instead}`);

export const asksLiveness = (options: Options): boolean =>
  subvalidationsOf(options)?.includes('passive_liveness') ?? false;

/** One of our re-validations as the validation to retry. */
export const retriedOf = ({ phase, accountId, requested, outcome, ...record }: LedgerRecord): Retried => ({
  accountId,
  purpose: purposeOf(record),
  end: isEnd(phase) ? phase : 'open',
  hadLiveness: asksLiveness(requested ?? {}),
  declinedAt: outcome?.decidedAt,
});

/** @throws RequestInvalidError `retry_not_allowed` */
export const refuseAnyRetry = ({ allowedRetries }: RetryRules): void => {
  if (allowedRetries === 0) throw refusal('retry_not_allowed', 'linked retries are switched off (allowedRetries is 0)');
};

/**
 * Checks that a validation may be retried for this person now.
 * @param retried undefined for an unknown one; one of another person counts as unknown
 * @throws RequestInvalidError `retry_*`; the detail says what is possible instead
 */
export const refuseRetry = (
  retried: Retried | undefined,
  by: { accountId: string; purpose?: string | undefined },
  rules: RetryRules,
  now: Date,
): void => {
  if (!retried || retried.accountId !== by.accountId) throw refusal('retry_unknown', 'is no validation of this person');
  const { end, hadLiveness, declinedAt, purpose } = retried;
  if (purpose !== undefined && purpose !== purposeOf(by))
    throw refusal('retry_other_purpose', 'was asked for another purpose', 'name the same purpose');
  if (end === 'open') throw refusal('retry_not_declined', 'has not ended yet', 'wait for its outcome');
  if (end === 'approved') throw refusal('retry_not_declined', 'was approved', 'there is nothing to retry');
  if (end !== 'declined') throw refusal('retry_not_declined', `was not declined but has ended as ${end}`);
  if (hadLiveness === false) throw refusal('retry_needs_liveness', 'was asked without passive liveness');
  if (declinedAt !== undefined && now.getTime() > Date.parse(declinedAt) + rules.retrySeconds * 1000) {
    throw refusal('retry_too_late', `was declined more than ${rules.retrySeconds} seconds ago (retrySeconds)`);
  }
};

/** @throws RequestInvalidError `retries_used_up` */
export const usedUp = ({ allowedRetries }: RetryRules): RequestInvalidError =>
  refusal('retries_used_up', `was retried as often as it may be (allowedRetries is ${allowedRetries})`);
