import * as z from 'zod/mini';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { type Access, awsJson } from '../aws/signed-call.ts';
import { type Change, type Item, textOf } from '../aws/update-expression.ts';
import { backOffOf, Throttle, type ThrottleStore } from '../domain/throttle.ts';

/** The item of the ledger that holds the throttle. */
export const GATE = 'GATE#truora';

/** The throttle before Truora, for functions that need nothing else of the ledger, without the client of DynamoDB. */
export const signedThrottle = (access: Access, table: string): ThrottleStore => ({
  read: async () => Throttle.parse((await readTexts(access, table, GATE)) ?? {}),
  backOff: async (retryAfterSeconds) => {
    await changeTexts(access, table, GATE, backOffOf(retryAfterSeconds, new Date()));
  },
});

/** What all runs have to know before they ask Truora anything. */
export const readThrottle = async (table: string): Promise<Throttle> =>
  Throttle.parse((await getItem(table, GATE)) ?? {});

/** Truora said 429. The latest time stands: an earlier one never takes it back. */
export const backOff = async (table: string, retryAfterSeconds: number | undefined): Promise<void> => {
  await updateItem(table, GATE, backOffOf(retryAfterSeconds, new Date()));
};

/** The throttle before Truora, with the client of DynamoDB. */
export const throttleOf = (table: string): ThrottleStore => ({
  read: () => readThrottle(table),
  backOff: (retryAfterSeconds) => backOff(table, retryAfterSeconds),
});

/** 72 bits: of 20,000 calls on one counter two share a mark once in ten trillion days. Characters. */
export const MARK_LENGTH = 12;

export const Counter = z.object({ attempts: z.optional(z.set(z.string())) });

type Raw = Record<string, { S?: string; N?: string; BOOL?: boolean } & Record<string, unknown>>;

/**
 * The texts of one item, and its numbers and truth values as texts, for functions that need nothing else of the ledger and start without its client. It may be a
 * second old: that is half the price, and what is read so changes by the minute. Expired items are returned like any other.
 */
export const readTexts = async (access: Access, table: string, pk: string): Promise<Item | undefined> => {
  const { Item } = await awsJson(access, 'dynamodb', 'GetItem', { TableName: table, Key: { pk: { S: pk } } });
  if (!Item) return undefined;
  const texts = Object.entries(Item as Raw).flatMap(([name, { S, N, BOOL }]) => {
    const text = S ?? N ?? BOOL;
    return text === undefined ? [] : [[name, String(text)]];
  });
  return { ...Object.fromEntries(texts), pk };
};

/** A change that deals in texts alone, and may be made twice. @returns false when its condition does not hold */
export const changeTexts = async (access: Access, table: string, pk: string, change: Change): Promise<boolean> => {
  const { values, ...text } = textOf(change);
  const ExpressionAttributeValues = Object.fromEntries(
    Object.entries(values).map(([placeholder, value]) => [placeholder, { S: String(value) }]),
  );
  const input = { TableName: table, Key: { pk: { S: pk } }, ...text, ExpressionAttributeValues };
  return awsJson(access, 'dynamodb', 'UpdateItem', input).then(
    () => true,
    (error: Error) => {
      if (error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
};
