import * as z from 'zod/mini';
import { deleteItem, getItem, updateItem } from '../aws/dynamodb.ts';
import { Timestamp } from '../domain/revalidation.ts';
import { personOf } from './tombstones.ts';

/** A legal hold: a person's data must not be erased before this time. Retention goes on, as it is set. */
const LegalHold = z.object({ holdUntil: Timestamp });

const keyOf = (accountId: string) => `LEGAL#${personOf(accountId)}`;

/** The time until which a person's data is held. @returns undefined without a hold, and after its end */
export const readHold = async (table: string, accountId: string): Promise<string | undefined> => {
  const { data } = LegalHold.safeParse(await getItem(table, keyOf(accountId)));
  return data && data.holdUntil > new Date().toISOString() ? data.holdUntil : undefined;
};

export const setHold = async (table: string, accountId: string, holdUntil: string): Promise<void> => {
  await updateItem(table, keyOf(accountId), { set: { holdUntil } });
};

export const releaseHold = async (table: string, accountId: string): Promise<void> => {
  await deleteItem(table, keyOf(accountId));
};
