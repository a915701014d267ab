import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect } from 'vitest';
import { checkMediaExists, fileAt, openMedia, peekMedia } from '../../shared/aws/media-store.ts';
import { SNIFF_BYTES } from '../../shared/domain/media.ts';
import type { Media } from '../../shared/domain/revalidation.ts';
import { BUCKET, claimOf, thrownBy } from '../support/journal.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined, { media: true });

let made = 0;

const newKey = () => {
  made += 1;
  return `media/${made}.jpg`;
};

const FACE = Buffer.from(`\xff\xd8\xff${'face'.repeat(20_000)}`, 'latin1');

const peek = (at: { key: string; versionId?: string; etag?: string }) =>
  peekMedia({ bucket: BUCKET, versionId: undefined, etag: undefined, ...at });

const mediaOf = (put: { key: string; versionId: string; etag: string }, bytes = FACE.length): Media => ({
  ...claimOf().media,
  ...put,
  bucket: BUCKET,
  bytes,
});

const read = async (media: Media) => {
  const { stream, bytes } = await openMedia(media);
  return { content: await buffer(stream), bytes };
};

/** What the emulator cannot be asked for: a refusal of S3 of some status. */
const refusedWith = async <Result>(
  status: number,
  name: string,
  run: () => Promise<Result>,
  message = 'canary',
): Promise<Result> => {
  const mock = mockClient(S3Client);
  const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
  mock.on(GetObjectCommand).rejects(error);
  mock.on(HeadObjectCommand).rejects(error);
  try {
    return await run();
  } finally {
    mock.restore();
  }
};

describe('peekMedia', () => {
  test('returns version, size, first bytes and metadata from one call', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE, { 'user-authorized': 'true', reference: 'case 7' });
    expect(await peek({ key: put.key })).toEqual({
      versionId: put.versionId,
      putAt: expect.any(Date),
      etag: put.etag,
      bytes: FACE.length,
      head: new Uint8Array(FACE.subarray(0, SNIFF_BYTES)),
      metadata: { 'user-authorized': 'true', reference: 'case 7' },
    });
  });

  test.for([1, SNIFF_BYTES - 1, SNIFF_BYTES, SNIFF_BYTES + 1])(
    'returns the size of %i bytes',
    async (bytes, { aws }) => {
      const put = await aws.put(newKey(), FACE.subarray(0, bytes));
      const { head, bytes: told } = await peek({ key: put.key });
      expect({ told, head: head.length }).toEqual({ told: bytes, head: Math.min(bytes, SNIFF_BYTES) });
    },
  );

  test('reads no more than the head of a large object', async ({ aws }) => {
    const put = await aws.put(newKey(), Buffer.alloc(12_000_000, 1));
    const { head, bytes } = await peek({ key: put.key });
    expect({ head: head.length, bytes }).toEqual({ head: SNIFF_BYTES, bytes: 12_000_000 });
  });

  test('reads the named version, or the newest one when none is named', async ({ aws }) => {
    const key = newKey();
    const older = await aws.put(key, 'older');
    const newer = await aws.put(key, 'newer!');
    expect(await peek(older)).toMatchObject({ versionId: older.versionId, bytes: 5 });
    expect(await peek({ key })).toMatchObject({ versionId: newer.versionId, bytes: 6 });
  });

  test('returns no version for a bucket without versions', async () => {
    const mock = mockClient(S3Client);
    mock.on(GetObjectCommand).resolves({ VersionId: 'null', ETag: '"e"', ContentRange: 'bytes 0-0/1' });
    try {
      expect(await peek({ key: 'k' })).toMatchObject({ versionId: undefined, etag: 'e', bytes: 1 });
    } finally {
      mock.restore();
    }
  });

  test('refuses an object without a byte', async ({ aws }) => {
    const put = await aws.put(newKey(), '');
    expect(await thrownBy(peek(put))).toEqual({ name: 'MediaUnacceptableError', reason: 'media_empty' });
  });

  test('throws media_gone for an object that never existed, was deleted, or has no such version', async ({ aws }) => {
    const gone = { name: 'MediaGoneError', reason: 'media_gone' };
    expect(await thrownBy(peek({ key: newKey() }))).toEqual(gone);
    const deleted = await aws.put(newKey(), FACE);
    const marker = await aws.remove(deleted.key);
    expect(await thrownBy(peek({ key: deleted.key }))).toEqual(gone);
    expect(await peek(deleted)).toMatchObject({ bytes: FACE.length });
    // The version of the deletion itself: S3 answers 405.
    expect(await thrownBy(peek({ key: deleted.key, versionId: marker ?? '' }))).toEqual(gone);
    await aws.remove(deleted.key, deleted.versionId);
    expect(await thrownBy(peek(deleted))).toEqual(gone);
    const other = await aws.put(newKey(), FACE);
    expect(await thrownBy(peek({ key: other.key, versionId: deleted.versionId }))).toEqual(gone);
  });

  test('throws media_changed for an object with another ETag', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    await aws.put(put.key, 'another face');
    const changed = { name: 'MediaGoneError', reason: 'media_changed' };
    expect(await thrownBy(peek({ key: put.key, etag: put.etag }))).toEqual(changed);
  });

  test('does not treat a 403 as an answer about the object', async () => {
    const refused = refusedWith(403, 'AccessDenied', () => thrownBy(peek({ key: 'k' })));
    expect(await refused).toEqual({ name: 'AccessDenied', reason: undefined });
  });

  test.each([
    [400, 'InvalidRequest', 'The object was stored using a form of Server Side Encryption. The correct parameters ...'],
    [403, 'InvalidObjectState', "The operation is not valid for the object's storage class"],
    [403, 'AccessDenied', 'User: x is not authorized to perform: kms:Decrypt on resource: y'],
    [403, 'AccessDenied', 'The ciphertext refers to a customer master key that does not exist'],
    [400, 'KMS.DisabledException', 'x is disabled.'],
  ])('refuses what can never be read: %i %s', async (status, name, message) => {
    const refused = refusedWith(status, name, () => thrownBy(peek({ key: 'k' })), message);
    expect(await refused).toEqual({ name: 'MediaUnacceptableError', reason: 'media_unreadable' });
  });

  test('decodes metadata that S3 has encoded', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE, { reference: '=?UTF-8?B?RXhwZWRpZW50ZSBuwrogNw==?=' });
    expect((await peek(put)).metadata).toEqual({ reference: 'Expediente nº 7' });
  });

  test('throws a 503 as it is', async () => {
    const refused = refusedWith(503, 'SlowDown', () => thrownBy(peek({ key: 'k' })));
    expect(await refused).toEqual({ name: 'SlowDown', reason: undefined });
  });
});

describe('fileAt', () => {
  test('reads only the requested ranges of the version that was peeked at', async ({ aws }) => {
    const put = await aws.put(newKey(), Buffer.alloc(300_000, 'abcdefg'));
    const file = fileAt({ bucket: BUCKET, key: put.key }, await peek({ key: put.key }));
    await aws.put(put.key, 'another face');
    const part = await file.at(200_000, 10);
    expect(part.length).toBe(SNIFF_BYTES);
    expect(part.toString().slice(0, 10)).toBe('defgabcdef');
    expect(await file.holds(Buffer.from('ag'), 0)).toBe(false);
    expect(await file.holds(Buffer.from('ga'), 0)).toBe(true);
  });
});

describe('checkMediaExists', () => {
  test('finds the pinned version when a newer one exists', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    await aws.remove(put.key);
    expect(await checkMediaExists(mediaOf(put))).toBeUndefined();
  });

  test('throws when the version is gone or changed', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    const changed = { name: 'MediaGoneError', reason: 'media_changed' };
    expect(await thrownBy(checkMediaExists(mediaOf({ ...put, etag: '0'.repeat(32) })))).toEqual(changed);
    await aws.remove(put.key, put.versionId);
    expect(await thrownBy(checkMediaExists(mediaOf(put)))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
  });

  test.each([403, 503])('throws a %i as it is', async (status) => {
    const refused = refusedWith(status, 'UnknownError', () => thrownBy(checkMediaExists(claimOf().media)));
    expect(await refused).toEqual({ name: 'UnknownError', reason: undefined });
  });
});

describe('openMedia', () => {
  test('streams the pinned version when a newer one exists', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    await aws.put(put.key, 'another face');
    expect(await read(mediaOf(put))).toEqual({ content: FACE, bytes: FACE.length });
    await aws.remove(put.key);
    expect(await read(mediaOf(put))).toEqual({ content: FACE, bytes: FACE.length });
  });

  test('throws media_gone once the version was deleted', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    await aws.remove(put.key, put.versionId);
    expect(await thrownBy(openMedia(mediaOf(put)))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
  });

  test('throws media_changed when the version holds other content', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    const media = mediaOf({ ...put, etag: '0'.repeat(32) });
    expect(await thrownBy(openMedia(media))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
  });

  test('throws media_changed for media without a version that was overwritten', async ({ aws }) => {
    const put = await aws.put(newKey(), FACE);
    const { versionId: _, ...media } = mediaOf(put);
    expect((await read(media)).content).toEqual(FACE);
    await aws.put(put.key, 'another face');
    expect(await thrownBy(openMedia(media))).toEqual({ name: 'MediaGoneError', reason: 'media_changed' });
  });

  test.each([
    [403, 'AccessDenied'],
    [403, 'RequestTimeTooSkewed'],
    [403, 'InvalidObjectState'],
  ])('throws a %i %s as it is, because it says nothing of the object and may be temporary', async (status, name) => {
    const refused = refusedWith(status, name, () => thrownBy(openMedia(claimOf().media)));
    expect(await refused).toEqual({ name, reason: undefined });
  });

  test.each([
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
  ])('treats a %i after a claim as media that is no longer accessible', async (status, name) => {
    const refused = refusedWith(status, name, () => thrownBy(openMedia(claimOf().media)));
    expect(await refused).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
  });

  test('throws a 503 as it is', async () => {
    const refused = refusedWith(503, 'SlowDown', () => thrownBy(openMedia(claimOf().media)));
    expect(await refused).toEqual({ name: 'SlowDown', reason: undefined });
  });
});

test.for([
  'a"b.jpg',
  '%2B+%20.jpg',
  'a b  c.jpg',
  'ü-\u{1f600}.jpg',
  '../up.jpg',
  './here//there/.jpg',
  "quote'and\\backslash.jpg",
  'a?b=c&d#e.jpg',
  'line\nbreak.jpg',
  `${'k'.repeat(900)}.jpg`,
])('finds an object under the key %j', async (name, { aws }) => {
  const put = await aws.put(`inbox/${name}`, FACE);
  expect(await peek(put)).toMatchObject({ bytes: FACE.length, versionId: put.versionId });
  expect((await read(mediaOf(put))).content).toEqual(FACE);
});
