/**
 * What the SDK's clients make a call again for: `@smithy/core`'s `service-error-classification` of the version in the lock,
 * which cannot be loaded without the retry middleware around it. A test holds these lists to it.
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

/** Refusals that a wrong clock is the reason of, often. */
export const skewed: readonly string[] = [
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
];

/** Whether a call that came to nothing is made again. Status 0: there was no answer. */
export const isTransient = (failed: { status: number; name: string; isClockSet: boolean }): boolean => {
  const { status, name, isClockSet } = failed;
  if (status === 0 || status === 429 || status >= 500) return true;
  return throttling.includes(name) || passing.includes(name) || (isClockSet && skewed.includes(name));
};

/** Clocks that are further apart than this are set: AWS takes signatures that are up to five minutes off. Milliseconds. */
const MOST_SKEW_MS = 300_000;

/** How far AWS's clock is ahead of ours, as the process has learnt it. Milliseconds. */
let offsetMs = 0;

/** The time to sign at. */
export const signingDate = (): Date => new Date(Date.now() + offsetMs);

/**
 * Learns from an answer's `Date`.
 * @param signedAt the time that the call was signed at
 * @returns whether that was so wrong that the clock is set now
 */
export const setClock = (date: string | undefined, signedAt: Date): boolean => {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs) || Math.abs(theirs - signedAt.getTime()) < MOST_SKEW_MS) return false;
  offsetMs = theirs - Date.now();
  return true;
};
