import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type S3Standin, startS3 } from '../../infra/local/s3/server.ts';

const Bucket = 'media';

let directory: string;

let standin: S3Standin;

let s3: S3Client;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-'));
  standin = await startS3({ buckets: [Bucket, 'other'], directory, onCreated: () => {} });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  s3 = new S3Client({ endpoint: standin.origin, region: 'us-east-1', maxAttempts: 1, credentials });
});

afterEach(async () => {
  s3.destroy();
  await standin.close();
  await rm(directory, { recursive: true });
});

const put = async (Key: string, Body = 'x', to = Bucket) =>
  (await s3.send(new PutObjectCommand({ Bucket: to, Key, Body }))).VersionId ?? '';

const list = (more: Partial<ListObjectVersionsCommandInput> = {}) =>
  s3.send(new ListObjectVersionsCommand({ Bucket, EncodingType: 'url', ...more }));

const decoded = (key = '') => decodeURIComponent(key.replaceAll('+', ' '));

const keysIn = ({ Versions = [] }: ListObjectVersionsCommandOutput) => Versions.map(({ Key }) => decoded(Key));

const idsIn = ({ Versions = [] }: ListObjectVersionsCommandOutput) => Versions.map(({ VersionId }) => VersionId);

const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

describe('the list of versions', () => {
  test('returns of each version what S3 returns', async () => {
    const before = Date.now();
    const VersionId = await put('inbox/a.jpg', 'a face');
    const { Versions, ...rest } = await list({ Prefix: 'inbox/' });
    expect(Versions).toEqual([
      {
        Key: 'inbox/a.jpg',
        VersionId,
        IsLatest: true,
        ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        Size: 6,
        LastModified: expect.any(Date),
      },
    ]);
    expect(rest).toMatchObject({ Name: Bucket, Prefix: 'inbox/', MaxKeys: 1000, IsTruncated: false });
    // Whole seconds.
    expect(Number(Versions?.[0]?.LastModified)).toBeGreaterThan(before - 1000);
    expect(Number(Versions?.[0]?.LastModified) % 1000).toBe(0);
  });

  test('sorts by the bytes of the keys, and from the newest version of each to the oldest', async () => {
    const keys = ['b', 'a', 'a/b', 'a b', 'Z', 'é', '\u{1f600}', '\uffee', 'ab', 'a+b', 'a%2Bb', 'a!'];
    for (const key of keys) await put(key);
    const newer = await put('a', 'y');
    const newest = await put('a', 'z');
    const page = await list();
    const byBytes = [...keys, 'a', 'a'].toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(keysIn(page)).toEqual(byBytes);
    const ofA = page.Versions?.filter(({ Key }) => Key === 'a') ?? [];
    expect(ofA.map(({ VersionId }) => VersionId).slice(0, 2)).toEqual([newest, newer]);
    expect(ofA.map(({ IsLatest }) => IsLatest)).toEqual([true, false, false]);
  });

  test.each([
    'with space and  two',
    'a+b',
    'a%2Bb',
    '100%',
    'año/é/é',
    '\u{1f642}',
    `"double" 'single' \`back\``,
    'back\\slash',
    '//leading//and///',
    '../../etc',
    'a?versions&b#d',
    '<Key>&amp;</Key>',
    'line\nbreak\ttab\u0000nul\u001b',
    "(1)!*~'",
    'é'.repeat(512),
  ])('returns the key %j so that it can be read back', async (key) => {
    await put(key);
    expect(keysIn(await list({ Prefix: key }))).toEqual([key]);
  });

  test('encodes keys as S3 was seen to', async () => {
    for (const key of ['a b.txt', 'a+b.txt', '100%.csv', '한글/x.txt', 'test_file(3).png']) await put(key);
    const { Versions } = await list();
    expect(Versions?.map(({ Key }) => Key)).toEqual([
      '100%25.csv',
      'a+b.txt',
      'a%2Bb.txt',
      'test_file%283%29.png',
      '%ED%95%9C%EA%B8%80/x.txt',
    ]);
  });

  test('returns only the prefix and the bucket', async () => {
    await put('inbox/a');
    await put('inbox');
    await put('media/a');
    await put('inbox/a', 'x', 'other');
    expect(keysIn(await list({ Prefix: 'inbox/' }))).toEqual(['inbox/a']);
    expect(keysIn(await list())).toHaveLength(3);
    expect(await list({ Prefix: 'nothing' })).toMatchObject({ IsTruncated: false });
  });

  test('returns delete markers apart, and no deleted version', async () => {
    const one = await put('a', 'one');
    const two = await put('a', 'two');
    const { VersionId: marker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const page = await list();
    expect(idsIn(page)).toEqual([two, one]);
    expect(page.Versions?.map(({ IsLatest }) => IsLatest)).toEqual([false, false]);
    expect(page.DeleteMarkers).toMatchObject([{ Key: 'a', VersionId: marker, IsLatest: true }]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: two }));
    expect(idsIn(await list())).toEqual([one]);
  });
});

describe('the pages of the list', () => {
  const all = async (MaxKeys?: number) => {
    const found: string[] = [];
    let next: Partial<ListObjectVersionsCommandInput> = {};
    for (let pages = 1; ; pages += 1) {
      const page = await list({ ...(MaxKeys ? { MaxKeys } : {}), ...next });
      const entries = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      found.push(...entries.map(({ VersionId }) => VersionId ?? ''));
      if (!page.IsTruncated) return { found, pages };
      next = { KeyMarker: decoded(page.NextKeyMarker), VersionIdMarker: page.NextVersionIdMarker };
    }
  };

  test('return each version and each marker once, also where one key fills several pages', async () => {
    for (const key of ['a', 'b c+d', 'é']) {
      for (let n = 0; n < 4; n += 1) await put(key, `put ${n}`);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    }
    const whole = await all();
    expect([whole.found.length, whole.pages]).toEqual([15, 1]);
    for (const size of [1, 2, 7, 15]) {
      const { found, pages } = await all(size);
      expect(found.toSorted()).toEqual(whole.found.toSorted());
      expect(pages).toBe(Math.ceil(15 / size));
    }
  });

  test('return a thousand at most', async () => {
    for (let n = 0; n < 1005; n += 1) await put(`inbox/${n}`);
    const first = await list({ MaxKeys: 5000 });
    expect([first.Versions?.length, first.IsTruncated, first.MaxKeys]).toEqual([1000, true, 1000]);
    const { found, pages } = await all();
    expect([new Set(found).size, pages]).toEqual([1005, 2]);
  });

  test('continue behind a version that was deleted in the meantime', async () => {
    const ids = [await put('a', '1'), await put('a', '2'), await put('a', '3')];
    const { NextKeyMarker, NextVersionIdMarker } = await list({ MaxKeys: 2 });
    expect(NextVersionIdMarker).toBe(ids[1]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: ids[1] }));
    const rest = await list({ KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker });
    expect(idsIn(rest)).toEqual([ids[0]]);
  });

  test('begin behind a key that exists or not', async () => {
    for (const key of ['a', 'b', 'c']) await put(key);
    expect(keysIn(await list({ KeyMarker: 'a' }))).toEqual(['b', 'c']);
    expect(keysIn(await list({ KeyMarker: 'aa' }))).toEqual(['b', 'c']);
    expect(await list({ MaxKeys: 0 })).toMatchObject({ IsTruncated: false, MaxKeys: 0 });
  });
});

describe('what the list does not support', () => {
  test('fails as in S3, or is reported as missing here', async () => {
    const VersionId = await put('a');
    const invalid = refusal('InvalidArgument', 400);
    await expect(list({ VersionIdMarker: VersionId })).rejects.toMatchObject(invalid);
    await expect(list({ KeyMarker: 'a', VersionIdMarker: '' })).rejects.toMatchObject(invalid);
    await expect(list({ KeyMarker: 'a', VersionIdMarker: 'never' })).rejects.toMatchObject(invalid);
    await expect(list({ KeyMarker: 'b', VersionIdMarker: VersionId })).rejects.toMatchObject(invalid);
    await expect(list({ MaxKeys: -1 })).rejects.toMatchObject(invalid);
    await expect(list({ EncodingType: 'base64' as 'url' })).rejects.toMatchObject(invalid);
    await expect(list({ Bucket: 'another' })).rejects.toMatchObject(refusal('NoSuchBucket', 404));
    const none = refusal('NotImplemented', 501);
    await expect(list({ EncodingType: undefined })).rejects.toMatchObject(none);
    await expect(list({ Delimiter: '/' })).rejects.toMatchObject(none);
    await expect(list({ RequestPayer: 'requester' })).rejects.toMatchObject(none);
    expect((await fetch(`${standin.origin}/${Bucket}?versions`)).status).toBe(403);
    const headers = { authorization: 'signed' };
    expect((await fetch(`${standin.origin}/${Bucket}?versions`, { method: 'PUT', headers })).status).toBe(501);
    expect((await fetch(`${standin.origin}/${Bucket}/a?versions`, { headers })).status).toBe(501);
  });
});
