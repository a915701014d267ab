import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { localCredentials } from '../../infra/local/credentials.ts';
import { startDynamoDb } from '../../infra/local/dynamodb.ts';

// The tests' calls within one process have no signature: they carry their credentials.
test.for([
  ['with the credentials of this run is taken', {}, 'ResourceNotFoundException'],
  ['with another secret is refused', { secretAccessKey: 'x' }, 'UnrecognizedClientException'],
  ['with another key is refused', { accessKeyId: 'x' }, 'UnrecognizedClientException'],
] as const)('a call within one process %s', async ([, other, name]) => {
  const ledger = await startDynamoDb({ Resources: {}, Outputs: {} });
  const credentials = { ...localCredentials, ...other };
  const client = new DynamoDBClient({ endpoint: ledger.origin, region: 'us-east-1', credentials });
  await expect(client.send(new DescribeTableCommand({ TableName: 'none' }))).rejects.toMatchObject({ name });
  client.destroy();
  await ledger.close();
});
