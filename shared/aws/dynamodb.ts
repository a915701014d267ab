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
import { dynamo } from './clients.ts';
import { type Change, type Condition, conditionText, expression, type Item, textOf } from './update-expression.ts';

export type { Item } from './update-expression.ts';

/** What an expression names and compares with, as the client wants it. */
const partsOf = ({ names, values }: Pick<ReturnType<typeof expression>, 'names' | 'values'>) => ({
  ExpressionAttributeNames: names,
  ...(Object.keys(values).length > 0
    ? { ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }) }
    : {}),
});

/** The item as the last write left it. */
export const getItem = async (table: string, pk: string): Promise<Item | undefined> => {
  const { Item } = await dynamo().send(
    new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
  );
  return Item && (unmarshall(Item) as Item);
};

/** How often DynamoDB is asked again for what it left out of a batch, and how long before the first time. Milliseconds. */
const BATCH_TRIES = 5;

const BATCH_PAUSE_MS = 50;

/**
 * Several items at once, in the order asked for; what does not exist is left out. At most 100, DynamoDB's own limit, which
 * also takes no key twice.
 */
export const getItems = async (table: string, pks: readonly string[]): Promise<Item[]> => {
  if (pks.length === 0) return [];
  const found = new Map<string, Item>();
  let keys = [...new Set(pks)].map((pk) => ({ pk: { S: pk } }));
  for (let tries = 0; keys.length > 0; tries += 1) {
    if (tries === BATCH_TRIES) throw new Error('DynamoDB leaves items of the batch unread');
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, BATCH_PAUSE_MS * 2 ** tries));
    const { Responses, UnprocessedKeys } = await dynamo().send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } }),
    );
    for (const raw of Responses?.[table] ?? []) {
      const item = unmarshall(raw) as Item;
      found.set(item.pk, item);
    }
    keys = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof keys;
  }
  return pks.flatMap((pk) => found.get(pk) ?? []);
};

/** Seconds since 1970. DynamoDB deletes expired items up to days late, so every reader and writer looks at the clock itself. */
const now = () => Math.floor(Date.now() / 1000);

/** False for an item that has expired and is only not deleted yet. */
export const isAlive = (item: Item): boolean => typeof item.expiresAt !== 'number' || item.expiresAt > now();

/**
 * Writes an item that must not exist yet; an expired one does not.
 * @param over also in the place of an item of which this holds
 * @returns false when another exists
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

/** Deletes an item. @returns false when the condition does not hold */
export const deleteItem = (table: string, pk: string, when: Condition): Promise<boolean> =>
  unlessConditionFails(async () => {
    const text = expression();
    const condition = conditionText(when, text);
    await dynamo().send(
      new DeleteItemCommand({
        TableName: table,
        Key: { pk: { S: pk } },
        ConditionExpression: condition,
        ...partsOf(text),
      }),
    );
    return true;
  }, false);

/** The keys an index holds for one value, a page at a time: newest first, or up to a point oldest first. */
export const queryKeys = async (
  table: string,
  index: { name: string; attribute: string; sort: string },
  of: string,
  { limit, after, upTo }: { limit: number; after?: Item | undefined; upTo?: string },
): Promise<{ keys: Item[]; next: Item | undefined }> => {
  const text = expression();
  const { Items, LastEvaluatedKey } = await dynamo().send(
    new QueryCommand({
      TableName: table,
      IndexName: index.name,
      KeyConditionExpression: [
        `${text.name(index.attribute)} = ${text.value(of)}`,
        ...(upTo ? [`${text.name(index.sort)} <= ${text.value(upTo)}`] : []),
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
