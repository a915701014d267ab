import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type Call, type SendError, send } from '../../shared/truora/http.ts';
import { holdTimers } from '../support/held-timers.ts';
import { waitFor } from '../support/wait-for.ts';

/** Each length is of one deadline alone, and none runs out unless a test says so. Milliseconds. */
const deadlines = { connectMs: 1111, headersMs: 2222, idleMs: 3333, totalMs: 4444 };

/** How long a success for a stream waits for the end of the connection. Milliseconds. */
export const END_MS = 250;

export const MAX_BYTES = 1000;

export const closing: (() => unknown)[] = [];

let held: ReturnType<typeof holdTimers>;

beforeEach(() => {
  held = holdTimers(...Object.values(deadlines), END_MS);
});

afterEach(async () => {
  held.end();
  for (const close of closing.splice(0)) await close();
});

/** How many deadlines run, or how many of this length. */
export const waiting = (ms?: number): number => held.waiting(ms);

/** Lets the deadlines of this length run out. */
export const letGo = (ms: number): void => held.letGo(ms);

/** How often a deadline of this length has begun. */
export const startsOf = (ms: number): number => vi.mocked(setTimeout).mock.calls.filter(([, one]) => one === ms).length;

/** One side of a connection as the test drives it. */
type Peer = { socket: Socket; heard: () => string };

/** A server that answers nothing by itself. It reads all, or after `readsTo` bytes nothing more. */
export const serve = async (server = createServer(), event = 'connection', readsTo = Number.POSITIVE_INFINITY) => {
  const peers: Peer[] = [];
  server.on(event, (socket: Socket) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    peers.push({ socket, heard: () => Buffer.concat(chunks).toString() });
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= readsTo) socket.pause();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    for (const { socket } of peers) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  /** The connection, once it has heard this much. */
  const hearing = (text: string): Promise<Peer> =>
    waitFor(() => {
      const [first] = peers;
      if (!first) throw new Error('no connection yet');
      expect(first.heard()).toContain(text);
      return first;
    });
  return { port, url: new URL(`http://127.0.0.1:${port}/path?query=1`), peers, hearing };
};

export const headOf = (status: number, length: number) =>
  `HTTP/1.1 ${status} Any\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;

/** A whole answer. */
export const OK = `${headOf(200, 2)}ok`;

/** Sends, and says how it ended: the answer, or the code and whether it was executed. No timer is left by then. */
export const sending = async (call: Partial<Call> & Pick<Call, 'url'>) => {
  const ends: unknown[] = [];
  send({ method: 'GET', headers: {}, deadlines, maxBytes: MAX_BYTES, ...call }).then(
    (answer) => ends.push(answer),
    ({ message: code, executed }: SendError) => ends.push({ code, executed }),
  );
  await waitFor(() => expect([ends.length, held.waiting()]).toEqual([1, 0]));
  return ends[0];
};

/** Waits until the client has closed the connection. */
export const closeOf = (socket: Socket) => waitFor(() => expect(socket.readableEnded || socket.destroyed).toBe(true));

/** A source that gives its pieces and ends, or waits behind the last one. */
export const source = (pieces: readonly (Buffer | string)[], { ends = true, emitClose = true } = {}) => {
  const rest = [...pieces];
  return new Readable({
    emitClose,
    read() {
      const next = rest.shift();
      if (next !== undefined) this.push(next);
      else if (ends) this.push(null);
    },
  });
};
