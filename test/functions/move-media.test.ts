import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/move-media.ts';
import { MAX_MEDIA_BYTES, type MediaType } from '../../shared/domain/media.ts';
import type { Claim, Receipt, Validation } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordCreated } from '../../shared/ledger/claims.ts';
import {
  answered,
  BUCKET,
  claimOf,
  context,
  createdAs,
  errorOf,
  eventOf,
  executionOf,
  inMinutes,
  newPerson,
  newValidationId,
  sha256,
  thrownBy,
} from '../support/journal.ts';
import { deadOrigin, type Line, type LocalAws, openLocalAws, standIn } from '../support/local-aws.ts';
import { waitFor } from '../support/wait-for.ts';

const OURS = executionOf('ours');

const FACE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('selfie')]);

const SPENT = { name: 'UploadLinkSpentError', reason: 'upload_link_spent' };

const UNREAD = { name: 'MediaUnreadError', reason: 'media_unread' };

const UNCERTAIN = { name: 'TruoraUncertainError', reason: 'truora_uncertain' };

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('MoveMedia', { media: true, truora: true });
});

afterAll(() => aws.close());

const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  aws.setDelivery();
  aws.calls.length = 0;
});

afterEach(async () => {
  vi.useRealTimers();
  process.env.TRUORA_UPLOAD_ORIGINS = aws.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  for (const close of closers.splice(0)) await close();
});

type Case = { claim: Claim; validation: Validation };

const moving = ({ claim, validation }: Case, executionId = OURS): Promise<Receipt> =>
  handler(eventOf('MoveMedia', { claim, validation }, { executionId }), context);

/** Asks the sandbox for a validation as CreateValidation would, and writes down what that would write down. */
const created = async (suffix = '', bytes: Uint8Array = FACE, type: MediaType = 'image/jpeg', timeout = 300) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const put = await aws.put(`inbox/${person.accountId}/${person.enrollmentId}/selfie.jpg`, bytes);
  const claim = claimOf({ ...person, media: { bucket: BUCKET, ...put, bytes: bytes.length, type } });
  const answer = await fetch(`${aws.sandbox.origin}/v1/validations`, {
    method: 'POST',
    headers: { 'truora-api-key': 'key' },
    body: new URLSearchParams({
      type: 'face-recognition',
      user_authorized: 'true',
      account_id: person.accountId,
      timeout: String(timeout),
    }),
  });
  const { validation_id, instructions } = (await answer.json()) as {
    validation_id: string;
    instructions: { file_upload_link: string };
  };
  return existing(claim, instructions.file_upload_link, validation_id);
};

/** A claim with a validation behind it, and the link that its media goes to. */
const existing = async (claim: Claim, link: string, validationId = newValidationId(), deadline = inMinutes(5)) => {
  const validation: Validation = { validationId, deadline };
  await claimRecord(aws.ledger, claim, OURS);
  const { revalidationId } = claim;
  await recordCreated(aws.ledger, { revalidationId, owner: OURS }, createdAs(validation, link), answered(validation));
  return { claim, validation, link };
};

/** The same with another server behind the link. */
const standingBefore = async (...script: Line[]) => {
  const { origin, asked, close } = await standIn(...script);
  closers.push(close);
  process.env.TRUORA_UPLOAD_ORIGINS = origin;
  const put = await aws.put(`media/${newValidationId()}`, FACE);
  const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
  return { ...(await existing(claim, `${origin}/u/x?Expires=4102444800`)), asked };
};

const recordOf = ({ claim }: Case) => aws.item(`RUN#${claim.revalidationId}`);

const arrivedOf = ({ validation }: Case) => aws.sandbox.uploaded(validation.validationId);

describe('an upload', () => {
  test('uploads the bytes unchanged, and records their hash and length', async () => {
    const one = await created();
    const receipt = await moving(one);
    expect(receipt).toEqual({
      bytes: FACE.length,
      sha256: sha256(FACE),
      movedAt: expect.stringMatching(/Z$/),
    });
    expect(arrivedOf(one)).toEqual({ bytes: FACE.length, sha256: sha256(FACE), contentType: 'image/jpeg' });
    expect(await recordOf(one)).toMatchObject({ phase: 'moved', receipt });
  });

  test.each(['video/mp4', 'image/webp', 'video/quicktime'] as const)(
    'sends the content type %s that the bytes have',
    async (type) => {
      const one = await created('', FACE, type);
      await moving(one);
      expect(arrivedOf(one)?.contentType).toBe(type);
    },
  );

  test('streams the largest allowed file', async () => {
    const bytes = randomBytes(MAX_MEDIA_BYTES);
    const one = await created('', bytes);
    expect(await moving(one)).toMatchObject({ bytes: MAX_MEDIA_BYTES, sha256: sha256(bytes) });
    expect(arrivedOf(one)).toMatchObject({ bytes: MAX_MEDIA_BYTES, sha256: sha256(bytes) });
  });

  test('uploads the claimed version when a newer one exists', async () => {
    const one = await created();
    await aws.put(one.claim.media.key, 'another face');
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
    expect(arrivedOf(one)?.sha256).toBe(sha256(FACE));
  });

  test('uploads the claimed version under a delete marker', async () => {
    const one = await created();
    await aws.remove(one.claim.media.key);
    await moving(one);
    expect(arrivedOf(one)?.sha256).toBe(sha256(FACE));
  });

  test('sends no key of ours and no header of AWS', async () => {
    const one = await standingBefore({ status: 200 });
    await moving(one);
    const headers = Object.keys(one.asked[0]?.headers ?? {}).toSorted();
    expect(headers).toEqual(['accept-encoding', 'connection', 'content-length', 'content-type', 'host']);
    expect(aws.calls.filter(({ operation }) => operation === 'GetSecretValue')).toEqual([]);
  });
});

describe('a repeat', () => {
  test('finds the receipt and uploads nothing', async () => {
    const one = await created();
    const first = await moving(one);
    const { uploads } = aws.sandbox.counts();
    const record = await recordOf(one);
    aws.calls.length = 0;
    expect(await moving(one)).toEqual(first);
    expect(aws.sandbox.counts().uploads).toBe(uploads);
    expect(aws.writes()).toEqual([]);
    expect(await recordOf(one)).toEqual(record);
  });

  test('finds the receipt when media and link are gone', async () => {
    const one = await created();
    const first = await moving(one);
    await aws.remove(one.claim.media.key, one.claim.media.versionId);
    expect(await moving(one)).toEqual(first);
  });

  test('finds the link spent after a crash before the receipt, so that Truora must say what arrived', async () => {
    const one = await created();
    aws.setWriteDelivery(1, 'lost');
    expect(await thrownBy(moving(one))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(arrivedOf(one)?.sha256).toBe(sha256(FACE));
    expect(await recordOf(one)).toMatchObject({ phase: 'created' });
  });

  test('finds the receipt after a crash directly after it', async () => {
    const one = await created();
    aws.setWriteDelivery(1, 'answer lost');
    expect(await thrownBy(moving(one))).toMatchObject({ name: 'LostOnTheWay' });
    expect(await moving(one)).toEqual((await recordOf(one))?.receipt);
  });

  test('starts at the first byte of the same link after a broken connection', async () => {
    const one = await created('-upload-reset', Buffer.concat([FACE, randomBytes(2_000_000)]));
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    const receipt = await moving(one);
    expect(arrivedOf(one)).toMatchObject({ bytes: receipt.bytes, sha256: receipt.sha256 });
  });

  test('finds the link spent after a lost answer', async () => {
    const one = await created('-upload-lost');
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(arrivedOf(one)?.sha256).toBe(sha256(FACE));
  });

  test('succeeds after two 503 of the store', async () => {
    const one = await created('-down-2');
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
  });
});

describe('a link that takes no media', () => {
  test('is spent when it was used', async () => {
    const one = await created();
    await fetch(one.link, { method: 'PUT', body: 'another upload' });
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(await recordOf(one)).toMatchObject({ phase: 'created' });
  });

  test('is spent when Truora answers that it is denied', async () => {
    expect(await thrownBy(moving(await created('-upload-refused')))).toEqual(SPENT);
  });

  test.each(['AccessDenied', 'SignatureDoesNotMatch'])(
    'is spent when the store answers %s, with any status',
    async (code) => {
      const one = await standingBefore({ status: 400, body: `<Error><Code>${code}</Code></Error>` });
      expect(await thrownBy(moving(one))).toEqual(SPENT);
    },
  );

  test('is spent when it has expired, and then nothing is read or sent', async () => {
    const one = await created('', FACE, 'image/jpeg', 60);
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

  test('is spent after its own expiry while the validation lives on', async () => {
    const one = await standingBefore({ status: 200 });
    const hour = { ...one.validation, deadline: inMinutes(60) };
    const soon = Math.floor(Date.now() / 1000) + 60;
    const again = await existing(
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

  test('is tried when its expiry lies before its creation', async () => {
    const one = await standingBefore({ status: 200 });
    const again = await existing(claimOf({ media: one.claim.media }), one.link.replace('4102444800', '300'));
    expect(await moving(again)).toMatchObject({ bytes: FACE.length });
  });

  test('is spent when the record has none', async () => {
    const one = await created();
    const validation = { ...one.validation, validationId: newValidationId() };
    expect(await thrownBy(moving({ ...one, validation }))).toEqual(SPENT);
  });

  test.each([
    ['http://169.254.169.254/u/x'],
    ['https://files.truora.com.evil.example/u/x'],
    ['https://user:word@files.truora.com/u/x'],
    ['not a link'],
  ])('is unsafe and never dialled: %s', async (link) => {
    const put = await aws.put(`media/${newValidationId()}`, FACE);
    const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
    expect(await thrownBy(moving(await existing(claim, link)))).toEqual({
      name: 'UploadLinkUnsafeError',
      reason: 'upload_link_unsafe',
    });
  });

  test('throws by name when no server listens there', async () => {
    const origin = await deadOrigin();
    process.env.TRUORA_UPLOAD_ORIGINS = origin;
    const put = await aws.put(`media/${newValidationId()}`, FACE);
    const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
    expect(await thrownBy(moving(await existing(claim, `${origin}/u/x`)))).toEqual({
      name: 'TruoraBusyError',
      reason: 'truora_unreachable',
    });
  });

  test.each<[string, Line, { name: string; reason: string }]>([
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
  ])('throws by name: %s', async (_, said, thrown) => {
    const one = await standingBefore(said);
    expect(await thrownBy(moving(one))).toEqual(thrown);
    expect(one.asked.length).toBe(1);
    expect(await recordOf(one)).toMatchObject({ phase: 'created' });
  });
});

describe('media that is gone', () => {
  test('throws by name: its version was deleted', async () => {
    const one = await created();
    await aws.remove(one.claim.media.key, one.claim.media.versionId);
    expect(await thrownBy(moving(one))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
    expect(arrivedOf(one)).toBeUndefined();
  });

  test('throws by name: its length has changed', async () => {
    const one = await created();
    const claim = { ...one.claim, media: { ...one.claim.media, bytes: FACE.length + 1 } };
    expect(await thrownBy(moving({ ...one, claim }))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
    expect(arrivedOf(one)).toBeUndefined();
  });

  test('throws by name: its content has changed', async () => {
    const one = await created();
    const claim = { ...one.claim, media: { ...one.claim.media, etag: '0'.repeat(32) } };
    expect(await thrownBy(moving({ ...one, claim }))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
    expect(arrivedOf(one)).toBeUndefined();
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

  test('closes when the size is wrong', async () => {
    const one = await created();
    const stream = endless();
    await streamed(stream, async () => void (await errorOf(moving(one))), FACE.length + 1);
    expect(await endOf(stream)).toBe(true);
  });

  test('closes when the link is unsafe', async () => {
    const one = await existing(claimOf(), 'https://evil.example/u/x');
    const stream = endless();
    const claim = { ...one.claim, media: { ...one.claim.media, bytes: FACE.length } };
    await streamed(stream, async () => {
      expect(await thrownBy(moving({ ...one, claim }))).toMatchObject({ name: 'UploadLinkUnsafeError' });
    });
    expect(await endOf(stream)).toBe(true);
  });

  test('closes when Truora refuses during the upload', async () => {
    const server = createServer((_, response) => response.writeHead(403).end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closers.push(() => new Promise((done) => server.close(() => done()).closeAllConnections()));
    const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    process.env.TRUORA_UPLOAD_ORIGINS = origin;
    const bytes = 5_000_000;
    const media = { ...claimOf().media, bytes };
    const one = await existing(claimOf({ media }), `${origin}/u/x`);
    const stream = Readable.from(
      (function* () {
        for (let sent = 0; sent < bytes; sent += 50_000) yield Buffer.alloc(50_000);
      })(),
      { objectMode: false },
    );
    await streamed(stream, async () => void (await errorOf(moving(one))), bytes);
    expect(await endOf(stream)).toBe(true);
  });

  test('that breaks off in the middle is no upload', async () => {
    const one = await created();
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
    expect(arrivedOf(one)).toBeUndefined();
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
  });

  test('that breaks off, ends early or fails its checksum counts as our error, not as one of Truora', async () => {
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
      const one = await created();
      aws.metrics.length = 0;
      await streamed(stream, async () => {
        expect(await thrownBy(moving(one))).toEqual(UNREAD);
      });
      expect(aws.metrics.filter((line) => 'TruoraErrors' in line || 'TruoraLatency' in line)).toEqual([]);
      expect(aws.metrics).toContainEqual(expect.objectContaining({ MediaReadFailures: 1 }));
      expect(await recordOf(one)).toMatchObject({ phase: 'created' });
    }
  });

  test('that ends early is no upload', async () => {
    process.env.HTTP_DEADLINE_SECONDS = '1';
    const one = await created();
    const stream = Readable.from([FACE.subarray(0, 3)], { objectMode: false });
    await streamed(stream, async () => {
      expect(await thrownBy(moving(one))).toEqual(UNREAD);
    });
    expect(arrivedOf(one)).toBeUndefined();
    expect(await recordOf(one)).toMatchObject({ phase: 'created' });
  });
});

test('keeps the link out of errors and log, for any failure', async () => {
  const one = await standingBefore({ status: 500, body: 'canary7f3a' });
  const { message, stack } = await errorOf(moving(one));
  const said = `${message} ${stack} ${aws.lines.join()}`;
  expect(said).not.toContain('canary7f3a');
  expect(said).not.toContain('/u/x');
  expect(said).not.toContain(new URL(one.link).host);
});
