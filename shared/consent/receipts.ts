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

/**
 * A receipt with the cases that rely on it. From `revokingAt` on nothing more is paid for, sent or decided under it; `revokedAt` follows
 * when none of its cases can end by a face any more.
 */
export type Entered = {
  receipt: ConsentReceipt;
  cases: ReadonlySet<string>;
  revokingAt: string | undefined;
  dueAt: string | undefined;
};

const enteredIn = (item: Item): Entered => ({
  receipt: ConsentReceipt.parse(item),
  cases: item.cases instanceof Set ? item.cases : new Set(),
  revokingAt: textIn(item.revokingAt),
  dueAt: textIn(item.dueAt),
});

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

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

/** The condition that holds until a revocation begins, and for no receipt of an erased person. */
const notRevoked = (receiptId: string) => ({ receiptId: [receiptId], revokingAt: [], erasedAt: [] });

/**
 * Enters a case on a receipt that is not revoked. Idempotent.
 * @returns false when it is revoked
 */
export const enterCase = async (table: string, receiptId: string, revalidationId: string): Promise<boolean> =>
  (await updateItem(table, keyOf(receiptId), {
    set: {},
    add: { cases: revalidationId },
    when: notRevoked(receiptId),
  })) !== undefined;

/** Takes an ended case off its receipt. A revoked receipt keeps it until the revocation is done with it. */
export const leaveCase = async (table: string, receiptId: string, revalidationId: string): Promise<void> => {
  await updateItem(table, keyOf(receiptId), { set: {}, take: { cases: revalidationId }, when: notRevoked(receiptId) });
};

/**
 * Begins a revocation: the receipt allows nothing any more, and is due until each of its cases has ended. The first revocation stays.
 * @returns undefined for a receipt that is unknown
 */
export const beginRevocation = async (table: string, receiptId: string, by: string): Promise<Entered | undefined> => {
  const now = new Date();
  const due = { shard: shardOf(receiptId), dueAt: firstFollowUp(now) };
  await updateItem(table, keyOf(receiptId), {
    set: { revokingAt: now.toISOString(), revokedBy: by, ...due },
    when: notRevoked(receiptId),
  });
  return readReceipt(table, receiptId);
};

/** Marks a receipt as revoked, since the time at which its revocation began. The caller has ended each of its claimed cases before. */
export const markRevoked = async (table: string, { receipt: { receiptId }, revokingAt }: Entered): Promise<void> => {
  await updateItem(table, keyOf(receiptId), {
    set: { revokedAt: revokingAt },
    when: { receiptId: [receiptId], revokedAt: [] },
  });
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
