import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { localCredentials } from '../../../infra/local/credentials.ts';
import { bodyOf, listen } from '../../../infra/local/http.ts';
import type { Sandbox } from '../../../infra/local/truora/sandbox.ts';

/** Writes that one re-validation of ours makes, each of which the script makes too. */
const WRITES = 12;

/**
 * The straight-line script: the same media put and read, the same calls to Truora, as many durable writes, one after the
 * other in one function, with connections kept open, and woken by its own webhook. No state machine, no second reader of
 * anything, and nothing that survives a crash: what a competent engineer writes in an afternoon to see the flow work once.
 */
export const startScript = async (at: {
  sandbox: Sandbox;
  dynamoOrigin: string;
  table: string;
  s3Origin: string;
  bucket: string;
  file: string;
  bytes: number;
  actions: readonly ('succeeded' | 'failed')[];
}) => {
  const dynamo = new DynamoDBClient({ endpoint: at.dynamoOrigin, region: 'us-east-1', credentials: localCredentials });
  const s3 = new S3Client({ endpoint: at.s3Origin, region: 'us-east-1', credentials: localCredentials });
  const agent = new Agent({ keepAlive: true });
  const waiting = new Map<string, () => void>();
  const relay = await listen(async (request, response) => {
    const token = String(await bodyOf(request, 100_000));
    response.end();
    const { events } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    for (const { object } of events) waiting.get(object.validation_id)?.();
  });
  at.sandbox.notify({ url: relay.origin, key: 'script', actions: at.actions });

  const call = async (method: string, path: string, body?: string | { bytes: number; file: NodeJS.ReadableStream }) => {
    const url = path.startsWith('http') ? new URL(path) : new URL(`/v1${path}`, at.sandbox.origin);
    const headers = {
      'Truora-API-Key': 'script',
      ...(typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(typeof body === 'object' ? { 'content-type': 'image/jpeg', 'content-length': body.bytes } : {}),
    };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const request = httpRequest(url, { method, agent, headers }, (response) => {
      buffer(response).then((bytes) => {
        if (response.statusCode === 200) resolve(bytes.toString());
        else reject(new Error(`${method} ${url.pathname}: ${response.statusCode} ${bytes}`));
      }, reject);
    });
    request.on('error', reject);
    if (typeof body === 'object') await pipeline(body.file, request);
    else request.end(body);
    return promise;
  };

  const run = async (accountId: string, enrollmentId: string): Promise<void> => {
    const pk = `SCRIPT#${randomUUID()}`;
    const claim = () =>
      dynamo.send(
        new PutItemCommand({
          TableName: at.table,
          Item: { pk: { S: pk }, accountId: { S: accountId }, claimedAt: { S: new Date().toISOString() } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    const write = (nth: number) =>
      dynamo.send(
        new UpdateItemCommand({
          TableName: at.table,
          Key: { pk: { S: pk } },
          UpdateExpression: 'SET #n = :v',
          ExpressionAttributeNames: { '#n': `step${nth}` },
          ExpressionAttributeValues: { ':v': { S: new Date().toISOString() } },
        }),
      );
    const Key = `script/${pk}.jpg`;
    await s3.send(
      new PutObjectCommand({ Bucket: at.bucket, Key, Body: createReadStream(at.file), ContentLength: at.bytes }),
    );
    await claim();
    JSON.parse(await call('GET', `/enrollments/${enrollmentId}`));
    for (let nth = 1; nth < 3; nth += 1) await write(nth);
    const form = new URLSearchParams({ type: 'face-recognition', account_id: accountId, user_authorized: 'true' });
    const created = JSON.parse(await call('POST', '/validations', form.toString()));
    const decided = new Promise<void>((resolve) => waiting.set(created.validation_id, resolve));
    for (let nth = 3; nth < 8; nth += 1) await write(nth);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: at.bucket, Key }));
    await call('PUT', created.instructions.file_upload_link, { bytes: at.bytes, file: Body as NodeJS.ReadableStream });
    await write(8);
    await decided;
    waiting.delete(created.validation_id);
    const { validation_status } = JSON.parse(await call('GET', `/validations/${created.validation_id}`));
    if (validation_status !== 'success') throw new Error(`the script saw ${validation_status}`);
    for (let nth = 9; nth < WRITES; nth += 1) await write(nth);
  };

  return {
    run,
    close: async () => {
      dynamo.destroy();
      s3.destroy();
      agent.destroy();
      await relay.close();
    },
  };
};
