/**
 * The errors that the SDK's clients retry: `service-error-classification` of `@smithy/core` in the locked version, which cannot
 * be loaded without its retry middleware. A test compares these lists with it.
 */
export const throttling: readonly string[] = [
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
];

export const passing: readonly string[] = ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'];

/** Errors that a wrong clock often causes. */
export const skewed: readonly string[] = [
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
];

/** Whether a failed call is retried. Status 0: there was no answer. */
export const isTransient = (failed: { status: number; name: string; isClockSet: boolean }): boolean => {
  const { status, name, isClockSet } = failed;
  if (status === 0 || status === 429 || status >= 500) return true;
  return throttling.includes(name) || passing.includes(name) || (isClockSet && skewed.includes(name));
};

/** A larger clock difference is corrected: AWS accepts signatures that are up to five minutes off (documented). Milliseconds. */
const MOST_SKEW_MS = 300_000;

/** How far AWS's clock is ahead of ours. Milliseconds. */
let offsetMs = 0;

/** The time to sign at. */
export const signingDate = (): Date => new Date(Date.now() + offsetMs);

/**
 * Corrects the signing time from the `Date` of an answer.
 * @param signedAt the time of the signature
 * @returns whether it was corrected
 */
export const setClock = (date: string | undefined, signedAt: Date): boolean => {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs) || Math.abs(theirs - signedAt.getTime()) < MOST_SKEW_MS) return false;
  offsetMs = theirs - Date.now();
  return true;
};
