import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { send } from '../../shared/truora/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { closeOf, END_MS, headOf, letGo, OK, sending, serve, source, waiting } from './peer.ts';

type Source = ReturnType<typeof source>;

const upload = (url: URL, stream: Source, bytes: number, seen?: (chunk: Buffer) => void) =>
  sending({ url, method: 'PUT', body: { stream, bytes, ...(seen ? { seen } : {}) } });

const TOO_EARLY = { code: 'answered_too_early', executed: 'maybe' };

/** More than the kernel's buffers take (2.5 MB), in one piece. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, 'x');

describe('an upload', () => {
  test('sends the length of its media, then all of it, and shows each piece of it', async () => {
    const server = await serve();
    const seen: string[] = [];
    const call = upload(server.url, source(['abc', 'def']), 6, (chunk) => void seen.push(chunk.toString()));
    const { socket, heard } = await server.hearing('abcdef');
    socket.end(OK);
    expect(await call).toMatchObject({ status: 200, body: 'ok' });
    expect(heard().toLowerCase()).toContain('content-length: 6\r\n');
    expect(heard()).not.toContain('chunked');
    expect(seen).toEqual(['abc', 'def']);
  });

  test('reads no further than one piece of 16 KB while there is no connection', async () => {
    let seen = 0;
    const stream = source(Array.from({ length: 8 }, () => Buffer.alloc(16_384)));
    const call = sending({
      url: new URL('http://nowhere.example/'),
      lookup: () => {},
      method: 'PUT',
      body: {
        stream,
        bytes: 8 * 16_384,
        seen: () => {
          seen += 1;
        },
      },
    });
    await waitFor(() => expect(stream.isPaused()).toBe(true));
    expect(seen).toBe(1);
    letGo(1111);
    expect(await call).toEqual({ code: 'connect_deadline', executed: 'no' });
    expect(stream.destroyed).toBe(true);
  });
});

describe('a success for an upload', () => {
  test('counts at once where the other side closes the connection', async () => {
    const server = await serve();
    const call = upload(server.url, source(['abc']), 3);
    (await server.hearing('abc')).socket.end(OK);
    expect(await call).toMatchObject({ status: 200, body: 'ok' });
  });

  test('counts after a quarter of a second where the other side leaves the connection open', async () => {
    const server = await serve();
    let isOver = false;
    const call = upload(server.url, source(['abc']), 3).finally(() => {
      isOver = true;
    });
    const { socket } = await server.hearing('abc');
    socket.write(OK);
    await waitFor(() => expect([waiting(END_MS), waiting(3333)]).toEqual([1, 1]));
    expect(isOver).toBe(false);
    letGo(END_MS);
    expect(await call).toMatchObject({ status: 200, body: 'ok' });
    await closeOf(socket);
  });

  test.each([200, 299])('of %i does not count before all bytes are read from the source', async (status) => {
    const server = await serve();
    const stream = source(['abc'], { ends: false });
    const call = upload(server.url, stream, 4);
    const { socket } = await server.hearing('abc');
    socket.write(headOf(status, 0));
    expect(await call).toEqual(TOO_EARLY);
    expect(stream.destroyed).toBe(true);
    await closeOf(socket);
  });

  test('does not count while bytes still wait for the connection', async () => {
    const server = await serve(undefined, undefined, 1000);
    const call = upload(server.url, source([LARGE]), LARGE.length);
    (await server.hearing('x')).socket.write(OK);
    await waitFor(() => expect(waiting(END_MS)).toBe(1));
    letGo(END_MS);
    expect(await call).toEqual(TOO_EARLY);
  });

  test('does not count where the other side resets the connection meanwhile', async () => {
    const server = await serve();
    const call = upload(server.url, source(['abc']), 3);
    const { socket } = await server.hearing('abc');
    socket.write(OK);
    await waitFor(() => expect(waiting(END_MS)).toBe(1));
    socket.resetAndDestroy();
    expect(await call).toEqual(TOO_EARLY);
  });

  test('counts as no answer where the connection is reset within its body, and as no early one', async () => {
    const server = await serve();
    const call = upload(server.url, source(['abc']), 3);
    const { socket } = await server.hearing('abc');
    socket.write(headOf(200, 10));
    await waitFor(() => expect(waiting(END_MS)).toBe(1));
    letGo(END_MS);
    socket.resetAndDestroy();
    expect(await call).toEqual({ code: 'ECONNRESET', executed: 'maybe' });
  });
});

describe('a refusal of an upload', () => {
  test.each([300, 403, 500])('of %i is the answer before all bytes are read from the source', async (status) => {
    const server = await serve();
    const stream = source(['abc'], { ends: false });
    const call = upload(server.url, stream, 4);
    (await server.hearing('abc')).socket.end(`${headOf(status, 2)}no`);
    expect(await call).toMatchObject({ status, body: 'no' });
    expect(stream.destroyed).toBe(true);
  });

  test('closes the source before the caller goes on', async () => {
    const server = await serve();
    const stream = source(['abc'], { ends: false });
    const hour = 3_600_000;
    const deadlines = { connectMs: hour, headersMs: hour, idleMs: hour, totalMs: hour };
    const call = { url: server.url, method: 'PUT', headers: {}, deadlines, maxBytes: 1000 } as const;
    const isClosed = send({ ...call, body: { stream, bytes: 4 } }).then(() => stream.destroyed);
    (await server.hearing('abc')).socket.end(`${headOf(403, 2)}no`);
    expect(await isClosed).toBe(true);
  });

  test('counts as the answer while bytes still wait for the connection', async () => {
    const server = await serve(undefined, undefined, 1000);
    const call = upload(server.url, source([LARGE]), LARGE.length);
    (await server.hearing('x')).socket.write(`${headOf(403, 2)}no`);
    expect(await call).toMatchObject({ status: 403, body: 'no' });
  });
});

describe('media that cannot be read', () => {
  const BROKEN = { code: 'MEDIA_BROKEN', executed: 'maybe' };

  test.each<[string, (stream: Source) => unknown, object]>([
    ['fails', (stream) => stream.destroy(new Error('gone')), {}],
    ['is closed without an error', (stream) => stream.destroy(), {}],
    ['fails and is not closed', (stream) => stream.destroy(new Error('gone')), { emitClose: false }],
  ])('counts as a fault of the media where its source %s', async (_, breaks, options) => {
    const server = await serve();
    const stream = source(['abc'], { ends: false, ...options });
    const call = upload(server.url, stream, 4);
    const { socket } = await server.hearing('abc');
    breaks(stream);
    expect(await call).toEqual(BROKEN);
    await closeOf(socket);
  });

  test('counts as a fault of the media where its source is closed before', async () => {
    const server = await serve();
    const stream = source(['abc']);
    stream.destroy();
    await once(stream, 'close');
    expect(await upload(server.url, stream, 3)).toEqual({ ...BROKEN, executed: 'no' });
  });

  test.each([
    ['ends early', 4],
    ['is longer than was said', 2],
  ])('counts as a fault of the media where its source %s, at once', async (_, bytes) => {
    const server = await serve();
    const call = upload(server.url, source(['abc']), bytes);
    expect(await call).toEqual({ code: 'MEDIA_ENDED_EARLY', executed: 'maybe' });
  });
});
