import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LocalServer = { origin: string; close(): Promise<void> };

/** Listens on a free port of 127.0.0.1. An address, not a name: with an address the AWS SDK uses S3's path style. */
export const listen = async (
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
): Promise<LocalServer> => {
  // A connection stays open: on a busy machine a client would send its next call at the moment when it is closed.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    if (!isLocalHost(request)) return refuseHost(response);
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await listening(server, port);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) };
};

/**
 * Whether the Host header names this machine. A web page whose name resolves to 127.0.0.1 (DNS rebinding) can reach the ports, but
 * has another Host header.
 */
export const isLocalHost = ({ headers }: IncomingMessage): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(headers.host ?? '');

/** The answer to a request that names another host. */
export const refuseHost = (response: ServerResponse): void => {
  response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
  response.end('This is a service of this machine for this machine: ask for 127.0.0.1 or localhost.\n');
};

/** Waits until a server listens on 127.0.0.1. */
export const listening = (server: Server, port = 0): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

/** Closes a server and all its connections. */
export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Reads a request's body. @returns undefined when it is larger than `maxBytes` */
export const bodyOf = async (request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
