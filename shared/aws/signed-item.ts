import { type Change, type Item, textOf } from './change.ts';
import { type Access, awsJson } from './signed.ts';

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
