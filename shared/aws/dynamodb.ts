import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { defined } from '../domain/defined.ts';
import { dynamo } from './clients.ts';
import { type Change, type Condition, conditionText, expression, type Item, textOf } from './update-expression.ts';

export type { Item } from './update-expression.ts';

/** The names and values of an expression, in the client's format. */
const partsOf = ({ names, values }: Pick<ReturnType<typeof expression>, 'names' | 'values'>) =>
  defined({
    ExpressionAttributeNames: names,
    ExpressionAttributeValues:
      Object.keys(values).length > 0 ? marshall(values, { removeUndefinedValues: true }) : undefined,
  });

/** The item, read consistently. */
export const getItem = async (table: string, pk: string): Promise<Item | undefined> => {
  const { Item } = await dynamo().send(
    new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
  );
  return Item && (unmarshall(Item) as Item);
};

/** The most tries to read a whole batch, and the pause before the second try (milliseconds), which doubles. */
const BATCH_TRIES = 5;

const BATCH_PAUSE_MS = 50;

/**
 * Several items, in the order of the keys; missing items are left out. At most 100 keys (documented limit); DynamoDB refuses a
 * repeated key, so each is read once.
 */
export const getItems = async (table: string, pks: readonly string[], { consistent = false } = {}): Promise<Item[]> => {
  if (pks.length === 0) return [];
  const found = new Map<string, Item>();
  let keys = [...new Set(pks)].map((pk) => ({ pk: { S: pk } }));
  for (let tries = 0; keys.length > 0; tries += 1) {
    if (tries === BATCH_TRIES) throw new Error('DynamoDB did not return all items of the batch');
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, BATCH_PAUSE_MS * 2 ** tries));
    const { Responses, UnprocessedKeys } = await dynamo().send(
      new BatchGetItemCommand({
        RequestItems: { [table]: consistent ? { Keys: keys, ConsistentRead: true } : { Keys: keys } },
      }),
    );
    for (const raw of Responses?.[table] ?? []) {
      const item = unmarshall(raw) as Item;
      found.set(item.pk, item);
    }
    keys = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof keys;
  }
  return pks.flatMap((pk) => found.get(pk) ?? []);
};

/** Seconds since 1970. DynamoDB deletes expired items up to days late, so every reader and writer compares the time itself. */
const now = () => Math.floor(Date.now() / 1000);

/** False for an expired item that DynamoDB has not deleted yet. */
export const isAlive = (item: Item): boolean => typeof item.expiresAt !== 'number' || item.expiresAt > now();

/**
 * Writes an item that must not exist yet. An expired item counts as absent.
 * @param over also replaces an item that meets this condition
 * @returns false when another item exists
 */
export const putNew = (table: string, item: Item, over?: Condition): Promise<boolean> =>
  unlessConditionFails(async () => {
    const text = expression();
    const isOver = over ? ` OR (${conditionText(over, text)})` : '';
    await dynamo().send(
      new PutItemCommand({
        TableName: table,
        Item: marshall(item, { removeUndefinedValues: true }),
        ConditionExpression: `attribute_not_exists(pk) OR expiresAt <= :now${isOver}`,
        ExpressionAttributeNames: over && text.names,
        ExpressionAttributeValues: { ...marshall(text.values), ':now': { N: String(now()) } },
      }),
    );
    return true;
  }, false);

/** Changes an item in place. @returns the item after the change; undefined when the condition does not hold */
export const updateItem = (table: string, pk: string, change: Change): Promise<Item | undefined> =>
  unlessConditionFails(async () => {
    const { values, ExpressionAttributeNames: names, ...text } = textOf(change);
    const { Attributes } = await dynamo().send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: pk } },
        ...text,
        ...partsOf({ names, values }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return unmarshall(Attributes ?? {}) as Item;
  }, undefined);

/** Deletes an item, whether it is there or not, unless a condition is given. @returns false when the condition does not hold */
export const deleteItem = (table: string, pk: string, when: Condition = {}): Promise<boolean> =>
  unlessConditionFails(async () => {
    const text = expression();
    const condition = conditionText(when, text);
    await dynamo().send(
      new DeleteItemCommand({
        TableName: table,
        Key: { pk: { S: pk } },
        ...(condition ? { ConditionExpression: condition, ...partsOf(text) } : {}),
      }),
    );
    return true;
  }, false);

/**
 * One page of the keys of an index value: newest first, or with `upTo` oldest first up to that value.
 * @param between the first and the last value of the sort key, both inclusive
 */
export const queryKeys = async (
  table: string,
  index: { name: string; attribute: string; sort: string },
  of: string,
  {
    limit,
    after,
    upTo,
    between,
  }: { limit: number; after?: Item | undefined; upTo?: string; between?: { from: string; to: string } | undefined },
): Promise<{ keys: Item[]; next: Item | undefined }> => {
  const text = expression();
  const { Items, LastEvaluatedKey } = await dynamo().send(
    new QueryCommand({
      TableName: table,
      IndexName: index.name,
      KeyConditionExpression: [
        `${text.name(index.attribute)} = ${text.value(of)}`,
        ...(upTo ? [`${text.name(index.sort)} <= ${text.value(upTo)}`] : []),
        ...(between
          ? [`${text.name(index.sort)} BETWEEN ${text.value(between.from)} AND ${text.value(between.to)}`]
          : []),
      ].join(' AND '),
      ...partsOf(text),
      ScanIndexForward: upTo !== undefined,
      Limit: limit,
      ExclusiveStartKey: after && marshall(after),
    }),
  );
  return {
    keys: (Items ?? []).map((item) => unmarshall(item) as Item),
    next: LastEvaluatedKey && (unmarshall(LastEvaluatedKey) as Item),
  };
};

const unlessConditionFails = async <Result>(write: () => Promise<Result>, otherwise: Result): Promise<Result> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return otherwise;
    throw error;
  }
};
