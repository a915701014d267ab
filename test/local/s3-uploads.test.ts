import fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { land, unframed } from '../../infra/local/s3/body.ts';
import { signPolicy } from '../../infra/local/s3/post.ts';
import {
  ACCESS_KEY_ID,
  Bucket,
  closers,
  directory,
  events,
  Key,
  md5,
  open,
  origin,
  raw,
  read,
  refusal,
  SECRET,
  sha256,
} from '../support/s3.ts';
import { waitFor } from '../support/wait-for.ts';

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

  test('create the file of an upload before they read it, so that none is created after a refused one was deleted', async () => {
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
