import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defined } from '../domain/defined.ts';
import { decoded } from './decoded.ts';

/** Buffer limit of a request, so that only one chunk (64 KB) of the media waits for a slow receiver. Bytes. */
const unqueued = { highWaterMark: 16_384 };

/**
 * How long a success for a stream waits for the end of the connection. The kernel's buffers take about 2.5 MB (measured), so an
 * answer that began after the last byte was written may still be early. A server that did not read the rest resets the connection;
 * one that read it closes the connection, at once, since we ask for that. 250 ms is more than a round trip to another continent.
 */
const END_MS = 250;

/** Resolves when the connection is closed, or after `END_MS`. */
const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, END_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** The timeouts of a call: in total, and for each pause. Milliseconds. */
export type Deadlines = { connectMs: number; headersMs: number; idleMs: number; totalMs: number };

export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  /** For a stream, `seen` is called with each sent chunk. */
  body?: string | { stream: Readable; bytes: number; seen?: (chunk: Buffer) => void };
  deadlines: Deadlines;
  /** The largest answer, encoded and decoded. Bytes. */
  maxBytes: number;
  /** Resolves the address; throws to refuse it. */
  lookup?: LookupFunction;
};

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/**
 * A call without a usable answer. `executed: 'no'`: there was no connection, so no byte of the request was written. `'maybe'`:
 * there was a connection, and the request may have been executed.
 */
export class SendError extends Error {
  readonly executed: 'no' | 'maybe';
  constructor(code: string, executed: 'no' | 'maybe') {
    super(code);
    this.executed = executed;
  }
}

/**
 * One HTTP call on a new connection, which is not used again: after a call on a reused connection that the server closed, it is
 * unknown whether the request was executed. No redirects, no retries. An encoded answer is decoded, up to `maxBytes`. A 2xx for a
 * stream counts only when it began after the last byte was written to the socket, and the connection was not reset after it.
 * Own code on `node:http`: built-in fetch does not report "no byte was written" or the connected address.
 */
export const send = ({ method, url, headers, body, deadlines, maxBytes, lookup }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    // Node itself writes the length of a text.
    const length = typeof body === 'object' ? String(body.bytes) : undefined;
    const options = defined({
      method,
      agent: false,
      ...unqueued,
      headers: defined({ ...headers, 'accept-encoding': 'identity', 'content-length': length }),
      lookup,
    });
    const request = (secure ? httpsRequest : httpRequest)(url, options);

    let passed = 0;
    let connected = false;
    let ending = false;
    let silence: NodeJS.Timeout | undefined;
    const fail = (code: string) => end(new SendError(code, connected ? 'maybe' : 'no'));
    const expectWithin = (ms: number, code: string) => {
      clearTimeout(silence);
      silence = setTimeout(() => fail(code), ms);
    };
    const total = setTimeout(() => fail('total_deadline'), deadlines.totalMs);
    // The first result counts: a promise is settled once.
    const end = (result: Answer | SendError) => {
      clearTimeout(total);
      clearTimeout(silence);
      if (result instanceof Error) reject(result);
      else resolve(result);
      request.destroy();
      // The pipeline destroys its source too, but only when the socket has closed, which may be after the caller goes on.
      if (typeof body === 'object') body.stream.destroy();
    };

    expectWithin(deadlines.connectMs, 'connect_deadline');
    request.on('error', (error: NodeJS.ErrnoException) =>
      fail(ending ? 'answered_too_early' : (error.code ?? 'connection_lost')),
    );
    request.on('socket', (socket) =>
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true;
        // While the body is still going out, headers are not late: the total deadline bounds the upload.
        if (typeof body !== 'object') expectWithin(deadlines.headersMs, 'headers_deadline');
        else clearTimeout(silence);
      }),
    );
    request.on('response', (response) => {
      const { headers: received } = response;
      const status = Number(response.statusCode);
      const isSuccess = typeof body === 'object' && status < 300;
      // A success before all bytes were sent may mean that only a part was stored.
      if (isSuccess && passed !== body.bytes) {
        fail('answered_too_early');
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      expectWithin(deadlines.idleMs, 'body_deadline');
      response.on('error', () => fail('answer_cut_off'));
      const read = () => {
        ending = false;
        response.on('data', (chunk: Buffer) => {
          expectWithin(deadlines.idleMs, 'body_deadline');
          bytes += chunk.length;
          if (bytes > maxBytes) fail('answer_too_large');
          else chunks.push(chunk);
        });
        response.on('end', () => {
          const text = decoded(Buffer.concat(chunks), received['content-encoding'], maxBytes);
          // Some bytes still wait for the socket.
          if (isSuccess && request.writableLength) fail('answered_too_early');
          else if (typeof text === 'string') end({ status, headers: received, body: text });
          else fail(text.fault);
        });
      };
      if (!isSuccess) read();
      else {
        ending = true;
        closeOf(response.socket).then(read);
      }
    });

    if (typeof body !== 'object') {
      request.end(body);
      return;
    }
    // An error of the source stream is our fault, not the connection's.
    const broken = () => body.stream.readableEnded || fail('MEDIA_BROKEN');
    body.stream.on('error', broken).on('close', broken);
    if (body.stream.destroyed) broken();
    // A 'data' listener, because a transform stream would cost a sixth more processor time (measured).
    body.stream.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      body.seen?.(chunk);
    });
    pipeline(body.stream, request).then(
      () => {
        if (passed === body.bytes) expectWithin(deadlines.headersMs, 'headers_deadline');
        // Fail now: the server would wait for the missing bytes until a deadline.
        else fail('MEDIA_ENDED_EARLY');
      },
      // The listeners above end the call: a refusal before the whole body was sent has priority over the broken pipe after it.
      () => {},
    );
  });
