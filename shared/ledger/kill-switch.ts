import { getItem, getItems, updateItem } from '../aws/dynamodb.ts';
import { dayOf, Throttle } from '../domain/throttle.ts';
import { GATE } from './throttle.ts';

/** The throttle before Truora, as operators see it. It is read consistently. */
export const readThrottle = async (table: string): Promise<Throttle> =>
  Throttle.parse((await getItem(table, GATE)) ?? {});

/** Switches the creation of validations off. @param reason why, and who; an earlier reason is replaced */
export const closeTruora = async (table: string, reason: string): Promise<void> => {
  await updateItem(table, GATE, { set: { closed: reason } });
};

/** Switches the creation of validations on. @param alsoNow also ends Truora's own request to wait */
export const openTruora = async (table: string, { alsoNow = false } = {}): Promise<void> => {
  await updateItem(table, GATE, { set: {}, remove: ['closed', ...(alsoNow ? ['notBefore'] : [])] });
};

/** The most counters of a day: those of the largest budget (10,000,000 calls, 20,000 on each counter). */
const MOST_COUNTERS = 500;

/** Keys of one batch (documented limit of DynamoDB). */
const BATCH = 100;

/** How many calls of a UTC day were taken out of its budget. */
export const countedOn = async (table: string, at: Date): Promise<number> => {
  let count = 0;
  for (let from = 0; from < MOST_COUNTERS; from += BATCH) {
    const keys = Array.from({ length: BATCH }, (_, n) => `${GATE}#${dayOf(at)}#${from + n}`);
    for (const { spent } of await getItems(table, keys)) count += Number(spent ?? 0);
  }
  return count;
};
