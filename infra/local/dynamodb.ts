import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { defined } from '../../shared/domain/defined.ts';
import { unknownCaller } from './aws-api.ts';
import { localCredentials, localSecret } from './credentials.ts';
import { bodyOf, closed, isLocalHost, type LocalServer, listening, refuseHost } from './http.ts';
import { ledgerAsks } from './iam/dynamodb.ts';
import { denialOf, type Permissions } from './iam/roles.ts';
import { signerOf } from './sigv4.ts';
import { resourcesOf, type Template } from './template.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** DynamoDB's own limit on a request: a batch of the largest items. Bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Checks each call before dynalite: it must be signed with this run's credentials, and allowed by the function's role. */
const guard = (template: Template, permissions: Permissions | undefined, dynalites: Listener): Listener => {
  const asksOf = ledgerAsks(template);
  return async (request, response) => {
    if (!isLocalHost(request)) return refuseHost(response);
    const refuse = (content: object) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(content));
    };
    const body = (await bodyOf(request, MAX_BODY_BYTES)) ?? Buffer.alloc(0);
    const { method = '', url = '/', headers } = request;
    if (signerOf({ method, url, headers, body }, localSecret, 'dynamodb') === undefined) return refuse(unknownCaller);
    const role = permissions?.callerOf(headers);
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    const asks = role === undefined ? [] : asksOf(operation, JSON.parse(body.toString('utf8')));
    const denied = asks.find((ask) => permissions?.may(role, ask) === false);
    if (denied) {
      const __type = 'com.amazon.coral.service#AccessDeniedException';
      return refuse({ __type, Message: denialOf(role, denied) });
    }
    // Only its events are heard, and a stream would take as long as the rest of the check.
    const read = Object.assign(new EventEmitter(), { method, url, headers });
    dynalites(read as IncomingMessage, response);
    read.emit('data', body);
    read.emit('end');
  };
};

/**
 * DynamoDB on dynalite, with the tables of the template.
 * @param directory keeps the items on disk for a later run; in memory when left out
 * @param permissions of the roles; without it every call is allowed
 */
export const startDynamoDb = async (
  template: Template,
  {
    directory,
    permissions,
    port,
  }: { directory?: string | undefined; permissions?: Permissions; port?: number | undefined } = {},
): Promise<LocalServer> => {
  const server: Server = dynalite(defined({ createTableMs: 0, path: directory }));
  server.keepAliveTimeout = 0; // As in `listen`.
  const running = new Set<ServerResponse>();
  server.on('request', (_, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  const [dynalites] = server.listeners('request') as Listener[];
  if (dynalites) {
    server.off('request', dynalites);
    server.on('request', guard(template, permissions, dynalites));
  }
  await listening(server, port);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: origin,
    region: 'us-east-1',
    credentials: localCredentials,
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
    // Created, a table takes no call yet. Seconds.
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.005, maxDelay: 0.1 }, { TableName: ref });
  }
  client.destroy();
  return {
    origin,
    close: async () => {
      // dynalite closes its database first and would write into it afterwards. So: no new calls, then wait for the open ones.
      Server.prototype.close.call(server);
      while (running.size > 0) await Promise.race([...running].map((response) => once(response, 'close')));
      await closed(server);
    },
  };
};
