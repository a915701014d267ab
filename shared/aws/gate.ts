import { SpendingRefusedError } from '../domain/errors.ts';
import { dayOf, Gate, heldBack, type Keeper, passGate, sharesOf } from '../domain/gate.ts';
import { secondsAfter } from './ledger.ts';
import { GATE } from './signed-gate.ts';
import { getItem, updateItem } from './table.ts';

/** How long a day's counters are kept, for whoever wonders. Seconds. */
const COUNTER_LIFE = 7 * 86_400;

/** What all runs have to know before they ask Truora anything. */
export const readGate = async (table: string): Promise<Gate> => Gate.parse((await getItem(table, GATE)) ?? {});

/** Truora said 429. The latest time stands: an earlier one never takes it back. */
export const holdBack = async (table: string, retryAfterSeconds: number | undefined): Promise<void> => {
  await updateItem(table, GATE, heldBack(retryAfterSeconds, new Date()));
};

/** The gate, for whoever passes through it. */
export const gateOf = (table: string): Keeper => ({
  read: () => readGate(table),
  holdBack: (retryAfterSeconds) => holdBack(table, retryAfterSeconds),
});

/**
 * Takes one call out of the day's budget, before it is made. Exact: the counters together never pass the budget, and a call
 * that was refused or lost stays counted. @param start the counter that is tried first, at random so that none is hot
 * @returns false when the day's budget is spent
 */
export const spendOne = async (table: string, budget: number, now = new Date(), start = Math.random()) => {
  const shares = sharesOf(budget);
  const first = Math.floor(start * shares.length);
  for (let n = 0; n < shares.length; n += 1) {
    const shard = (first + n) % shares.length;
    const taken = await updateItem(table, `${GATE}#${dayOf(now)}#${shard}`, {
      set: { expiresAt: secondsAfter(now, COUNTER_LIFE) },
      add: { spent: 1 },
      whileBelow: { spent: shares[shard] ?? 0 },
    });
    if (taken) return true;
  }
  return false;
};

/**
 * The gate, the kill switch and the day's budget, before a call that is charged.
 * @throws TruoraBusyError `truora_rate_limited`, SpendingRefusedError
 */
export const payFromBudget = async (table: string, budget: number | undefined): Promise<void> => {
  passGate(await readGate(table), new Date());
  if (budget !== undefined && !(await spendOne(table, budget))) {
    throw new SpendingRefusedError('daily_budget_spent', "the day's budget of validations is used up");
  }
};
