import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** One item; the ledger's only key is `pk`. */
export type Item = { pk: string } & Record<string, unknown>;

/** Every named attribute must hold one of the listed values, or where none are listed not be there. */
export type Condition = Record<string, readonly string[]>;

let client: DynamoDBClient | undefined;
/** The one client of DynamoDB. */
export const dynamo = () => {
  client ??= new DynamoDBClient({});
  return client;
};

/** Names and values are always passed apart: half of our attribute names are reserved words to DynamoDB. */
const expression = () => {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  return {
    name: (attribute: string) => {
      names[`#${attribute}`] = attribute;
      return `#${attribute}`;
    },
    value: (value: unknown) => {
      const placeholder = `:v${Object.keys(values).length}`;
      values[placeholder] = value;
      return placeholder;
    },
    parts: () => ({
      ExpressionAttributeNames: names,
      ...(Object.keys(values).length > 0
        ? { ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }) }
        : {}),
    }),
  };
};

const conditionText = (when: Condition, { name, value }: ReturnType<typeof expression>) =>
  Object.entries(when)
    .map(([attribute, allowed]) =>
      allowed.length > 0
        ? `${name(attribute)} IN (${allowed.map(value).join(', ')})`
        : `attribute_not_exists(${name(attribute)})`,
    )
    .join(' AND ');

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

/** Writes an item that must not exist yet; an expired one does not. @returns false when it does */
export const putNew = (table: string, item: Item): Promise<boolean> =>
  unlessConditionFails(async () => {
    await dynamo().send(
      new PutItemCommand({
        TableName: table,
        Item: marshall(item, { removeUndefinedValues: true }),
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': { N: String(now()) } },
      }),
    );
    return true;
  }, false);

export type Change = {
  set: Record<string, unknown>;
  /** Lists that grow by the given elements. */
  append?: Record<string, readonly unknown[]>;
  /** Set only where the attribute is not there yet. */
  setIfAbsent?: Record<string, unknown>;
  /** Attributes that go. */
  remove?: readonly string[];
  /** Sets of texts that take in one more, where one that is in already changes nothing; and numbers that grow. */
  add?: Record<string, string | number>;
  when?: Condition;
  /** Only where the attribute is absent or below the value. */
  whileBelow?: Record<string, string | number>;
  /** Also go on where the item does not exist at all. */
  orAbsent?: boolean;
};

/** Changes an item in place. @returns the item after the change; undefined when the condition does not hold */
export const updateItem = (table: string, pk: string, change: Change): Promise<Item | undefined> =>
  unlessConditionFails(async () => {
    const text = expression();
    const assignments = [
      ...Object.entries(change.set)
        .filter(([, to]) => to !== undefined)
        .map(([attribute, to]) => `${text.name(attribute)} = ${text.value(to)}`),
      ...Object.entries(change.setIfAbsent ?? {}).map(([attribute, to]) => {
        const name = text.name(attribute);
        return `${name} = if_not_exists(${name}, ${text.value(to)})`;
      }),
      ...Object.entries(change.append ?? {}).map(([attribute, more]) => {
        const name = text.name(attribute);
        return `${name} = list_append(if_not_exists(${name}, ${text.value([])}), ${text.value(more)})`;
      }),
    ];
    const removals = (change.remove ?? []).map(text.name);
    const additions = Object.entries(change.add ?? {}).map(
      ([attribute, one]) => `${text.name(attribute)} ${text.value(typeof one === 'number' ? one : new Set([one]))}`,
    );
    const below = Object.entries(change.whileBelow ?? {}).map(([attribute, bound]) => {
      const name = text.name(attribute);
      return `(attribute_not_exists(${name}) OR ${name} < ${text.value(bound)})`;
    });
    const when = [...(change.when ? [conditionText(change.when, text)] : []), ...below].join(' AND ');
    const condition = when && change.orAbsent ? `attribute_not_exists(pk) OR (${when})` : when;
    const { Attributes } = await dynamo().send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: pk } },
        UpdateExpression: [
          ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
          ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
          ...(additions.length > 0 ? [`ADD ${additions.join(', ')}`] : []),
        ].join(' '),
        ...(condition ? { ConditionExpression: condition } : {}),
        ...text.parts(),
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
        ...text.parts(),
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
      ...text.parts(),
      ScanIndexForward: upTo !== undefined,
      Limit: limit,
      ...(after ? { ExclusiveStartKey: marshall(after) } : {}),
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
