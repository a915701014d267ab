import { once } from 'node:events';
import { Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { closed, type LocalServer, listening } from './http.ts';
import { resourcesOf, type Template } from './template.ts';

/**
 * DynamoDB on dynalite, with the tables of the template.
 * @param directory keeps the items on disk, where a later world finds them; in memory when left out
 */
export const startLedger = async (template: Template, directory?: string): Promise<LocalServer> => {
  const server: Server = dynalite({ createTableMs: 0, ...(directory ? { path: directory } : {}) });
  const running = new Set<ServerResponse>();
  server.on('request', (_, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  await listening(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: origin,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const { ref, properties } of resourcesOf(template, 'AWS::DynamoDB::Table')) {
    const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } =
      properties as unknown as CreateTableCommandInput;
    await client
      .send(
        new CreateTableCommand({
          TableName: ref,
          KeySchema,
          AttributeDefinitions,
          GlobalSecondaryIndexes,
          BillingMode,
        }),
      )
      .catch((error) => {
        if (!(error instanceof ResourceInUseException)) throw error;
      });
  }
  client.destroy();
  return {
    origin,
    close: async () => {
      // dynalite closes its database first, and would write into it after that: nobody new, then those who are in.
      Server.prototype.close.call(server);
      while (running.size > 0) await Promise.race([...running].map((response) => once(response, 'close')));
      await closed(server);
    },
  };
};
