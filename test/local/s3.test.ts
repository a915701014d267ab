import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { Bucket, directory, events, Key, md5, open, origin, raw, read, refusal, s3, sha256 } from '../support/s3.ts';
import { waitFor } from '../support/wait-for.ts';

const put = (Body: NonNullable<PutObjectCommandInput['Body']>, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

describe('putting and getting', () => {
  test('returns the bytes, the type and the metadata', async () => {
    const Metadata = { 'user-authorized': 'true', options: '{"threshold":0.5}', empty: '' };
    const before = Date.now();
    const { ETag, VersionId } = await put('a face', { ContentType: 'image/jpeg', Metadata });
    const got = await read();
    expect(got.bytes.toString()).toBe('a face');
    expect(got).toMatchObject({
      ETag: `"${md5('a face')}"`,
      VersionId,
      ContentLength: 6,
      ContentType: 'image/jpeg',
      AcceptRanges: 'bytes',
      Metadata,
    });
    expect(ETag).toBe(got.ETag);
    // In whole seconds.
    expect(Number(got.LastModified)).toBeGreaterThan(before - 1000);
    expect(Number(got.LastModified)).toBeLessThanOrEqual(Date.now());
  });

  test('returns by HEAD what GET would return', async () => {
    await put('a face', { ContentType: 'image/jpeg', Metadata: { reference: 'case 7' } });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    const { bytes: _, $metadata: __, ...got } = await read();
    expect(head).toMatchObject(got);
  });

  test('stores a stream without its framing', async () => {
    // Several chunks of the SDK's 64 KB, and a rest.
    const bytes = randomBytes(1_000_003);
    const parts = [bytes.subarray(0, 1), bytes.subarray(1, 70_000), bytes.subarray(70_000)];
    const { VersionId } = await put(Readable.from(parts), { ContentLength: bytes.length });
    const got = await read();
    expect(sha256(got.bytes)).toBe(sha256(bytes));
    expect(got).toMatchObject({ ContentLength: bytes.length, ETag: `"${md5(bytes)}"` });
    expect(got.ContentEncoding).toBeUndefined();
    expect(await readdir(directory)).toEqual([VersionId]);
  });

  test('stores an empty body as an empty object', async () => {
    await put(Buffer.alloc(0));
    expect(await read()).toMatchObject({ ContentLength: 0, bytes: Buffer.alloc(0) });
  });

  test.each([
    'with space and  two',
    'a+b',
    'a%2Bb',
    '100%',
    'año/über/é (composed) é (combining)',
    '🙂/👩‍👩‍👧',
    `"double" 'single' \`back\``,
    'back\\slash',
    'a","kind":"call',
    '//leading//and///consecutive/',
    '../../etc/passwd',
    'a/../b/./c/..',
    '.',
    '..',
    'a?versionId=b&c#d',
    '<Key>&amp;</Key>',
    'line\nbreak\ttab\u0000nul',
    'x'.repeat(1024),
    'é'.repeat(512),
  ])('accepts the key %j unchanged', async (key) => {
    await put(`bytes of ${key}`, { Key: key });
    expect((await read({ Key: key })).bytes.toString()).toBe(`bytes of ${key}`);
    await waitFor(() => expect(events).toEqual([expect.objectContaining({ bucket: Bucket, key })]));
    expect(await readdir(directory)).toHaveLength(1);
  });

  test('keeps keys apart that are the same as paths', async () => {
    const keys = ['a/b', 'a//b', 'a/./b', 'a/x/../b', '/a/b', 'a/b/', 'A/b', 'a%2Fb', 'a b', 'a+b'];
    for (const key of keys) await put(key, { Key: key });
    for (const key of keys) expect((await read({ Key: key })).bytes.toString()).toBe(key);
  });

  test('decodes a path once and keeps its plus', async () => {
    await raw('PUT', `/${Bucket}/a+b%2Bc%252B%20d`, {}, 'x');
    expect((await read({ Key: 'a+b+c%2B d' })).bytes.toString()).toBe('x');
    expect(await raw('PUT', `/${Bucket}/%E9`, {}, 'x')).toMatchObject({ status: 400, code: 'InvalidURI' });
  });

  test('refuses a key above 1,024 bytes', async () => {
    await expect(put('x', { Key: 'é'.repeat(513) })).rejects.toMatchObject(refusal('KeyTooLongError', 400));
  });

  test('refuses user metadata above 2 KB in all, and characters outside of ASCII', async () => {
    await put('x', { Metadata: { a: 'x'.repeat(1000), bb: 'x'.repeat(1045) } });
    const tooMuch = put('x', { Metadata: { a: 'x'.repeat(1000), bb: 'x'.repeat(1046) } });
    await expect(tooMuch).rejects.toMatchObject(refusal('MetadataTooLarge', 400));
    const accent = await raw('PUT', `/${Bucket}/a`, { 'x-amz-meta-name': 'José' }, 'x');
    expect(accent).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  test('refuses a missing key and a missing bucket', async () => {
    await expect(read({ Key: 'absent' })).rejects.toMatchObject(refusal('NoSuchKey', 404));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject(
      refusal('NotFound', 404),
    );
    await expect(put('x', { Bucket: 'another' })).rejects.toMatchObject(refusal('NoSuchBucket', 404));
  });
});

describe('ranges and conditions', () => {
  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-4', '4', 'bytes 4-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=8-63', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-63', '0123456789', 'bytes 0-9/10'],
  ])('reads %s', async (Range, expected, ContentRange) => {
    await put('0123456789');
    const part = await read({ Range });
    expect(part).toMatchObject({ ContentRange, ContentLength: expected.length, $metadata: { httpStatusCode: 206 } });
    expect(part.bytes.toString()).toBe(expected);
  });

  test('refuses a range without a byte', async () => {
    await put('0123456789');
    for (const Range of ['bytes=10-', 'bytes=10-20', 'bytes=-0'])
      await expect(read({ Range })).rejects.toMatchObject(refusal('InvalidRange', 416));
    await put(Buffer.alloc(0));
    for (const Range of ['bytes=0-63', 'bytes=0-', 'bytes=-64'])
      await expect(read({ Range })).rejects.toMatchObject(refusal('InvalidRange', 416));
  });

  test('ignores ranges that it cannot read', async () => {
    await put('0123456789');
    for (const Range of ['bytes=0-1,3-4', 'bytes=4-2', 'bytes=-', 'items=0-1'])
      await expect(read({ Range })).rejects.toMatchObject(refusal('NotImplemented', 501));
  });

  test('reads only what If-Match names', async () => {
    const { ETag = '' } = await put('one');
    expect((await read({ IfMatch: ETag })).bytes.toString()).toBe('one');
    expect((await read({ IfMatch: md5('one') })).bytes.toString()).toBe('one');
    await put('two');
    await expect(read({ IfMatch: ETag })).rejects.toMatchObject(refusal('PreconditionFailed', 412));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key, IfMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
  });

  test('creates only a new key under If-None-Match', async () => {
    await put('one', { IfNoneMatch: '*' });
    await expect(put('two', { IfNoneMatch: '*' })).rejects.toMatchObject(refusal('PreconditionFailed', 412));
    expect((await read()).bytes.toString()).toBe('one');
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await put('three', { IfNoneMatch: '*' });
    expect((await read()).bytes.toString()).toBe('three');
  });

  test('replaces only the version that was read, under If-Match', async () => {
    await expect(put('none', { IfMatch: '"x"' })).rejects.toMatchObject(refusal('NoSuchKey', 404));
    const { ETag = '' } = await put('one');
    await put('two', { IfMatch: ETag });
    await expect(put('three', { IfMatch: ETag })).rejects.toMatchObject(refusal('PreconditionFailed', 412));
    expect((await read()).bytes.toString()).toBe('two');
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(put('four', { IfMatch: `"${md5('two')}"` })).rejects.toMatchObject(refusal('NoSuchKey', 404));
  });

  test('lets exactly one of many concurrent writes create the key', async () => {
    const puts = Array.from({ length: 8 }, (_, n) => put(`put ${n}`, { IfNoneMatch: '*' }));
    const ends = await Promise.allSettled(puts);
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(directory)).toHaveLength(1);
  });
});

describe('versions', () => {
  test('keeps the pinned version when the key is put again', async () => {
    const one = await put('one');
    const two = await put('two');
    expect(one.VersionId).not.toBe(two.VersionId);
    expect((await read({ VersionId: one.VersionId as string })).bytes.toString()).toBe('one');
    expect((await read()).bytes.toString()).toBe('two');
  });

  test('puts a delete marker on top, and removes it again', async () => {
    const { VersionId } = await put('one');
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    await expect(read()).rejects.toMatchObject(refusal('NoSuchKey', 404));
    expect((await read({ VersionId: VersionId as string })).bytes.toString()).toBe('one');
    const atMarker = read({ VersionId: marker.VersionId as string });
    await expect(atMarker).rejects.toMatchObject(refusal('MethodNotAllowed', 405));

    const hidden = await raw('HEAD', `/${Bucket}/${Key}`, {});
    expect(hidden).toMatchObject({ status: 404, headers: { 'x-amz-delete-marker': 'true' } });
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
    expect((await read()).bytes.toString()).toBe('one');
  });

  test('deletes a version for ever and returns to the one before', async () => {
    const one = await put('one');
    const two = await put('two');
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: two.VersionId }));
    await expect(read({ VersionId: two.VersionId as string })).rejects.toMatchObject(refusal('NoSuchVersion', 404));
    expect((await read()).bytes.toString()).toBe('one');
    expect(await readdir(directory)).toEqual([one.VersionId]);
    const again = await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: two.VersionId }));
    expect(again.$metadata.httpStatusCode).toBe(204);
    expect((await put('two')).VersionId).not.toBe(two.VersionId);
  });

  test('gives the same drop in a new store the same version id', async () => {
    const first = await put('one');
    const second = await put('one');
    const seed = JSON.stringify([Bucket, Key, md5('one'), 0]);
    expect(first.VersionId).toBe(createHash('sha256').update(seed).digest('base64url').slice(0, 32));
    expect(second.VersionId).not.toBe(first.VersionId);

    const fresh = await mkdtemp(join(directory, 'fresh-'));
    const { client } = await open({ directory: fresh });
    const again = await client.send(
      new PutObjectCommand({ Bucket, Key, Body: Readable.from(['one']), ContentLength: 3 }),
    );
    expect(again.VersionId).toBe(first.VersionId);
    const elsewhere = await client.send(new PutObjectCommand({ Bucket, Key: `${Key}2`, Body: 'one' }));
    expect(elsewhere.VersionId).not.toBe(first.VersionId);
  });
});

describe('the event', () => {
  test('goes out when the object can be read', async () => {
    const reads: Promise<string>[] = [];
    const watched = await mkdtemp(join(directory, 'watched-'));
    const { client } = await open({
      directory: watched,
      onCreated: (created) => {
        events.push(created);
        const get = client.send(new GetObjectCommand({ Bucket, Key: created.key, VersionId: created.versionId }));
        reads.push(get.then(({ Body }) => Body?.transformToString() ?? ''));
      },
    });
    const before = Date.now();
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'a face' }));
    await waitFor(() => expect(events).toHaveLength(1));
    expect(events[0]).toEqual({
      bucket: Bucket,
      key: Key,
      versionId: VersionId,
      etag: md5('a face'),
      bytes: 6,
      reason: 'PutObject',
      sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      at: expect.any(Date),
    });
    expect(events[0]?.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(await Promise.all(reads)).toEqual(['a face']);
  });

  test('carries a sequencer that grows', async () => {
    for (let n = 0; n < 20; n++) await put(`put ${n}`);
    await waitFor(() => expect(events).toHaveLength(20));
    const sequencers = events.map(({ sequencer }) => sequencer);
    expect(new Set(sequencers).size).toBe(20);
    expect(sequencers).toEqual(sequencers.toSorted());
  });

  test('does not go out for a refused put, a read or a delete', async () => {
    await put('one');
    await put('two', { IfNoneMatch: '*' }).catch(() => undefined);
    await read();
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    // The event of a later put comes after what the others would have sent.
    const { VersionId } = await put('three');
    await waitFor(() => expect(events.at(-1)?.versionId).toBe(VersionId));
    expect(events).toHaveLength(2);
  });
});

describe('what it does not support', () => {
  test('answers 501, in the words of S3', async () => {
    await put('one');
    const none = refusal('NotImplemented', 501);
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(none);
    await expect(s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject(none);
    await expect(s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).rejects.toMatchObject(none);
    await expect(put('two', { Tagging: 'a=b' })).rejects.toMatchObject(none);
    await expect(put('two', { CacheControl: 'no-store' })).rejects.toMatchObject(none);
    await expect(put('two', { ContentEncoding: 'gzip' })).rejects.toMatchObject(none);
    await expect(put('two', { IfMatch: '*' })).rejects.toMatchObject(none);
    await expect(put('two', { ServerSideEncryption: 'AES256' })).rejects.toMatchObject(none);
    await expect(put('two', { ChecksumAlgorithm: 'SHA1' })).rejects.toMatchObject(none);
    const copy = { 'x-amz-copy-source': `/${Bucket}/${Key}` };
    expect(await raw('PUT', `/${Bucket}/copy`, copy)).toMatchObject({ status: 501 });
    expect(await raw('POST', `/${Bucket}/${Key}?uploads`, {})).toMatchObject({ status: 501 });
    expect(await raw('PUT', `/${Bucket}`, {})).toMatchObject({ status: 501 });
    expect((await read()).bytes.toString()).toBe('one');
    expect(events).toHaveLength(1);
  });

  test('refuses a call without a signature', async () => {
    await put('one');
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(`${origin}/${Bucket}/${Key}`, { method })).status).toBe(403);
    const presigned = await fetch(`${origin}/${Bucket}/${Key}?X-Amz-Signature=00`);
    expect(await presigned.text()).toBe('one');
  });
});
