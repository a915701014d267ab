import { getItem, getItems, type Item, isAlive, putNew, updateItem } from '../aws/dynamodb.ts';
import { ConsentReceipt } from '../domain/consent.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import { firstFollowUp, shardOf } from '../domain/follow-up.ts';
import { secondsAfter } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/records.ts';

/**
 * A receipt is one item. It also holds the ids of the open cases that rely on it: one write, under the condition that the receipt was
 * not revoked, both checks it and enters a case. A revocation and an entry are therefore in one order, without a transaction over two
 * items (which dynalite, the engine of the local system, does not have).
 */
export const CONSENT_PREFIX = 'CNS#';

const keyOf = (receiptId: string) => `${CONSENT_PREFIX}${receiptId}`;

/** The item with the ids of a person's receipts. An index would be behind the items. */
const listKeyOf = (accountId: string) => `CONSENTS#${accountId}`;

/** The longest life of a consent: five years. A later check asks again. */
export const LONGEST_DAYS = 5 * 366;

const DAY_SECONDS = 86_400;

/** The most receipts of a person: one a day for longer than records are kept. The item of their ids stays below 20 KB. */
export const MOST_RECEIPTS = 400;

/** DynamoDB reads at most this many items at once (documented). */
const READ_AT_ONCE = 100;

/** A receipt with the cases that rely on it. */
export type Entered = { receipt: ConsentReceipt; cases: ReadonlySet<string>; dueAt: string | undefined };

const enteredIn = (item: Item): Entered => ({
  receipt: ConsentReceipt.parse(item),
  cases: item.cases instanceof Set ? item.cases : new Set(),
  dueAt: typeof item.dueAt === 'string' ? item.dueAt : undefined,
});

/** Reads a due item. @throws TypeError for one that is no receipt */
export const enteredOf = (item: Item): Entered => {
  if (!item.pk.startsWith(CONSENT_PREFIX)) throw new TypeError('a due item is neither a record nor a receipt');
  return enteredIn(item);
};

/** An erasure leaves hashes and dates of a receipt, as proof. It allows nothing. */
const isLive = (item: Item): boolean => isAlive(item) && item.erasedAt === undefined;

/** A receipt, read consistently. @returns undefined for one that is unknown or erased, or whose time in the ledger is over */
export const readReceipt = async (table: string, receiptId: string): Promise<Entered | undefined> => {
  const item = await getItem(table, keyOf(receiptId));
  return item && isLive(item) ? enteredIn(item) : undefined;
};

/**
 * Writes a receipt, and its id on the list of its person first, so that no receipt is missing there. The first receipt of an id stays.
 * @returns the stored receipt
 * @throws RequestInvalidError when the person has `MOST_RECEIPTS`
 */
export const writeReceipt = async (
  { table, retentionDays }: Ledger,
  receipt: ConsentReceipt,
): Promise<ConsentReceipt> => {
  const { receiptId, accountId, validUntil } = receipt;
  const kept = retentionDays * DAY_SECONDS;
  const expiresAt = secondsAfter(new Date(validUntil), kept);
  const listed = await updateItem(table, listKeyOf(accountId), {
    // Later than the end of any of its receipts.
    set: { expiresAt: secondsAfter(new Date(), LONGEST_DAYS * DAY_SECONDS + kept) },
    add: { receipts: receiptId },
    whileRoom: { receipts: { most: MOST_RECEIPTS, one: receiptId } },
  });
  if (!listed) throw full();
  await putNew(table, { pk: keyOf(receiptId), ...receipt, expiresAt });
  return (await readReceipt(table, receiptId))?.receipt ?? receipt;
};

const full = () => {
  const detail = `has ${MOST_RECEIPTS} receipts of consent, which is the most`;
  return new RequestInvalidError('request_invalid', `accountId: ${detail}`, [
    { path: 'accountId', code: 'out_of_range', detail },
  ]);
};

/** The receipts of a person, newest first, read consistently. */
export const receiptsOf = async (table: string, accountId: string): Promise<ConsentReceipt[]> => {
  const receipts = (await getItem(table, listKeyOf(accountId)))?.receipts;
  const keys = receipts instanceof Set ? [...(receipts as Set<string>)].map(keyOf) : [];
  const found: Item[] = [];
  for (let from = 0; from < keys.length; from += READ_AT_ONCE) {
    found.push(...(await getItems(table, keys.slice(from, from + READ_AT_ONCE), { consistent: true })));
  }
  const all = found.filter(isLive).map((item) => enteredIn(item).receipt);
  return all.toSorted((a, b) => (a.givenAt < b.givenAt ? 1 : -1));
};

/**
 * Enters a case on a receipt that was not revoked. Idempotent.
 * @returns false when it was revoked
 */
export const enterCase = async (table: string, receiptId: string, revalidationId: string): Promise<boolean> =>
  (await updateItem(table, keyOf(receiptId), {
    set: {},
    add: { cases: revalidationId },
    when: { receiptId: [receiptId], revokedAt: [], erasedAt: [] },
  })) !== undefined;

/**
 * Takes a case off its receipt, before its result counts. A revocation after that does not concern the case.
 * @returns false when the receipt was revoked before, or is not in the ledger any more
 */
export const leaveCase = async (table: string, receiptId: string, revalidationId: string): Promise<boolean> =>
  (await updateItem(table, keyOf(receiptId), {
    set: {},
    take: { cases: revalidationId },
    when: { receiptId: [receiptId], revokedAt: [] },
  })) !== undefined;

/**
 * Marks a receipt as revoked. The first revocation stays. The receipt is due until each of its cases has ended.
 * @returns undefined for a receipt that is unknown
 */
export const markRevoked = async (table: string, receiptId: string, by: string): Promise<Entered | undefined> => {
  const now = new Date();
  await updateItem(table, keyOf(receiptId), {
    set: { revokedAt: now.toISOString(), revokedBy: by, shard: shardOf(receiptId), dueAt: firstFollowUp(now) },
    when: { receiptId: [receiptId], revokedAt: [], erasedAt: [] },
  });
  return readReceipt(table, receiptId);
};

/** Takes ended cases off a revoked receipt, and sets its next follow-up, or none when no case is left. */
export const finishCases = async (
  table: string,
  { receipt: { receiptId }, cases, dueAt }: Entered,
  done: readonly string[],
): Promise<void> => {
  for (const one of done) {
    await updateItem(table, keyOf(receiptId), { set: {}, take: { cases: one }, when: { receiptId: [receiptId] } });
  }
  if (dueAt === undefined) return;
  const isOver = done.length === cases.size;
  await updateItem(table, keyOf(receiptId), {
    set: isOver ? {} : { dueAt: firstFollowUp(new Date()) },
    remove: isOver ? ['shard', 'dueAt'] : [],
    when: { dueAt: [dueAt] },
  });
};
