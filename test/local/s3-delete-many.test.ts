import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ask } from '../../infra/local/iam/policies.ts';
import type { Permissions } from '../../infra/local/iam/roles.ts';
import { type S3Standin, startS3 } from '../../infra/local/s3/server.ts';

const Bucket = 'media';

let directory: string;

let standin: S3Standin;

let s3: S3Client;

let asks: Ask[];

/** A caller who may delete under `inbox/` alone. */
const permissions: Permissions = {
  callerOf: () => 'arn:aws:iam::000000000000:role/sweep',
  may: (_, ask) => {
    asks.push(ask);
    return !ask.action.startsWith('s3:Delete') || ask.resource.startsWith(`arn:aws:s3:::${Bucket}/inbox/`);
  },
  recordSignatures: () => {},
  signerOf: () => undefined,
};

beforeEach(async () => {
  asks = [];
  directory = await mkdtemp(join(tmpdir(), 's3-'));
  standin = await startS3({ buckets: [Bucket], directory, onCreated: () => {}, permissions });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  s3 = new S3Client({ endpoint: standin.origin, region: 'us-east-1', maxAttempts: 1, credentials });
});

afterEach(async () => {
  s3.destroy();
  await standin.close();
  await rm(directory, { recursive: true });
});

const put = async (Key: string) => {
  const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return { Key, VersionId };
};

const remove = (Objects: ObjectIdentifier[], Quiet = true) =>
  s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));

const isThere = ({ Key, VersionId }: { Key: string; VersionId: string }) =>
  s3.send(new GetObjectCommand({ Bucket, Key, VersionId })).then(
    () => true,
    () => false,
  );

describe('the deletion of many objects', () => {
  test('deletes the named versions and no other, markers and keys with any letters too', async () => {
    const goes = [await put('inbox/a.jpg'), await put('inbox/<ü&"\'> +%41.jpg')];
    const { VersionId = '' } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'inbox/a.jpg' }));
    const stays = await put('inbox/a.jpg');
    const { Errors, Deleted } = await remove([...goes, { Key: 'inbox/a.jpg', VersionId }], false);
    expect(Errors).toBeUndefined();
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['inbox/a.jpg', 'inbox/<ü&"\'> +%41.jpg', 'inbox/a.jpg']);
    const { Versions = [], DeleteMarkers } = await s3.send(
      new ListObjectVersionsCommand({ Bucket, EncodingType: 'url' }),
    );
    expect(Versions.map((version) => version.VersionId)).toEqual([stays.VersionId]);
    expect(DeleteMarkers).toBeUndefined();
    expect(await readdir(directory)).toHaveLength(1);
  });

  test('reports no success in quiet mode, and treats a missing version as a success', async () => {
    const one = await put('inbox/a.jpg');
    expect(await remove([one, { Key: 'inbox/b.jpg', VersionId: 'none' }])).not.toHaveProperty('Deleted');
    expect(await remove([one])).not.toHaveProperty('Errors');
  });

  test('checks the permission of each object, and keeps those that the caller may not delete', async () => {
    const [mine, other] = [await put('inbox/a.jpg'), await put('media/a.jpg')];
    asks = [];
    const { Errors } = await remove([mine, other]);
    expect(asks).toEqual(
      ['inbox/a.jpg', 'media/a.jpg'].map((key) => ({
        action: 's3:DeleteObjectVersion',
        resource: `arn:aws:s3:::${Bucket}/${key}`,
      })),
    );
    expect(Errors).toMatchObject([{ ...other, Code: 'AccessDenied' }]);
    expect([await isThere(mine), await isThere(other)]).toEqual([false, true]);
  });

  test.each<[string, ObjectIdentifier[], string]>([
    [
      'more than a thousand',
      Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}`, VersionId: 'v' })),
      'MalformedXML',
    ],
    ['none', [], 'MalformedXML'],
    ['one without its version', [{ Key: 'inbox/a.jpg' }], 'NotImplemented'],
  ])('refuses %s', async (_, objects, name) => {
    await expect(remove(objects)).rejects.toMatchObject({ name });
  });

  test('refuses a body without a checksum', async () => {
    const body = '<Delete><Object><Key>inbox/a.jpg</Key><VersionId>v</VersionId></Object></Delete>';
    const ask = (headers: Record<string, string>) =>
      fetch(`${standin.origin}/${Bucket}?delete`, {
        method: 'POST',
        body,
        headers: { authorization: 'x', ...headers },
      });
    expect((await ask({})).status).toBe(400);
    const md5 = createHash('md5').update(body).digest('base64');
    expect((await ask({ 'content-md5': md5 })).status).toBe(200);
  });
});
