/** The local S3 with one bucket, opened before each test and closed after it, and calls to it with and without the SDK. */

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach } from 'vitest';
import { type ObjectCreated, type S3Options, startS3 } from '../../infra/local/s3/server.ts';

export const Bucket = 'media';

export const Key = 'inbox/ACCperson/ENRface/selfie.jpg';

export const ACCESS_KEY_ID = 'AKIDLOCAL';

export const SECRET = 'a secret of the local system';

export let directory: string;

export let events: ObjectCreated[];

export let closers: (() => Promise<void> | void)[];

export let s3: S3Client;

export let origin: string;

export const open = async (options: Partial<S3Options> = {}) => {
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

export const read = async (more: { Key?: string; VersionId?: string; Range?: string; IfMatch?: string } = {}) => {
  const { Body, ...rest } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...rest, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
};

export const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex');

/** A request as the SDK would never send it. */
export const raw = async (
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
