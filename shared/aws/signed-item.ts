import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Access, awsJson } from './signed.ts';
import type { Item } from './table.ts';

/**
 * One item as the last write left it, for functions that need nothing else of the ledger and start without its client.
 * Expired items are returned like any other: `isAlive` tells them apart.
 */
export const readItem = async (access: Access, table: string, pk: string): Promise<Item | undefined> => {
  const { Item } = await awsJson(access, 'dynamodb', 'GetItem', {
    TableName: table,
    Key: { pk: { S: pk } },
    ConsistentRead: true,
  });
  return Item ? (unmarshall(Item as Record<string, AttributeValue>) as Item) : undefined;
};
