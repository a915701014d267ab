import * as z from 'zod';
import { RevalidationId } from '../domain/ids.ts';
import { Timestamp, Validation } from '../domain/revalidation.ts';
import { secondsAfter } from './ledger.ts';
import { deleteItem, getItem, isAlive, putNew, updateItem } from './table.ts';

/** How long a validation may still be called for after its deadline (late webhooks: days, assumed). Seconds. */
export const LATE_SECONDS = 4 * 86_400;

const Created = Validation.extend({ uploadLink: z.string() });
export type Created = z.infer<typeof Created>;

/** The note on a person's account that a validation is being created; while it stands, nobody else creates one. */
const Intent = z.object({ revalidationId: RevalidationId, openedAt: Timestamp, created: Created.optional() });
export type Intent = z.infer<typeof Intent>;

const accountKey = (accountId: string) => `ACC#${accountId}`;
const linkKey = (validationId: string) => `LINK#${validationId}`;
const validationKey = (validationId: string) => `VLD#${validationId}`;

/** An intent never expires by the clock: only whoever knows what became of it may close it. */
export const readIntent = async (table: string, accountId: string): Promise<Intent | undefined> => {
  const item = await getItem(table, accountKey(accountId));
  return item && Intent.parse(item);
};

/** Writes the intent before the charged call. @returns false when one is open, whoever's it is */
export const openIntent = (table: string, accountId: string, revalidationId: string): Promise<boolean> =>
  putNew(table, { pk: accountKey(accountId), revalidationId, openedAt: new Date().toISOString() });

/** Puts Truora's whole answer onto the intent in one write: from here on nothing of it can get lost. */
export const keepAnswer = async (table: string, accountId: string, revalidationId: string, created: Created) => {
  const when = { revalidationId: [revalidationId] };
  if (!(await updateItem(table, accountKey(accountId), { set: { created }, when }))) {
    throw new TypeError('the intent is not there');
  }
};

/** Closes an intent of this re-validation; closing it twice, or another's, does nothing. */
export const closeIntent = async (table: string, accountId: string, revalidationId: string): Promise<void> => {
  await deleteItem(table, accountKey(accountId), { revalidationId: [revalidationId] });
};

/** Says whose a validation is, so that a webhook finds its way. @throws TypeError when it is another's */
export const bindValidation = async (
  table: string,
  validation: Validation,
  revalidationId: string,
  retentionDays: number,
) => {
  const pk = validationKey(validation.validationId);
  const expiresAt = secondsAfter(new Date(validation.deadline), retentionDays * 86_400);
  if (await putNew(table, { pk, revalidationId, deadline: validation.deadline, expiresAt })) return;
  const standing = await getItem(table, pk);
  if (standing?.revalidationId !== revalidationId)
    throw new TypeError('the validation is bound to another re-validation');
};

const Binding = z.object({ revalidationId: RevalidationId, deadline: Timestamp });

/** Whose validation this is. @returns undefined for one that is none of ours */
export const readBinding = async (table: string, validationId: string) => {
  const item = await getItem(table, validationKey(validationId));
  return item && isAlive(item) ? Binding.parse(item) : undefined;
};

/** The upload link is a bearer secret: it has an item of its own, which dies with it. Keeping it twice is once. */
export const keepLink = async (table: string, validationId: string, uploadLink: string, deadline: string) => {
  await putNew(table, { pk: linkKey(validationId), uploadLink, expiresAt: secondsAfter(new Date(deadline), 0) });
};

/** @returns undefined once the link has expired */
export const readLink = async (table: string, validationId: string): Promise<string | undefined> => {
  const item = await getItem(table, linkKey(validationId));
  return item && isAlive(item) ? z.string().parse(item.uploadLink) : undefined;
};
