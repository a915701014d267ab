import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createValidation, getValidation, uploadMedia } from '../../shared/truora/client.ts';
import { holdTimers } from '../support/held-timers.ts';
import { listen, media, truoraAt } from '../support/truora.ts';
import { waitFor } from '../support/wait-for.ts';

const ana = { accountId: 'ana', userAuthorized: true as const, options: {} };

const CREATED = '{"validation_id":"VLD1","account_id":"ana"}';

const UNCERTAIN = { name: 'TruoraUncertainError', reason: 'truora_uncertain' };

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const answering = async (body: string | Buffer, headers: Record<string, string> = {}) => {
  const server = await listen((response) => response.writeHead(200, headers).end(body));
  closing.push(server.close);
  return truoraAt(server.origin);
};

/** A server that is not bound to HTTP: sends its answer as soon as so many bytes have come. */
const rawServer = async (afterBytes: number, answer: string, then: (socket: Socket) => void = () => {}) => {
  const heard: { bytes: number }[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const one = { bytes: 0 };
    heard.push(one);
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const before = one.bytes;
      one.bytes += chunk.length;
      if (before < afterBytes && one.bytes >= afterBytes) {
        socket.write(answer);
        then(socket);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`, heard };
};

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** Media that is handed over one piece at a time, the next one when it is requested. */
const pieces = (count: number, pause: () => Promise<void> = async () => {}) => ({
  stream: Readable.from(
    (async function* () {
      for (let n = 0; n < count; n += 1) {
        yield Buffer.alloc(65_536, n);
        await pause();
      }
    })(),
    { objectMode: false },
  ),
  bytes: count * 65_536,
  type: 'video/mp4' as const,
});

describe('an upload with a good answer', () => {
  test.each([
    ['goes on reading', () => {}],
    ['closes the line', (socket: Socket) => socket.end()],
    ['reads nothing more', (socket: Socket) => socket.pause()],
  ])('before the last byte was sent is uncertain, when the other side %s', async (_, then) => {
    const server = await rawServer(1000, OK, then);
    await expect(uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, pieces(100))).rejects.toMatchObject(
      UNCERTAIN,
    );
    expect(server.heard[0]?.bytes).toBeLessThan(100 * 65_536);
  });

  test('of a length that the buffers of the connection hold is uncertain, when the other side resets it', async () => {
    const held = holdTimers(250);
    closing.push(held.end);
    const sent = pieces(3);
    const server = await rawServer(1000, '', async (socket) => {
      socket.pause();
      await waitFor(() => expect(sent.stream.readableEnded).toBe(true));
      socket.write(OK);
      await waitFor(() => expect(held.waiting(250)).toBe(1));
      socket.resetAndDestroy();
    });
    const upload = uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, sent);
    await expect(upload).rejects.toMatchObject(UNCERTAIN);
  });

  test.each([
    ['closes the line', (socket: Socket) => socket.end()],
    ['leaves the line open', () => {}],
  ])('after the last byte counts, when the other side %s', async (_, then) => {
    const server = await rawServer(3 * 65_536, OK, then);
    await uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, pieces(3));
  });

  test('while our own source still pauses is uncertain', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    closing.push(resolve);
    const server = await rawServer(1000, OK);
    const upload = uploadMedia(
      truoraAt(server.origin),
      `${server.origin}/u/x`,
      pieces(2, () => promise),
    );
    await expect(upload).rejects.toMatchObject(UNCERTAIN);
  });

  test('after the last byte counts, for any size', async () => {
    const server = await listen((response) => response.end());
    closing.push(server.close);
    await uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, pieces(100));
    expect(server.heard[0]?.body).toHaveLength(100 * 65_536);
  });

  test('fails early when it is a refusal', async () => {
    const server = await rawServer(1000, OK.replace('200 OK', '403 Forbidden'));
    await expect(uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, pieces(100))).rejects.toMatchObject({
      name: 'UploadLinkSpentError',
    });
  });

  test.each([
    ['an error of S3', '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code></Error>'],
    ['an error of S3 without a head', '<Error><Code>SlowDown</Code></Error>'],
    ['an error of S3 behind a mark and blanks', '\uFEFF \n<Error/>'],
    ['an error of another AWS service', '<ErrorResponse><Error/></ErrorResponse>'],
    ['a web page', '<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['a web page without its type', '<html lang="en"></html>'],
    ['a web page behind a comment', '<!-- proxy --><HTML></HTML>'],
    ['any markup', '<Ok/>'],
    ['an error in JSON', '{"code":10503,"http_code":503,"message":"later"}'],
    ['an error under its name', '{"error":"later"}'],
    ['a list of errors', '\uFEFF{"errors":[{"code":1}]}'],
    ['more than is read', 'x'.repeat(1_000_000)],
  ])('stays uncertain when the answer is %s', async (_, body) => {
    const truora = await answering(body);
    const error = await uploadMedia(truora, `${truora.origin}/u/x`, media(Buffer.from('face'))).catch((e) => e);
    expect(error).toMatchObject(UNCERTAIN);
    expect(error.message).not.toMatch(/Sign|later|SlowDown/);
  });

  test('stays uncertain when an error comes packed', async () => {
    const truora = await answering(gzipSync('<Error/>'), { 'content-encoding': 'gzip' });
    const upload = uploadMedia(truora, `${truora.origin}/u/x`, media(Buffer.from('face')));
    await expect(upload).rejects.toMatchObject(UNCERTAIN);
  });

  test.each(['', ' ', 'OK', '{}', 'null', '[]', '{"message":"ok","http_code":200}', '{"error":null,"errors":""}'])(
    'counts when the answer is %j',
    async (body) => {
      const truora = await answering(body);
      await uploadMedia(truora, `${truora.origin}/u/x`, media(Buffer.from('face')));
    },
  );
});

describe('an answer of Truora', () => {
  test.each<[string, Buffer, string]>([
    ['gzip', gzipSync(CREATED), 'gzip'],
    ['gzip under its old name and in capitals', gzipSync(CREATED), 'X-GZIP'],
    ['deflate', deflateSync(CREATED), 'deflate'],
    ['deflate without its frame', deflateRawSync(CREATED), 'deflate'],
    ['brotli', brotliCompressSync(CREATED), 'br'],
    ['gzip around a mark', gzipSync(`\uFEFF${CREATED}`), 'gzip'],
    ['nothing, and says so', Buffer.from(CREATED), 'identity'],
  ])('that comes in %s is read, though it was not requested', async (_, body, coding) => {
    const truora = await answering(body, { 'content-encoding': coding });
    expect(await createValidation(truora, ana)).toMatchObject({ validation_id: 'VLD1' });
  });

  test('that begins with a byte-order mark is read', async () => {
    expect(await createValidation(await answering(`\uFEFF${CREATED}`), ana)).toMatchObject({ validation_id: 'VLD1' });
  });

  test.each<[string, Buffer, string]>([
    ['gzip', gzipSync(Buffer.alloc(300_000, ' ')), 'gzip'],
    ['deflate', deflateSync(Buffer.alloc(20_000_000, ' '), { level: 1 }), 'deflate'],
    ['brotli', brotliCompressSync(Buffer.alloc(20_000_000, ' ')), 'br'],
  ])('that would fill the memory unpacked from %s is not unpacked', async (_, bomb, coding) => {
    const truora = await answering(bomb, { 'content-encoding': coding });
    await expect(getValidation(truora, 'VLD1')).rejects.toMatchObject({
      name: 'TruoraContractError',
      message: expect.stringContaining('larger than any'),
    });
  });

  test.each<[string, Buffer, string]>([
    ['half of what was packed', gzipSync(CREATED).subarray(0, 30), 'gzip'],
    ['something else than it says', Buffer.from(CREATED), 'br'],
  ])('that holds %s is uncertain', async (_, body, coding) => {
    const truora = await answering(body, { 'content-encoding': coding });
    await expect(createValidation(truora, ana)).rejects.toMatchObject(UNCERTAIN);
  });

  test('in an unknown coding is a broken contract', async () => {
    const truora = await answering(gzipSync(CREATED), { 'content-encoding': 'gzip, rot13' });
    await expect(createValidation(truora, ana)).rejects.toMatchObject({ name: 'TruoraContractError' });
  });
});
