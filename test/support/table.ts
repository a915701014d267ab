import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { leaveAws, pointSdkAt } from '../../infra/local/credentials.ts';
import { BY_PERSON } from '../../shared/domain/record.ts';

const NAME = 'Ledger';

/** The index of one person's records, which only some tests read. */
const byPerson = {
  GlobalSecondaryIndexes: [
    {
      IndexName: BY_PERSON.name,
      KeySchema: [
        { AttributeName: BY_PERSON.attribute, KeyType: 'HASH' as const },
        { AttributeName: BY_PERSON.sort, KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
  AttributeDefinitions: ['pk', BY_PERSON.attribute, BY_PERSON.sort].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
};

/**
 * The ledger's table alone, by its key and without indexes: for tests of what one item holds, which are run for every change of
 * the code. A whole aws synthesizes the template first. One table a file: the SDK's clients keep their first address.
 * @param isIndexed also makes the index by person
 */
export const openTable = async ({ isIndexed = false } = {}) => {
  leaveAws();
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pointSdkAt({ DYNAMODB: endpoint });
  const client = new DynamoDBClient({ endpoint });
  await client.send(
    new CreateTableCommand({
      TableName: NAME,
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...(isIndexed ? byPerson : {}),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.005, maxDelay: 0.1 }, { TableName: NAME });
  return {
    table: NAME,
    ledger: { table: NAME, retentionDays: 30 },
    item: async (pk: string): Promise<Record<string, unknown> | undefined> => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: NAME, Key: { pk: { S: pk } }, ConsistentRead: true }),
      );
      return Item && unmarshall(Item);
    },
    /** Puts an item in the place of any other under its key. */
    putItem: async (item: { pk: string } & Record<string, unknown>) => {
      await client.send(new PutItemCommand({ TableName: NAME, Item: marshall(item, { removeUndefinedValues: true }) }));
    },
    /** Deletes an item, as DynamoDB does some time after its life. */
    remove: async (pk: string) => {
      await client.send(new DeleteItemCommand({ TableName: NAME, Key: { pk: { S: pk } } }));
    },
    close: () => {
      client.destroy();
      server.close();
    },
  };
};

export type OpenTable = Awaited<ReturnType<typeof openTable>>;
