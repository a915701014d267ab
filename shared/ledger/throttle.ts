import * as z from 'zod/mini';
import { type Access, awsJson } from '../aws/signed-call.ts';
import { type Change, type Item, textOf } from '../aws/update-expression.ts';
import { defined } from '../domain/defined.ts';
import { backOffOf, backOffOver, Throttle, type ThrottleStore } from '../domain/throttle.ts';

/** The item of the ledger that holds the throttle. */
export const GATE = 'GATE#truora';

/**
 * The throttle before Truora, shared by all runs. It is read and written by signed calls, so that a function that needs nothing
 * else of the ledger starts without the client of DynamoDB.
 */
export const throttleOf = (access: Access, table: string): ThrottleStore => ({
  read: async (how) => Throttle.parse((await readTexts(access, table, GATE, how)) ?? {}),
  backOff: async (retryAfterSeconds) => {
    const later = backOffOf(retryAfterSeconds, new Date());
    if (await changeTexts(access, table, GATE, later)) return;
    const over = backOffOver((await readTexts(access, table, GATE))?.notBefore, later.set);
    if (over) await changeTexts(access, table, GATE, over);
  },
});

/** 72 bits: of 20,000 calls on one counter two share a mark once in ten trillion days. Characters. */
export const MARK_LENGTH = 12;

export const Counter = z.object({ attempts: z.optional(z.set(z.string())) });

/** The types of DynamoDB's protocol whose value is a text. */
const plainTypes = ['S', 'N'];

/** An attribute as text, any other value as JSON: a kill switch that an operator touched in any way has to hold. */
const textOfAttribute = (attribute: Record<string, unknown>): string | undefined => {
  const [[type, value] = ['NULL']] = Object.entries(attribute);
  if (type === 'NULL') return undefined;
  return plainTypes.includes(type) ? String(value) : JSON.stringify(value);
};

/**
 * One item, every attribute as text. Expired items are returned like any other.
 * @param how an eventual read (the default) may be a second old and costs half of a consistent one
 */
export const readTexts = async (
  access: Access,
  table: string,
  pk: string,
  { consistent }: { consistent: boolean } = { consistent: false },
): Promise<Item | undefined> => {
  const input = defined({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: consistent || undefined });
  const { Item } = await awsJson(access, 'dynamodb', 'GetItem', input);
  if (!Item) return undefined;
  const texts = Object.entries(Item as Record<string, Record<string, unknown>>).flatMap(([name, attribute]) => {
    const text = textOfAttribute(attribute);
    return text === undefined ? [] : [[name, text]];
  });
  return { ...Object.fromEntries(texts), pk };
};

/** Changes attributes that are texts; the change may be made twice. @returns false when its condition does not hold */
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
