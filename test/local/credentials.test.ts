import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { synthesized } from '../support/synthesized.ts';

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem();
});

afterAll(() => system.close());

const secretId = () => [...system.secrets.keys()][0] ?? '';

const keyId = () =>
  resourcesOf(synthesized(system.config), 'AWS::KMS::Key').find(({ id }) => id.includes('Evidence'))?.arn;

const origins = (): Record<string, string> => ({
  'the ledger': process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '',
  'the secrets': process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? '',
  'the bucket': system.s3Origin,
  'the API': system.apiOrigin,
  'the sandbox': system.sandbox?.origin ?? '',
});

type Credentials = { accessKeyId: string; secretAccessKey: string };

/** Each stand-in of AWS, asked for something it has. */
const calls: Record<string, (credentials: Credentials) => Promise<unknown>> = {
  'the ledger': (credentials) =>
    new DynamoDBClient({ credentials, maxAttempts: 1 }).send(new DescribeTableCommand({ TableName: system.table })),
  'the secrets': (credentials) =>
    new SecretsManagerClient({ credentials, maxAttempts: 1 }).send(new GetSecretValueCommand({ SecretId: secretId() })),
  'the machine': (credentials) =>
    new SFNClient({ credentials, maxAttempts: 1 }).send(
      new StartExecutionCommand({ stateMachineArn: system.machine.arn, input: '{}' }),
    ),
  'the bus': (credentials) =>
    new EventBridgeClient({ credentials, maxAttempts: 1 }).send(
      new PutEventsCommand({ Entries: [{ EventBusName: 'none', Source: 's', DetailType: 't', Detail: '{}' }] }),
    ),
  'the signing keys': (credentials) =>
    new KMSClient({ credentials, maxAttempts: 1 }).send(new GetPublicKeyCommand({ KeyId: keyId() })),
  'the bucket': (credentials) =>
    new S3Client({ credentials, maxAttempts: 1 }).send(
      new PutObjectCommand({
        Bucket: system.bucket,
        Key: "media/a b (c)!'*+é.jpg",
        Body: 'x',
        Metadata: { a: 'b  c' },
      }),
    ),
};

const strangers: [string, () => Credentials][] = [
  ['the key id that every caller used to share', () => ({ accessKeyId: 'local', secretAccessKey: 'local' })],
  ['the valid key id and another secret', () => ({ ...system.credentials, secretAccessKey: 'x'.repeat(40) })],
  ['another key id and the valid secret', () => ({ ...system.credentials, accessKeyId: 'AKIALOCALANOTHERID' })],
];

describe.each(Object.keys(calls))('%s of this run', (name) => {
  const call = calls[name] ?? (() => Promise.reject());

  test('accepts the credentials of this run', async () => {
    await expect(call(system.credentials)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  test.each(strangers)('refuses %s', async (_, credentials) => {
    await expect(call(credentials())).rejects.toMatchObject({
      name: expect.stringMatching(/^(UnrecognizedClientException|SignatureDoesNotMatch)$/),
    });
  });
});

/** A request as any process of this machine can make it. */
const asked = (origin: string, headers: Record<string, string>, body = '{}') =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const call = request(origin, { method: 'POST', headers, agent: false }, async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    );
    call.on('error', reject);
    call.end(body);
  });

test("refuses Truora's key to a caller who signs nothing, or something else than the body", async () => {
  const origin = origins()['the secrets'] ?? '';
  const target = 'secretsmanager.GetSecretValue';
  const body = JSON.stringify({ SecretId: secretId() });
  for (const authorization of ['', 'signed', `AWS4-HMAC-SHA256 Credential=${system.credentials.accessKeyId}/x`]) {
    const answer = await asked(origin, { 'x-amz-target': target, authorization }, body);
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('UnrecognizedClientException')]);
    for (const secret of system.secrets.values()) expect(answer.body).not.toContain(secret);
  }
  // A genuine signature, seen on its way, opens nothing but what it was made for.
  let seen: Record<string, string> = {};
  const client = new SecretsManagerClient({ credentials: system.credentials });
  client.middlewareStack.add(
    (next) => (given) => {
      seen = { ...(given.request as { headers: Record<string, string> }).headers };
      return next(given);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await client.send(new GetSecretValueCommand({ SecretId: secretId() }));
  const changed = JSON.stringify({ SecretId: [...system.secrets.keys()][1] });
  const replayed = { ...seen, 'content-length': String(Buffer.byteLength(changed)) };
  expect(await asked(origin, replayed, changed)).toMatchObject({ status: 400 });
});

describe.each(['the ledger', 'the secrets', 'the bucket', 'the API', 'the sandbox'])('%s', (name) => {
  test.each(['attacker.example', 'attacker.example:80', '127.0.0.1.attacker.example', 'localhost.attacker.example'])(
    'refuses a request to the host %s',
    async (host) => {
      expect(await asked(origins()[name] ?? '', { host })).toMatchObject({
        status: 403,
        body: expect.stringContaining('127.0.0.1'),
      });
    },
  );

  test.each(['127.0.0.1', 'localhost'])('accepts a request to %s', async (host) => {
    const { port } = new URL(origins()[name] ?? '');
    const { body } = await asked(origins()[name] ?? '', { host: `${host}:${port}` });
    expect(body).not.toContain('ask for 127.0.0.1');
  });
});
