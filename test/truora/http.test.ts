import { once } from 'node:events';
import { createServer, type LookupFunction } from 'node:net';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { certificateFor } from '../support/certificate.ts';
import { waitFor } from '../support/wait-for.ts';
import { closeOf, closing, headOf, letGo, OK, sending, serve, source, startsOf, waiting } from './peer.ts';

const never: LookupFunction = () => {};

/** Any name is this machine. */
const here: LookupFunction = (_host, { all }, done) =>
  all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

describe('a request', () => {
  test('with a text has its length in bytes, its own headers, and asks for an answer without an encoding', async () => {
    const server = await serve();
    const call = sending({ url: server.url, method: 'POST', headers: { 'x-own': '1' }, body: 'añ' });
    const { socket, heard } = await server.hearing('añ');
    socket.end(OK);
    expect(await call).toMatchObject({ status: 200, body: 'ok', headers: { 'content-length': '2' } });
    expect(heard()).toMatch(/^POST \/path\?query=1 HTTP\/1\.1\r\n/);
    expect(heard().toLowerCase()).toContain('content-length: 3\r\n');
    expect(heard()).toContain('x-own: 1\r\n');
    expect(heard()).toContain('accept-encoding: identity\r\n');
    expect(heard().toLowerCase()).toContain('connection: close\r\n');
  });

  test('without a body has no length', async () => {
    const server = await serve();
    const call = sending({ url: server.url });
    const { socket, heard } = await server.hearing('\r\n\r\n');
    socket.end(OK);
    expect(await call).toMatchObject({ status: 200 });
    expect(heard().toLowerCase()).not.toContain('content-length');
  });

  test('closes its connection when it is answered, though the other side leaves it open', async () => {
    const server = await serve();
    const call = sending({ url: server.url });
    const { socket } = await server.hearing('\r\n\r\n');
    socket.write(OK.replace('close', 'keep-alive'));
    await call;
    await closeOf(socket);
  });
});

describe('over TLS a request', () => {
  const host = 'truora.example';
  const { cert, key } = certificateFor(host);
  const urlOf = ({ port }: { port: number }) => new URL(`https://${host}:${port}/`);
  const serveTls = () => serve(createTlsServer({ cert, key }), 'secureConnection');

  test('reaches the host of a certificate that is trusted', async () => {
    const trusted = getCACertificates();
    setDefaultCACertificates([...trusted, cert]);
    closing.push(() => setDefaultCACertificates(trusted));
    const server = await serveTls();
    const call = sending({ url: urlOf(server), lookup: here });
    const { socket } = await server.hearing('GET / HTTP/1.1');
    await waitFor(() => expect([waiting(1111), waiting(2222)]).toEqual([0, 1]));
    socket.end(OK);
    expect(await call).toMatchObject({ status: 200, body: 'ok' });
  });

  test('never leaves for the host of another certificate', async () => {
    const server = await serveTls();
    expect(await sending({ url: urlOf(server), lookup: here })).toEqual({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      executed: 'no',
    });
    expect(server.peers.map(({ heard }) => heard()).join('')).toBe('');
  });
});

describe('a deadline ends a call', () => {
  test.each([
    ['connect_deadline', 1111],
    ['total_deadline', 4444],
  ])('that has no connection as not executed, by %s', async (code, ms) => {
    const call = sending({ url: new URL('http://nowhere.example/'), lookup: never });
    expect([waiting(ms), waiting()]).toEqual([1, 2]);
    letGo(ms);
    expect(await call).toEqual({ code, executed: 'no' });
  });

  test.each([
    ['headers_deadline', 2222],
    ['total_deadline', 4444],
  ])('that waits for an answer as perhaps executed, and its connection, by %s', async (code, ms) => {
    const server = await serve();
    const call = sending({ url: server.url });
    const { socket } = await server.hearing('\r\n\r\n');
    await waitFor(() => expect([waiting(2222), waiting()]).toEqual([1, 2]));
    letGo(ms);
    expect(await call).toEqual({ code, executed: 'maybe' });
    await closeOf(socket);
  });

  test('that waits for the body of an answer, and begins again with each piece of it', async () => {
    const server = await serve();
    const call = sending({ url: server.url });
    const { socket } = await server.hearing('\r\n\r\n');
    socket.write(headOf(200, 10));
    await waitFor(() => expect([startsOf(3333), waiting(3333), waiting()]).toEqual([1, 1, 2]));
    for (const starts of [2, 3]) {
      socket.write('ab');
      await waitFor(() => expect([startsOf(3333), waiting(3333), waiting()]).toEqual([starts, 1, 2]));
    }
    letGo(3333);
    expect(await call).toEqual({ code: 'body_deadline', executed: 'maybe' });
  });

  test('whose answer stops after its head', async () => {
    const server = await serve();
    const call = sending({ url: server.url });
    (await server.hearing('\r\n\r\n')).socket.write(headOf(200, 10));
    await waitFor(() => expect(waiting(3333)).toBe(1));
    letGo(3333);
    expect(await call).toEqual({ code: 'body_deadline', executed: 'maybe' });
  });

  test('whose body is sent only when all of it is sent, or by the total', async () => {
    const server = await serve();
    const stream = source(['abc'], { ends: false });
    const call = sending({ url: server.url, method: 'PUT', body: { stream, bytes: 3 } });
    await server.hearing('abc');
    expect([waiting(4444), waiting()]).toEqual([1, 1]);
    stream.push(null);
    await waitFor(() => expect([waiting(2222), waiting()]).toEqual([1, 2]));
    letGo(2222);
    expect(await call).toEqual({ code: 'headers_deadline', executed: 'maybe' });
  });
});

describe('a call without an answer', () => {
  test('counts as not executed where no server listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const result = await sending({ url: new URL(`http://127.0.0.1:${port}/`) });
    expect(result).toEqual({ code: 'ECONNREFUSED', executed: 'no' });
  });

  test.each([
    ['that says its reason', { code: 'PRIVATE_ADDRESS' }, 'PRIVATE_ADDRESS'],
    ['that says no reason', {}, 'connection_lost'],
  ])('counts as not executed after a refused address %s', async (_, reason, code) => {
    const lookup: LookupFunction = (_host, _options, done) => done(Object.assign(new Error('refused'), reason), '');
    expect(await sending({ url: new URL('http://any.example/'), lookup })).toEqual({ code, executed: 'no' });
  });

  test('counts as perhaps executed where the connection closes after the request', async () => {
    const server = await serve();
    const call = sending({ url: server.url });
    (await server.hearing('\r\n\r\n')).socket.end();
    expect(await call).toEqual({ code: 'ECONNRESET', executed: 'maybe' });
  });
});

describe('an answer', () => {
  const answeredBy = async (...parts: (string | Buffer)[]) => {
    const server = await serve();
    const call = sending({ url: server.url });
    const { socket } = await server.hearing('\r\n\r\n');
    let starts = 0;
    for (const part of parts) {
      socket.write(part);
      starts += 1;
      await waitFor(() => expect(waiting() === 0 || startsOf(3333) >= starts).toBe(true));
    }
    socket.end();
    return call;
  };

  const tooLarge = { code: 'answer_too_large', executed: 'maybe' };

  test.each([
    ['in one piece', [1000]],
    ['in two pieces', [600, 400]],
  ])('of the most bytes is read %s, and one byte more is refused', async (_, sizes) => {
    const pieces = sizes.map((size) => 'x'.repeat(size));
    const [first = '', ...rest] = pieces;
    expect(await answeredBy(headOf(200, 1000), first, ...rest)).toMatchObject({ body: 'x'.repeat(1000) });
    expect(await answeredBy(headOf(200, 1001), `${first}x`, ...rest)).toEqual(tooLarge);
  });

  test('with an encoding is decoded, up to the most bytes', async () => {
    const packed = (text: string) => {
      const body = gzipSync(text);
      const head = headOf(200, body.length).replace('connection', 'content-encoding: gzip\r\nconnection');
      return [head, body] as const;
    };
    expect(await answeredBy(...packed('x'.repeat(1000)))).toMatchObject({ body: 'x'.repeat(1000) });
    expect(await answeredBy(...packed('x'.repeat(1001)))).toEqual(tooLarge);
  });

  test('that cannot be decoded is perhaps executed', async () => {
    const head = headOf(200, 3).replace('connection', 'content-encoding: gzip\r\nconnection');
    expect(await answeredBy(head, 'abc')).toEqual({ code: 'answer_unreadable', executed: 'maybe' });
  });

  test('that is cut off is perhaps executed', async () => {
    expect(await answeredBy(headOf(200, 10), 'abc')).toEqual({ code: 'answer_cut_off', executed: 'maybe' });
  });

  test('that points elsewhere is not followed', async () => {
    expect(await answeredBy(headOf(302, 2).replace('content', 'location: /other\r\ncontent'), 'ok')).toMatchObject({
      status: 302,
      body: 'ok',
    });
  });
});
