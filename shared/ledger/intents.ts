import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { deleteItem, getItem, putNew, updateItem } from '../aws/dynamodb.ts';
import { RevalidationId, TruoraId } from '../domain/ids.ts';
import { Timestamp } from '../domain/revalidation.ts';

/**
 * The intent to create a validation for a person. It is a lease: while it exists, no other execution creates one for this
 * person. An execution that finds an old intent first finds the result of its call.
 */
export const Intent = z.object({
  revalidationId: RevalidationId,
  /** Identifies the attempt, together with the re-validation. */
  openedAt: Timestamp,
  /** The number of the attempt of its re-validation, from 1. */
  attempt: z.int().check(z.minimum(1)),
  /** The validations on the person's list that may be ours, at the first of two checks. */
  firstCheck: z.optional(z.object({ at: Timestamp, seen: z.array(TruoraId) })),
});

export type Intent = z.infer<typeof Intent>;

const accountKey = (accountId: string) => `ACC#${accountId}`;

/** The condition that matches this intent and no later one: a delayed function must not change a later intent. */
const sameIntent = ({ revalidationId, openedAt }: Intent) => ({
  revalidationId: [revalidationId],
  openedAt: [openedAt],
});

/** An intent has no expiry: it is closed only when the result of its call is known. */
export const readIntent = async (table: string, accountId: string): Promise<Intent | undefined> => {
  const item = await getItem(table, accountKey(accountId));
  return item && Intent.parse(item);
};

/** Whether this intent is still open. */
export const isOpen = async (table: string, accountId: string, intent: Intent): Promise<boolean> => {
  const existing = await readIntent(table, accountId);
  return existing?.revalidationId === intent.revalidationId && existing.openedAt === intent.openedAt;
};

/**
 * Opens the intent before the charged call, or again, with the time of its first opening, for a call that was given up. The SDK
 * repeats a write whose answer was lost and then finds its own item. The random id `opening` distinguishes it from another
 * intent of the same run. @returns undefined when another intent is open
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

/** Stores the result of the first check of the person's list, for the second check. */
export const recordFirstCheck = async (
  table: string,
  accountId: string,
  intent: Intent,
  seen: string[],
): Promise<void> => {
  const firstCheck = { at: new Date().toISOString(), seen };
  await updateItem(table, accountKey(accountId), { set: { firstCheck }, when: sameIntent(intent) });
};

/** Closes this intent. It does nothing when it is closed or another one is open. */
export const closeIntent = async (table: string, accountId: string, intent: Intent): Promise<void> => {
  await deleteItem(table, accountKey(accountId), sameIntent(intent));
};
