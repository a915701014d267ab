import { createHash } from 'node:crypto';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { SpendingRefusedError } from '../domain/errors.ts';
import { checkThrottle, dayOf, sharesOf, type ThrottleStore } from '../domain/throttle.ts';
import { secondsAfter } from './keys.ts';
import { Counter, GATE, MARK_LENGTH } from './throttle.ts';

/** How long a day's counters are kept, for a later check. Seconds. */
const COUNTER_LIFE = 7 * 86_400;

/**
 * Takes one call out of the day's budget, before it is made. Exact: the counters together never pass the budget, a call that
 * was refused or lost stays counted, and one attempt is counted once, though the SDK repeats the write or the step is entered
 * again. The attempt itself says which counter is tried first, so a repeat walks the same way and finds its mark.
 * @param attempt what tells this call from every other
 * @returns false when the day's budget is spent
 */
export const reserveOne = async (
  table: string,
  budget: number,
  attempt: string,
  now = new Date(),
): Promise<boolean> => {
  const shares = sharesOf(budget);
  const hash = createHash('sha256').update(attempt).digest();
  const mark = hash.toString('base64url').slice(0, MARK_LENGTH);
  for (let n = 0; n < shares.length; n += 1) {
    const shard = (hash.readUInt32BE(hash.length - 4) + n) % shares.length;
    const counter = `${GATE}#${dayOf(now)}#${shard}`;
    const taken = await updateItem(table, counter, {
      set: { expiresAt: secondsAfter(now, COUNTER_LIFE) },
      add: { spent: 1, attempts: mark },
      whileBelow: { spent: shares[shard] ?? 0 },
      whileWithout: { attempts: mark },
    });
    if (taken || Counter.parse((await getItem(table, counter)) ?? {}).attempts?.has(mark)) return true;
  }
  return false;
};

/**
 * Checks the throttle and the kill switch, and reserves one call of the day's budget, before a call that is charged. The kill
 * switch is read consistently: a call after it was closed is never made.
 * @param attempt the name of this call: the re-validation and the number of its attempt
 * @throws TruoraBusyError `truora_rate_limited`, SpendingRefusedError
 */
export const reserveBudget = async (
  { table, throttle }: { table: string; throttle: ThrottleStore },
  budget: number | undefined,
  attempt: string,
): Promise<void> => {
  checkThrottle(await throttle.read({ consistent: true }), new Date());
  if (budget !== undefined && !(await reserveOne(table, budget, attempt))) {
    throw new SpendingRefusedError('daily_budget_spent', "the day's budget of validations is used up");
  }
};
