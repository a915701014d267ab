import { NamedError, VerdictPendingError, VerdictUnreachableError } from '../domain/errors.ts';
import { floorOf, type Policies } from '../domain/policy.ts';
import type { Claim, Validation, Verdict } from '../domain/revalidation.ts';
import { type ThrottleStore, throttled, unthrottled } from '../domain/throttle.ts';
import type { Truora } from '../truora/call.ts';
import { getValidation } from '../truora/client.ts';
import { readDecision } from '../truora/read-verdict.ts';
import { isKnownStatus, undecided } from '../truora/verdict.ts';

/** What the question about a verdict works with, as the deployment decides it. */
export type VerdictSettings = {
  truora: Truora;
  throttle: ThrottleStore;
  policies: Policies;
  /** Seconds after a validation's deadline during which Truora is still asked. */
  graceSeconds: number;
  /** Counts an undocumented word in an answer of Truora. */
  emitUnknownWord: (word: 'status' | 'reason') => void;
};

/**
 * Asks Truora for the verdict of a validation. After the deadline and its grace every answer is final, and the throttle
 * does not delay the question, because the verdict has been paid for.
 * @throws VerdictPendingError while Truora has not decided; VerdictUnreachableError when Truora cannot be asked after the deadline;
 *   Truora's errors before it
 */
export const askVerdict = async (
  { truora, throttle, policies, graceSeconds, emitUnknownWord }: VerdictSettings,
  { claim, validation }: { claim: Claim; validation: Validation },
): Promise<Verdict> => {
  const over = Date.now() > Date.parse(validation.deadline) + graceSeconds * 1000;
  const ask = over ? unthrottled : throttled;
  const read = (how: { showDetails: boolean }) => getValidation(truora, validation.validationId, how);
  const about = { claim, validation, floor: floorOf(policies, claim) };
  const { answer, verdict } = await ask(throttle, () => readDecision(read, about, over)).catch((error: Error) => {
    throw over ? unreachable(error) : error;
  });
  if (!isKnownStatus(answer)) emitUnknownWord('status');
  if (verdict?.reason === 'unknown_reason') emitUnknownWord('reason');
  if (verdict) return verdict;
  if (over) return undecided(answer, new Date());
  throw new VerdictPendingError('verdict_pending', 'Truora has not decided yet');
};

/** Any error, also of a key that could not be read: after the deadline nothing is retried. */
const unreachable = (error: Error) =>
  new VerdictUnreachableError(
    'truora_unreachable_at_deadline',
    `Truora could not be asked before the deadline was over: ${error instanceof NamedError ? error.reason : 'unexpected'}`,
  );
