import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defined } from '../domain/defined.ts';
import { decoded } from './decoded.ts';

/** Of a body, one chunk waits before a slow reader (64 KB as it was read) and no second one behind it. Bytes. */
const unqueued = { highWaterMark: 16_384 };

/** Milliseconds a call may take in all, and how long each silence within it may last. */
export type Deadlines = { connectMs: number; headersMs: number; idleMs: number; totalMs: number };

export type Call = {
  method: 'GET' | 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  /** Of a stream, `seen` is shown each chunk as it goes out. */
  body?: string | { stream: Readable; bytes: number; seen?: (chunk: Buffer) => void };
  deadlines: Deadlines;
  /** The largest answer that is read, packed and unpacked; Truora's are a few KB. Bytes. */
  maxBytes: number;
  /** Decides which address is dialled; refuses by an error. */
  lookup?: LookupFunction;
};

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/**
 * A call without a usable answer. `executed: 'no'`: the connection never stood, so not a byte of the request was written.
 * `'maybe'`: it stood, and nobody can tell what became of the request.
 */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly executed: 'no' | 'maybe';
  /** Set when the answer itself, not the line, was at fault. */
  readonly answered: boolean;
  constructor(code: string, executed: 'no' | 'maybe', answered = false) {
    super(code);
    this.executed = executed;
    this.answered = answered;
  }
}

/**
 * One HTTP call on a connection of its own, which is never used again: a kept-alive socket that the other side has closed
 * would make a request's fate unknowable. No redirects, no retries. An answer is asked for unpacked; one that comes packed is
 * unpacked, up to `maxBytes`. A 2xx to a stream counts only if it began after the last byte had been handed to the socket.
 * Own code on `node:http`: built-in fetch tells neither "no byte was written" nor which address it dialled.
 */
export const send = ({ method, url, headers, body, deadlines, maxBytes, lookup }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const length = body === undefined ? undefined : typeof body === 'string' ? Buffer.byteLength(body) : body.bytes;
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent: false,
      ...unqueued,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...defined({ 'content-length': length?.toString() }),
      },
      ...defined({ lookup }),
    });

    let passed = 0;
    let connected = false;
    let answered = false;
    let over = false;
    let silence: NodeJS.Timeout | undefined;
    const quietFor = (ms: number, code: string) => {
      clearTimeout(silence);
      if (over) return;
      silence = setTimeout(() => end(new SendError(code, connected ? 'maybe' : 'no')), ms);
    };
    const total = setTimeout(() => end(new SendError('total_deadline', connected ? 'maybe' : 'no')), deadlines.totalMs);
    const end = (result: Answer | SendError) => {
      over = true;
      clearTimeout(total);
      clearTimeout(silence);
      if (result instanceof Error) reject(result);
      else resolve(result);
      request.destroy();
      if (typeof body === 'object') body.stream.destroy();
    };

    quietFor(deadlines.connectMs, 'connect_deadline');
    request.on('error', (error: NodeJS.ErrnoException) =>
      end(new SendError(error.code ?? 'connection_lost', connected ? 'maybe' : 'no', answered)),
    );
    request.on('socket', (socket) =>
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true;
        // While the body is still going out, headers are not late: the total deadline bounds the upload.
        if (typeof body !== 'object') quietFor(deadlines.headersMs, 'headers_deadline');
        else clearTimeout(silence);
      }),
    );
    request.on('response', (response) => {
      answered = true;
      const { statusCode: status = 0, headers: said } = response;
      const isYes = typeof body === 'object' && status >= 200 && status < 300;
      // A "yes" to half of the media may have kept half of it.
      if (isYes && passed !== body.bytes) {
        end(new SendError('answered_too_early', 'maybe', true));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      quietFor(deadlines.idleMs, 'body_deadline');
      response.on('data', (chunk: Buffer) => {
        quietFor(deadlines.idleMs, 'body_deadline');
        bytes += chunk.length;
        if (bytes > maxBytes) end(new SendError('answer_too_large', 'maybe', true));
        else chunks.push(chunk);
      });
      response.on('error', () => end(new SendError('answer_cut_off', 'maybe', true)));
      response.on('end', () => {
        const text = decoded(Buffer.concat(chunks), said['content-encoding'], maxBytes);
        // Every byte was handed over, but some of them still wait here for the socket.
        if (isYes && request.writableLength > 0) end(new SendError('answered_too_early', 'maybe', true));
        else if (typeof text === 'string') end({ status, headers: said, body: text });
        else end(new SendError(text.fault, 'maybe', true));
      });
    });

    if (typeof body !== 'object') {
      request.end(body);
      return;
    }
    // A source that fails by itself, before anything else did, is ours and not the line's.
    const broken = () => over || body.stream.readableEnded || end(new SendError('MEDIA_BROKEN', 'maybe'));
    body.stream.on('error', broken).on('close', broken);
    if (body.stream.destroyed) broken();
    // Looked at on its way: a stream of our own between the two would take a sixth more of the processor's time.
    body.stream.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      body.seen?.(chunk);
    });
    pipeline(body.stream, request).then(
      () => {
        if (passed === body.bytes) quietFor(deadlines.headersMs, 'headers_deadline');
        // An error at once, not a silence until a deadline: the other side waits for what never comes.
        else end(new SendError('MEDIA_ENDED_EARLY', 'maybe'));
      },
      // An answer that came before the whole body was sent (a refusal) counts more than the broken pipe behind it.
      (error: NodeJS.ErrnoException) => {
        if (!answered) end(new SendError(error.code ?? 'body_broken', connected ? 'maybe' : 'no'));
      },
    );
  });
