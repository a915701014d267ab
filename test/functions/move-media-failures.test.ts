import { createServer } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, vi } from 'vitest';
import { BUCKET, claimOf, errorOf, inMinutes, newValidationId, sha256, thrownBy } from '../support/journal.ts';
import { deadOrigin, type Line } from '../support/local-aws.ts';
import {
  arrivedOf,
  closers,
  created,
  existing,
  FACE,
  moving,
  recordOf,
  SPENT,
  standingBefore,
  test,
  UNCERTAIN,
} from '../support/move-media.ts';
import { waitFor } from '../support/wait-for.ts';

const UNREAD = { name: 'MediaUnreadError', reason: 'media_unread' };

describe('a link that takes no media', () => {
  test('counts as spent when it was used', async ({ aws }) => {
    const one = await created(aws);
    await fetch(one.link, { method: 'PUT', body: 'another upload' });
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(await recordOf(aws, one)).toMatchObject({ phase: 'created' });
  });

  test('counts as spent when Truora answers that it is denied', async ({ aws }) => {
    expect(await thrownBy(moving(await created(aws, '-upload-refused')))).toEqual(SPENT);
  });

  test.for(['AccessDenied', 'SignatureDoesNotMatch'])(
    'counts as spent when the store answers %s, with any status',
    async (code, { aws }) => {
      const one = await standingBefore(aws, { status: 400, body: `<Error><Code>${code}</Code></Error>` });
      expect(await thrownBy(moving(one))).toEqual(SPENT);
    },
  );

  test('counts as spent when it has expired, and then nothing is read or sent', async ({ aws }) => {
    const one = await created(aws, '', FACE, 'image/jpeg', 60);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 6 * 60_000);
    const { uploads } = aws.sandbox.counts();
    const s3 = mockClient(S3Client);
    try {
      expect(await thrownBy(moving(one))).toEqual(SPENT);
      expect(s3.calls()).toEqual([]);
    } finally {
      s3.restore();
    }
    expect(aws.sandbox.counts().uploads).toBe(uploads);
  });

  test('counts as spent after its own expiry while the validation lives on', async ({ aws }) => {
    const one = await standingBefore(aws, { status: 200 });
    const hour = { ...one.validation, deadline: inMinutes(60) };
    const soon = Math.floor(Date.now() / 1000) + 60;
    const again = await existing(
      aws,
      claimOf({ media: one.claim.media }),
      one.link.replace('4102444800', String(soon)),
      newValidationId(),
      hour.deadline,
    );
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(soon * 1000);
    expect(await thrownBy(moving(again))).toEqual(SPENT);
    expect(one.asked).toEqual([]);
    vi.setSystemTime(soon * 1000 - 1);
    expect(await moving(again)).toMatchObject({ bytes: FACE.length });
  });

  test('gets one try when its expiry lies before its creation', async ({ aws }) => {
    const one = await standingBefore(aws, { status: 200 });
    const again = await existing(aws, claimOf({ media: one.claim.media }), one.link.replace('4102444800', '300'));
    expect(await moving(again)).toMatchObject({ bytes: FACE.length });
  });

  test('counts as spent when the record has none', async ({ aws }) => {
    const one = await created(aws);
    const validation = { ...one.validation, validationId: newValidationId() };
    expect(await thrownBy(moving({ ...one, validation }))).toEqual(SPENT);
  });

  test.for<[string]>([
    ['http://169.254.169.254/u/x'],
    ['https://files.truora.com.evil.example/u/x'],
    ['https://user:word@files.truora.com/u/x'],
    ['not a link'],
  ])('counts as unsafe and is never dialled: %s', async ([link], { aws }) => {
    const put = await aws.put(`media/${newValidationId()}`, FACE);
    const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
    expect(await thrownBy(moving(await existing(aws, claim, link)))).toEqual({
      name: 'UploadLinkUnsafeError',
      reason: 'upload_link_unsafe',
    });
  });

  test('throws by name when no server listens there', async ({ aws }) => {
    const origin = await deadOrigin();
    process.env.TRUORA_UPLOAD_ORIGINS = origin;
    const put = await aws.put(`media/${newValidationId()}`, FACE);
    const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
    expect(await thrownBy(moving(await existing(aws, claim, `${origin}/u/x`)))).toEqual({
      name: 'TruoraBusyError',
      reason: 'truora_unreachable',
    });
  });

  test.for<[string, Line, { name: string; reason: string }]>([
    ['500', { status: 500 }, UNCERTAIN],
    ['502', { status: 502, body: '<html>' }, UNCERTAIN],
    ['503', { status: 503 }, UNCERTAIN],
    ['a reset', 'reset', UNCERTAIN],
    ['400', { status: 400 }, SPENT],
    ['404', { status: 404 }, SPENT],
    ['429', { status: 429, headers: { 'retry-after': '1' } }, SPENT],
    ['an error in a success', { status: 200, body: '<Error><Code>InternalError</Code></Error>' }, UNCERTAIN],
    ['a redirect', { status: 307, headers: { location: '/' } }, SPENT],
    [
      'a megabyte',
      { status: 200, body: 'x'.repeat(1_000_000) },
      // The case has been paid for: what arrived is for Truora to say.
      UNCERTAIN,
    ],
  ])('throws by name: %s', async ([_, said, thrown], { aws }) => {
    const one = await standingBefore(aws, said);
    expect(await thrownBy(moving(one))).toEqual(thrown);
    expect(one.asked.length).toBe(1);
    expect(await recordOf(aws, one)).toMatchObject({ phase: 'created' });
  });
});

describe('media that is gone', () => {
  test('throws by name: its version was deleted', async ({ aws }) => {
    const one = await created(aws);
    await aws.remove(one.claim.media.key, one.claim.media.versionId);
    expect(await thrownBy(moving(one))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
    expect(arrivedOf(aws, one)).toBeUndefined();
  });

  test('throws by name: its length has changed', async ({ aws }) => {
    const one = await created(aws);
    const claim = { ...one.claim, media: { ...one.claim.media, bytes: FACE.length + 1 } };
    expect(await thrownBy(moving({ ...one, claim }))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
    expect(arrivedOf(aws, one)).toBeUndefined();
  });

  test('throws by name: its content has changed', async ({ aws }) => {
    const one = await created(aws);
    const claim = { ...one.claim, media: { ...one.claim.media, etag: '0'.repeat(32) } };
    expect(await thrownBy(moving({ ...one, claim }))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
    expect(arrivedOf(aws, one)).toBeUndefined();
  });
});

describe('the stream from S3', () => {
  /** An object as S3 would hand it over, so that one can see what becomes of its stream. */
  const streamed = (stream: Readable, run: () => Promise<void>, ContentLength = FACE.length) => {
    const mock = mockClient(S3Client);
    mock.on(GetObjectCommand).resolves({ Body: stream as never, ContentLength });
    return run().finally(() => mock.restore());
  };
  const endOf = async (stream: Readable) => {
    await waitFor(() => expect(stream.destroyed).toBe(true));
    return stream.destroyed;
  };
  /** Never ends by itself: its opener has to close it. */
  const endless = () => {
    const stream = new PassThrough();
    stream.write(FACE);
    return stream;
  };

  test('closes when the size is wrong', async ({ aws }) => {
    const one = await created(aws);
    const stream = endless();
    await streamed(stream, async () => void (await errorOf(moving(one))), FACE.length + 1);
    expect(await endOf(stream)).toBe(true);
  });

  test('closes when the link is unsafe', async ({ aws }) => {
    const one = await existing(aws, claimOf(), 'https://evil.example/u/x');
    const stream = endless();
    const claim = { ...one.claim, media: { ...one.claim.media, bytes: FACE.length } };
    await streamed(stream, async () => {
      expect(await thrownBy(moving({ ...one, claim }))).toMatchObject({ name: 'UploadLinkUnsafeError' });
    });
    expect(await endOf(stream)).toBe(true);
  });

  test('closes when Truora refuses during the upload', async ({ aws }) => {
    const server = createServer((_, response) => response.writeHead(403).end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closers.push(() => new Promise((done) => server.close(() => done()).closeAllConnections()));
    const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    process.env.TRUORA_UPLOAD_ORIGINS = origin;
    const bytes = 5_000_000;
    const media = { ...claimOf().media, bytes };
    const one = await existing(aws, claimOf({ media }), `${origin}/u/x`);
    const stream = Readable.from(
      (function* () {
        for (let sent = 0; sent < bytes; sent += 50_000) yield Buffer.alloc(50_000);
      })(),
      { objectMode: false },
    );
    await streamed(stream, async () => void (await errorOf(moving(one))), bytes);
    expect(await endOf(stream)).toBe(true);
  });

  test('that breaks off in the middle is no upload', async ({ aws }) => {
    const one = await created(aws);
    const stream = Readable.from(
      (function* () {
        yield FACE.subarray(0, 3);
        throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      })(),
      { objectMode: false },
    );
    await streamed(stream, async () => {
      expect(await thrownBy(moving(one))).toEqual(UNREAD);
    });
    expect(arrivedOf(aws, one)).toBeUndefined();
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
  });

  test('that breaks off, ends early or fails its checksum counts as our error, not as one of Truora', async ({
    aws,
  }) => {
    const failing = (error: object, bytes = 3) =>
      Readable.from(
        (function* () {
          yield FACE.subarray(0, bytes);
          throw Object.assign(new Error('no more'), error);
        })(),
        { objectMode: false },
      );
    const closing = new Readable({
      read() {
        this.push(FACE.subarray(0, 3));
        setImmediate(() => this.destroy());
      },
    });
    for (const stream of [
      failing({ code: 'ECONNRESET' }),
      failing({ name: 'ChecksumMismatch' }, FACE.length),
      Readable.from([FACE.subarray(0, 3)], { objectMode: false }),
      closing,
      new PassThrough().destroy(),
    ]) {
      const one = await created(aws);
      aws.metrics.length = 0;
      await streamed(stream, async () => {
        expect(await thrownBy(moving(one))).toEqual(UNREAD);
      });
      expect(aws.metrics.filter((line) => 'TruoraErrors' in line || 'TruoraLatency' in line)).toEqual([]);
      expect(aws.metrics).toContainEqual(expect.objectContaining({ MediaReadFailures: 1 }));
      expect(await recordOf(aws, one)).toMatchObject({ phase: 'created' });
    }
  });

  test('that ends early is no upload', async ({ aws }) => {
    process.env.HTTP_DEADLINE_SECONDS = '1';
    const one = await created(aws);
    const stream = Readable.from([FACE.subarray(0, 3)], { objectMode: false });
    await streamed(stream, async () => {
      expect(await thrownBy(moving(one))).toEqual(UNREAD);
    });
    expect(arrivedOf(aws, one)).toBeUndefined();
    expect(await recordOf(aws, one)).toMatchObject({ phase: 'created' });
  });
});
