/** The local system of the API tests, started before the first test and closed after the last one. */

import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { calling } from './callers.ts';
import { someone } from './drops.ts';

export let system: LocalSystem;

export let call: ReturnType<typeof calling>;

const lines: string[] = [];

beforeAll(async () => {
  system = await startLocalSystem({ onLog: (line) => lines.push(line) });
  call = calling(system);
});

afterAll(() => system.close());

/** A call for a ticket, of a new person. */
export const bodyOf = async (suffix = '', more: object = {}) => ({
  ...(await someone(system, suffix)),
  userAuthorized: true,
  upload: { type: 'image/jpeg' },
  ...more,
});

/** Everything that could cost money or leave a trace: charges, executions, and what stands in the ledger. */
export const traces = async () => {
  const dynamo = new DynamoDBClient({});
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: system.table, ConsistentRead: true }));
  dynamo.destroy();
  return { items: JSON.stringify(Items), creates: system.sandbox?.counts().creates };
};
