import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type * as Sigv4 from '../../infra/local/sigv4.ts';

/*
 * The SDK's calls to a stand-in of the same process go to its listener directly. A connection, its HTTP and its buffers are a third
 * of what such a call costs, and the tests make some hundred thousand of them. Commands in processes of their own, the SDK's calls
 * with a stream (S3), and all that is not the SDK take the wire. They are signed; a direct call carries its credentials instead, which
 * are compared: a signature and its check are a quarter of the rest.
 */

/** A call of the SDK, with a body that is complete. */
type Call = Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'>;

type Answered = { status: number; headers: Record<string, string>; body: Buffer };

/** What a listener of a JSON service writes into. A stream would cost as much as the rest of the way. */
class Answer extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  readonly headers: Record<string, string> = {};
  #body = Buffer.alloc(0);

  setHeader(name: string, value: string | number): this {
    this.headers[name.toLowerCase()] = String(value);
    return this;
  }

  writeHead(status: number, headers: Record<string, string | number> = {}): this {
    this.statusCode = status;
    this.headersSent = true;
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    return this;
  }

  end(body: string | Buffer = ''): this {
    this.#body = Buffer.from(body);
    process.nextTick(() => this.emit('close'));
    return this;
  }

  get answered(): Answered {
    return { status: this.statusCode, headers: this.headers, body: this.#body };
  }
}

/** The SDK's body is an array that warns when it is read as a text. */
const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const given = (server: Server, { method, path, headers, body }: Call): Promise<Answered> =>
  new Promise((resolve) => {
    const stream = new Readable({
      read() {
        this.push(bytesOf(body));
        this.push(null);
      },
    });
    const request = Object.assign(stream, { method, url: path, headers: lower(headers) });
    const answer = new Answer();
    answer.once('close', () => resolve(answer.answered));
    server.emit('request', request as unknown as IncomingMessage, answer as unknown as ServerResponse);
  });

/** What a server does for a call is not done in the caller's name: the SDK signs with the role that its async context has. */
const outside = AsyncLocalStorage.snapshot();

/** Gives a call to a server's listener. */
export const dispatch = (server: Server, call: Call): Promise<Answered> => outside(given, server, call);

/** What a worker keeps between its files, as it keeps the SDK that is changed here. */
type Direct = { isOn: boolean; servers: Map<number, Server> };

const KEY = Symbol.for('face-revalidation.in-process');

const kept = globalThis as { [KEY]?: Direct };

/** What a direct call carries: dynalite reads the form of a signature. No signed call has no signed headers. */
const authorizationOf = (id: string, secret: string) =>
  `AWS4-HMAC-SHA256 Credential=${id}, SignedHeaders=none, Signature=${secret}`;

const DIRECT = new RegExp(`^${authorizationOf('(\\w+)', '(\\w+)')}$`);

type Identity = { accessKeyId: string; secretAccessKey: string };

/** The module `infra/local/sigv4.ts`, whose stand-ins take direct calls too. */
export const takingDirectCalls = (original: typeof Sigv4): typeof Sigv4 => ({
  ...original,
  signerOf: (request, secretOf, service) => {
    const [carried, id = '', secret] = DIRECT.exec(request.headers.authorization ?? '') ?? [];
    if (!carried) return original.signerOf(request, secretOf, service);
    return secret === secretOf(id) ? id : undefined;
  },
});

const install = (): Direct => {
  const direct: Direct = { isOn: false, servers: new Map() };
  const serverOf = ({ headers, hostname, port = 0 }: HttpRequest) => {
    const isJson = headers['x-amz-target'] !== undefined;
    return direct.isOn && isJson && hostname === '127.0.0.1' ? direct.servers.get(port) : undefined;
  };
  channel('tracing:net.server.listen:asyncEnd').subscribe((message) => {
    const { server } = message as { server: unknown };
    const address = server instanceof Server ? server.address() : null;
    if (!(server instanceof Server) || address === null || typeof address === 'string') return;
    direct.servers.set(address.port, server);
    server.once('close', () => direct.servers.delete(address.port));
  });
  const { requestHandler, httpAuthSchemes } = new DynamoDBClient({ region: 'us-east-1' }).config;
  const signer = Object.getPrototypeOf(httpAuthSchemes[0]?.signer);
  const { sign } = signer;
  signer.sign = async function (request: HttpRequest, identity: Identity, ...rest: unknown[]) {
    if (!serverOf(request)) return sign.call(this, request, identity, ...rest);
    const authorization = authorizationOf(identity.accessKeyId, identity.secretAccessKey);
    Object.assign(request.headers, { authorization, 'x-amz-date': 'now' });
    return request;
  };
  const handler = Object.getPrototypeOf(requestHandler);
  const { handle } = handler;
  handler.handle = async function (request: HttpRequest, ...rest: unknown[]) {
    const server = serverOf(request);
    if (!server) return handle.call(this, request, ...rest);
    const { status, headers, body } = await dispatch(server, request);
    return { response: new HttpResponse({ statusCode: status, headers, body: new Uint8Array(body) }) };
  };
  return direct;
};

const direct = kept[KEY] ?? install();

kept[KEY] = direct;

/** Whether the SDK calls this process's servers directly from now on. */
export const callDirectly = (isOn: boolean): void => {
  direct.isOn = isOn;
};

/** The server of this process at an origin. */
export const serverAt = (origin: string): Server | undefined => direct.servers.get(Number(new URL(origin).port));
