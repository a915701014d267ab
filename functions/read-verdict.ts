import { NamedError, VerdictPendingError, VerdictUnreachableError } from '../shared/domain/errors.ts';
import { throttled, unthrottled } from '../shared/domain/throttle.ts';
import { throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { env, policyFromEnv } from '../shared/lambda/env.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { getValidation } from '../shared/truora/client.ts';
import { readDecision } from '../shared/truora/read-verdict.ts';
import { isKnownStatus, undecided } from '../shared/truora/verdict.ts';

/**
 * The sixth step, and the only source of a verdict: Truora's answer to our own key. A pending verdict is thrown, and the machine's
 * retry is the timed poll. After the deadline and its grace the wait ends here with an outcome. While the throttle is backing off
 * nothing is read, except for this last check: the verdict has been paid for.
 */
export const handler = step('ReadVerdict', async ({ claim, validation }) => {
  const truora = truoraFromEnv();
  const over = Date.now() > Date.parse(validation.deadline) + env('GRACE_SECONDS') * 1000;
  const throttle = throttleFromEnv();
  const ask = over ? unthrottled : throttled;
  const about = { claim, validation, policy: policyFromEnv() };
  const read = (how: { showDetails: boolean }) => getValidation(truora, validation.validationId, how);
  const { answer, verdict } = await ask(throttle, () => readDecision(read, about, over)).catch((error: Error) => {
    throw over ? unreachable(error) : error;
  });
  if (!isKnownStatus(answer)) emit('UnknownWords', 1, { word: 'status' });
  if (verdict?.reason === 'unknown_reason') emit('UnknownWords', 1, { word: 'reason' });
  if (verdict) return verdict;
  if (over) return undecided(answer, new Date());
  throw new VerdictPendingError('verdict_pending', 'Truora has not decided yet');
});

/** Any error, also of a key that could not be read: after the deadline nothing waits any more. */
const unreachable = (error: Error) =>
  new VerdictUnreachableError(
    'truora_unreachable_at_deadline',
    `Truora could not be asked before the deadline was over: ${error instanceof NamedError ? error.reason : 'unexpected'}`,
  );
