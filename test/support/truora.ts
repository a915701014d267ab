import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Truora } from '../../shared/truora/call.ts';

/** Long enough for a busy machine; what waits for a deadline brings shorter ones. Milliseconds. */
const longDeadlines = { connectMs: 5000, headersMs: 5000, idleMs: 5000, totalMs: 20_000 };

/** The client's settings for the server at an origin. */
export const truoraAt = (origin: string, deadlines: Partial<Truora['deadlines']> = {}): Truora => ({
  origin,
  key: async () => 'test-key',
  uploadOrigins: [origin],
  deadlines: { ...longDeadlines, ...deadlines },
});

/** Tells the sandbox whose face an enrollment is. @returns the enrollment's id */
export const enroll = async (origin: string, accountId: string): Promise<string> => {
  const answer = await fetch(`${origin}/sandbox/enrollments`, { method: 'POST', body: JSON.stringify({ accountId }) });
  return ((await answer.json()) as { enrollmentId: string }).enrollmentId;
};

export const media = (bytes: Buffer) => ({
  stream: Readable.from([bytes]),
  bytes: bytes.length,
  type: 'video/mp4' as const,
});

export type Heard = { method?: string; path?: string; headers: IncomingMessage['headers']; body: string };

type Body = NonNullable<RequestInit['body']>;

/** Asks the sandbox without our client, to see all that it says. */
export const call = async (origin: string, path: string, init: RequestInit = {}) => {
  const answer = await fetch(origin + path, { headers: { 'truora-api-key': 'any' }, ...init });
  const text = await answer.text();
  const body: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: answer.status, text, body };
};

export const create = (origin: string, accountId: string, fields: Record<string, string> = {}) => {
  const form = { type: 'face-recognition', user_authorized: 'true', account_id: accountId, ...fields };
  return call(origin, '/v1/validations', { method: 'POST', body: new URLSearchParams(form) });
};

export const linkOf = ({ body }: { body: Record<string, unknown> }) =>
  new URL((body.instructions as { file_upload_link: string }).file_upload_link);

export const put = async (link: URL, body: Body = 'media') => {
  const answer = await fetch(link, { method: 'PUT', body });
  return { status: answer.status, text: await answer.text() };
};

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that answers as it is told and remembers what it heard, and every connection. */
export const listen = async (answer: (response: ServerResponse, request: IncomingMessage) => void) => {
  const heard: Heard[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    heard.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
    answer(response, request);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    connections: () => connections,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Shorter than a test may take, so that it is said what did not come; nothing that comes is judged by it. Milliseconds. */
const MOST_MS = 90_000;

/** Looks again until something is there. */
export const until = async <Thing>(look: () => Thing | undefined | Promise<Thing | undefined>): Promise<Thing> => {
  for (const end = performance.now() + MOST_MS; performance.now() < end; ) {
    const thing = await look();
    if (thing) return thing;
    await wait(10);
  }
  throw new Error(`nothing came within ${MOST_MS / 1000} s`);
};
