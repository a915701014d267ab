import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { deleteItem, getItem, putNew, updateItem } from '../aws/dynamodb.ts';
import { RevalidationId, TruoraId } from '../domain/ids.ts';
import { Timestamp } from '../domain/revalidation.ts';

/**
 * The note on a person's account that a validation is being created for them. While it stands nobody else creates one: it
 * is the person's lease, and whoever meets an old one first finds out what became of its call.
 */
export const Intent = z.object({
  revalidationId: RevalidationId,
  /** With the re-validation, the name of this one attempt. */
  openedAt: Timestamp,
  /** Which attempt of its re-validation it is. */
  attempt: z.int().check(z.minimum(1)),
  /** What the person's list held that may be ours, the first of two times. */
  firstLook: z.optional(z.object({ at: Timestamp, seen: z.array(TruoraId) })),
});

export type Intent = z.infer<typeof Intent>;

const accountKey = (accountId: string) => `ACC#${accountId}`;

/** This very intent and no later one: a function that comes back from the dead must not touch its successor's. */
const theVery = ({ revalidationId, openedAt }: Intent) => ({
  revalidationId: [revalidationId],
  openedAt: [openedAt],
});

/** An intent never expires by the clock: only whoever knows what became of it may close it. */
export const readIntent = async (table: string, accountId: string): Promise<Intent | undefined> => {
  const item = await getItem(table, accountKey(accountId));
  return item && Intent.parse(item);
};

/** Whether this very intent stands still. */
export const isOpen = async (table: string, accountId: string, intent: Intent): Promise<boolean> => {
  const standing = await readIntent(table, accountId);
  return standing?.revalidationId === intent.revalidationId && standing.openedAt === intent.openedAt;
};

/**
 * Writes the intent before the charged call; or, under the time of its first opening, once more for a call that had been
 * given up. A write whose answer was lost is repeated by the SDK and then finds what it wrote itself; only the mark of this
 * very opening tells that apart from another of the same run. @returns undefined when one is open, whoever's it is
 */
export const openIntent = async (
  table: string,
  accountId: string,
  of: { revalidationId: string; attempt: number; openedAt?: string },
): Promise<Intent | undefined> => {
  const intent = { openedAt: new Date().toISOString(), ...of };
  const opening = randomUUID();
  const pk = accountKey(accountId);
  if (await putNew(table, { pk, ...intent, opening })) return intent;
  return (await getItem(table, pk))?.opening === opening ? intent : undefined;
};

/** Keeps what the first look at the person's list has found, for whoever takes the second. */
export const recordFirstCheck = async (
  table: string,
  accountId: string,
  intent: Intent,
  seen: string[],
): Promise<void> => {
  const firstLook = { at: new Date().toISOString(), seen };
  await updateItem(table, accountKey(accountId), { set: { firstLook }, when: theVery(intent) });
};

/** Closes this very intent; closing it twice, or another, does nothing. */
export const closeIntent = async (table: string, accountId: string, intent: Intent): Promise<void> => {
  await deleteItem(table, accountKey(accountId), theVery(intent));
};
