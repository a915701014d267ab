import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { leaveAws, pointSdkAt } from '../../infra/local/credentials.ts';

const NAME = 'Ledger';

/**
 * The ledger's table alone, by its key and without indexes: for tests of what one item holds, which are run for every change of
 * the code. A local AWS synthesizes the template first. One table a file: the SDK's clients keep their first address.
 */
export const openTable = async () => {
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
    }),
  );
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
    close: () => {
      client.destroy();
      server.close();
    },
  };
};

export type OpenTable = Awaited<ReturnType<typeof openTable>>;
