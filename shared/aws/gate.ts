import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
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
 * Takes one call out of the day's budget, before it is made. Exact: the counters together never pass the budget, a call that
 * was refused or lost stays counted, and one attempt is counted once, though the SDK repeats the write or the step is entered
 * again. The attempt itself says which counter is tried first, so a repeat walks the same way and finds its mark.
 * @param attempt what tells this call from every other
 * @returns false when the day's budget is spent
 */
export const spendOne = async (table: string, budget: number, attempt: string, now = new Date()): Promise<boolean> => {
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

/** 72 bits: of 20,000 calls on one counter two share a mark once in ten trillion days. Characters. */
const MARK_LENGTH = 12;

const Counter = z.object({ attempts: z.optional(z.set(z.string())) });

/**
 * The gate, the kill switch and the day's budget, before a call that is charged.
 * @param attempt what tells this call from every other: the re-validation and the number of its attempt
 * @throws TruoraBusyError `truora_rate_limited`, SpendingRefusedError
 */
export const payFromBudget = async (table: string, budget: number | undefined, attempt: string): Promise<void> => {
  passGate(await readGate(table), new Date());
  if (budget !== undefined && !(await spendOne(table, budget, attempt))) {
    throw new SpendingRefusedError('daily_budget_spent', "the day's budget of validations is used up");
  }
};
