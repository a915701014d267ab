import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { land, unframed } from '../../infra/local/s3/body.ts';
import { signPolicy } from '../../infra/local/s3/post.ts';
import { type ObjectCreated, type S3Options, startS3 } from '../../infra/local/s3/server.ts';
import { waitFor } from '../support/wait-for.ts';

const Bucket = 'media';

const Key = 'inbox/ACCperson/ENRface/selfie.jpg';

const ACCESS_KEY_ID = 'AKIDLOCAL';

const SECRET = 'a secret of the local system';

let directory: string;

let events: ObjectCreated[];

let closers: (() => Promise<void> | void)[];

let s3: S3Client;

let origin: string;

const open = async (options: Partial<S3Options> = {}) => {
  const standin = await startS3({
    buckets: [Bucket],
    directory,
    onCreated: (created) => events.push(created),
    ...options,
  });
  const client = new S3Client({
    endpoint: standin.origin,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET },
  });
  closers.push(() => client.destroy(), standin.close);
  return { client, origin: standin.origin, close: standin.close };
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-'));
  events = [];
  closers = [];
  ({ client: s3, origin } = await open());
});

afterEach(async () => {
  for (const close of closers) await close();
  await rm(directory, { recursive: true });
});

const put = (Body: NonNullable<PutObjectCommandInput['Body']>, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

const read = async (more: { Key?: string; VersionId?: string; Range?: string; IfMatch?: string } = {}) => {
  const { Body, ...rest } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...rest, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
};

const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex');

/** A request as the SDK would never send it. */
const raw = async (
  method: string,
  path: string,
  headers: Record<string, string | number>,
  body: Buffer | string = '',
  agent?: Agent,
) => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(origin, {
      method,
      path,
      headers: { authorization: 'signed', ...headers },
      ...(agent ? { agent } : {}),
    });
    request.on('response', resolve).on('error', reject).end(body);
  });
  const xml = await text(response);
  return { status: response.statusCode, headers: response.headers, code: /<Code>(.*)<\/Code>/.exec(xml)?.[1] };
};

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
  test('is sent when the object can be read', async () => {
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

  test('has a sequencer that grows', async () => {
    for (let n = 0; n < 20; n++) await put(`put ${n}`);
    await waitFor(() => expect(events).toHaveLength(20));
    const sequencers = events.map(({ sequencer }) => sequencer);
    expect(new Set(sequencers).size).toBe(20);
    expect(sequencers).toEqual(sequencers.toSorted());
  });

  test('is not sent for a refused put, a read or a delete', async () => {
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

describe('failed uploads', () => {
  const path = `/${Bucket}/${Key}`;
  const crc = (bytes: string) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString('base64');
  };
  const framing = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': 6,
    'content-encoding': 'aws-chunked',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };

  afterEach(async () => {
    await waitFor(async () => expect(await readdir(directory)).toEqual([]));
    expect(events).toEqual([]);
  });

  test.each([
    ['a wrong CRC32', { 'x-amz-checksum-crc32': crc('another') }, 'BadDigest'],
    ['a wrong SHA-256', { 'x-amz-checksum-sha256': 'AAAA' }, 'BadDigest'],
    ['a wrong MD5', { 'content-md5': Buffer.alloc(16).toString('base64') }, 'BadDigest'],
    ['no MD5 where one should be', { 'content-md5': 'AAAA' }, 'InvalidDigest'],
    ['a wrong payload hash', { 'x-amz-content-sha256': sha256(Buffer.from('another')) }, 'XAmzContentSHA256Mismatch'],
  ])('refuses %s', async (_, headers, code) => {
    expect(await raw('PUT', path, headers, 'a face')).toMatchObject({ status: 400, code });
  });

  test.each([
    [
      'a wrong checksum in a trailer',
      `6\r\na face\r\n0\r\nx-amz-checksum-crc32:${crc('another')}\r\n\r\n`,
      'BadDigest',
    ],
    ['a trailer that is missing', '6\r\na face\r\n0\r\n\r\n', 'MalformedTrailerError'],
    ['less than was promised', `5\r\na fac\r\n0\r\nx-amz-checksum-crc32:${crc('a fac')}\r\n\r\n`, 'IncompleteBody'],
    ['a body without its end', '6\r\na face\r\n', 'IncompleteBody'],
    ['a chunk longer than its size', '5\r\na face\r\n0\r\n\r\n', 'InvalidRequest'],
    ['a size that is none', `zz\r\na face\r\n0\r\n\r\n${'x'.repeat(300_000)}`, 'InvalidRequest'],
    ['a head that never ends', 'x'.repeat(300_000), 'InvalidRequest'],
  ])('refuses %s and keeps the connection', async (_, body, code) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => agent.destroy());
    expect(await raw('PUT', path, framing, body, agent)).toMatchObject({ status: 400, code });
    expect(await raw('GET', path, {}, '', agent)).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  test('has made the file of an upload before it reads it, so that none is made after a refused one was deleted', async () => {
    type Opened = (error: Error | null, fd: number) => void;
    const order: string[] = [];
    const { open: opening } = fs;
    vi.spyOn(fs, 'open').mockImplementation(((file: string, flags: string, mode: number, done: Opened) =>
      opening(file, flags, mode, (error, fd) => {
        order.push('opened');
        done(error, fd);
      })) as typeof fs.open);
    const body = async function* () {
      order.push('read');
      yield Buffer.alloc(300_000, 'x');
    };
    await expect(land(unframed(body(), new Map()), join(directory, 'landing'), () => 'kept')).rejects.toThrow();
    vi.restoreAllMocks();
    expect(order).toEqual(['opened', 'read']);
  });

  test('refuses a body of unknown length', async () => {
    const chunked = await raw('PUT', path, { 'transfer-encoding': 'chunked' }, 'a face');
    expect(chunked).toMatchObject({ status: 501, code: 'NotImplemented' });
    const undecoded = await raw('PUT', path, { 'x-amz-content-sha256': framing['x-amz-content-sha256'] }, 'a face');
    expect(undecoded).toMatchObject({ status: 411, code: 'MissingContentLength' });
    // node:http always sends a length, so this one is written by hand.
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.end(`PUT ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: signed\r\nconnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 411 [\s\S]*<Code>MissingContentLength</);
  });

  test.each([
    ['plain', { 'content-length': 1_000_000 }, 'a'.repeat(200_000)],
    ['framed', { ...framing, 'content-length': 1_000_000 }, `f0000\r\n${'a'.repeat(200_000)}`],
  ])('leaves nothing of a %s upload that breaks off', async (_, headers, sent) => {
    const upload = httpRequest(origin, { method: 'PUT', path, headers: { authorization: 'signed', ...headers } });
    upload.on('error', () => undefined).write(sent);
    await waitFor(async () => expect(await readdir(directory)).toHaveLength(1));
    upload.destroy();
    await waitFor(async () => expect(await readdir(directory)).toEqual([]));
    await expect(read()).rejects.toMatchObject(refusal('NoSuchKey', 404));
  });

  test('deletes an upload that the closing store cuts off', async () => {
    const { close, origin: closing } = await open();
    const upload = httpRequest(closing, {
      method: 'PUT',
      path,
      headers: { authorization: 'signed', 'content-length': 1_000_000 },
    });
    upload.on('error', () => undefined).write('a'.repeat(200_000));
    await waitFor(async () => expect(await readdir(directory)).toHaveLength(1));
    await close();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('posting a form', () => {
  const scope = ['20300101', 'us-east-1', 's3', 'aws4_request'];
  const signed = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': [ACCESS_KEY_ID, ...scope].join('/'),
    'x-amz-date': '20300101T000000Z',
  };
  const conditions = [
    { bucket: Bucket },
    { key: Key },
    ['eq', '$Content-Type', 'image/jpeg'],
    ['starts-with', '$x-amz-meta-reference', 'case '],
    ['content-length-range', 1, 10],
    ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
  ];
  const fields = { key: Key, 'Content-Type': 'image/jpeg', 'x-amz-meta-reference': 'case 7' };

  const post = async (
    change: {
      fields?: Record<string, string>;
      expiration?: string;
      secret?: string;
      file?: Buffer;
      keyless?: true;
    } = {},
  ) => {
    const { origin: forms, client } = await open(
      change.keyless ? {} : { secretAccessKey: (id) => (id === ACCESS_KEY_ID ? SECRET : undefined) },
    );
    const expiration = change.expiration ?? new Date(Date.now() + 60_000).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    const form = new FormData();
    const signature = signPolicy(change.secret ?? SECRET, scope, policy).toString('hex');
    const all = { ...fields, ...signed, policy, 'x-amz-signature': signature, ...change.fields };
    for (const [name, value] of Object.entries(all)) form.append(name, value);
    form.append('file', new Blob([change.file ?? Buffer.from('a face')]), 'selfie.jpg');
    const response = await fetch(`${forms}/${Bucket}`, { method: 'POST', body: form });
    const code = /<Code>(.*)<\/Code>/.exec(await response.text())?.[1];
    return { status: response.status, code, versionId: response.headers.get('x-amz-version-id'), client };
  };

  test('matches the published example of a signature', () => {
    // The example of Amazon's API reference, "Browser-Based Upload using HTTP POST"; its lines end in CRLF.
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ].join('\r\n');
    const example = ['20151229', 'us-east-1', 's3', 'aws4_request'];
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    expect(signPolicy(secret, example, Buffer.from(policy).toString('base64')).toString('hex')).toBe(
      '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
    );
  });

  test('stores the file and sends its event', async () => {
    const file = Buffer.from([0xff, 0xd8, 0xff, 0x0d, 0x0a, 0x2d, 0x2d, 0x00]);
    const { status, versionId, client } = await post({ file });
    expect(status).toBe(204);
    await waitFor(() => expect(events).toHaveLength(1));
    expect(events[0]).toMatchObject({ key: Key, versionId, bytes: 8, etag: md5(file), reason: 'POST Object' });
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(file);
    expect(got).toMatchObject({ ContentType: 'image/jpeg', Metadata: { reference: 'case 7' } });
  });

  test.each([
    ['another key', { fields: { key: `${Key}2` } }, 403, 'AccessDenied'],
    ['another type', { fields: { 'Content-Type': 'image/png' } }, 403, 'AccessDenied'],
    ['a prefix that does not hold', { fields: { 'x-amz-meta-reference': '7' } }, 403, 'AccessDenied'],
    ['a field the policy does not know', { fields: { 'x-amz-meta-user-authorized': 'true' } }, 403, 'AccessDenied'],
    ['a policy out of date', { expiration: '2020-01-01T00:00:00Z' }, 403, 'AccessDenied'],
    ['a wrong signature', { secret: 'another' }, 403, 'SignatureDoesNotMatch'],
    ['an empty file', { file: Buffer.alloc(0) }, 400, 'EntityTooSmall'],
    ['a file too large', { file: Buffer.alloc(11) }, 400, 'EntityTooLarge'],
    ['a form too large to hold', { file: Buffer.alloc(11_000_000) }, 400, 'EntityTooLarge'],
    ['a field S3 knows and we do not', { fields: { acl: 'public-read' } }, 501, 'NotImplemented'],
    ['any form, when no secrets were given', { keyless: true }, 501, 'NotImplemented'],
  ] as const)('refuses %s', async (_, change, status, code) => {
    expect(await post(change)).toMatchObject({ status, code });
    expect(events).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });
});
