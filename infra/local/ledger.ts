import { once } from 'node:events';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { bodyOf, closed, type LocalServer, listening } from './http.ts';
import { ledgerAsks } from './ledger-asks.ts';
import { denialOf, type Rights } from './rights.ts';
import { resourcesOf, type Template } from './template.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** DynamoDB's own limit on a request, a batch of the largest items. Bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Stands before dynalite: a function's call goes through if its role allows it, and the desk's as it is. */
const guard = (template: Template, rights: Rights, dynalites: Listener): Listener => {
  const asksOf = ledgerAsks(template);
  return async (request, response) => {
    const role = rights.callerOf(request.headers);
    if (role === undefined) return dynalites(request, response);
    const body = (await bodyOf(request, MAX_BODY_BYTES)) ?? Buffer.alloc(0);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const denied = asksOf(operation, JSON.parse(body.toString('utf8'))).find((ask) => !rights.may(role, ask));
    if (denied) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      const __type = 'com.amazon.coral.service#AccessDeniedException';
      response.end(JSON.stringify({ __type, Message: denialOf(role, denied) }));
      return;
    }
    const { method, url, headers } = request;
    dynalites(Object.assign(Readable.from([body]), { method, url, headers }) as IncomingMessage, response);
  };
};

/**
 * DynamoDB on dynalite, with the tables of the template.
 * @param directory keeps the items on disk, where a later world finds them; in memory when left out
 * @param rights who may do what; everybody everything when left out
 */
export const startLedger = async (
  template: Template,
  { directory, rights }: { directory?: string | undefined; rights?: Rights } = {},
): Promise<LocalServer> => {
  const server: Server = dynalite({ createTableMs: 0, ...(directory ? { path: directory } : {}) });
  const running = new Set<ServerResponse>();
  server.on('request', (_, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  const [dynalites] = server.listeners('request') as Listener[];
  if (rights && dynalites) {
    server.off('request', dynalites);
    server.on('request', guard(template, rights, dynalites));
  }
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
