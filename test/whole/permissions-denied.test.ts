import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RoleCall, traceOf } from '../../infra/local/iam/roles.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { calling, problemIn, upload } from '../support/callers.ts';
import { fileOf, photo, someone } from '../support/drops.ts';
import { editedTemplate, holderOf, without } from '../support/permissions.ts';

/** Who loses a permission in this file, and which. */
const taken: [string, string][] = [
  ['ReadRevalidation', 'dynamodb:GetItem'],
  ['StartRevalidation', 's3:PutObject'],
  ['StartRevalidation', 's3:ListBucket'],
  ['Workflow', 'lambda:InvokeFunction'],
  ['DropRule', 'states:StartExecution'],
  ['SweepInbox', 's3:ListBucketVersions'],
];

let system: LocalSystem;

let template: Template;

let call: ReturnType<typeof calling>;

const denied: RoleCall[] = [];

beforeAll(async () => {
  system = await startLocalSystem({
    // Quick retries: what is denied stays denied.
    pace: 0.0001,
    edit: (synthesized) => {
      template = taken.reduce((of, [holder, action]) => editedTemplate(of, holder, without(action)), synthesized);
      return template;
    },
    onCall: (one) => {
      if (!one.allowed) denied.push(one);
    },
  });
  call = calling(system);
});

afterAll(() => system.close());

const ticket = async () => {
  const body = { ...(await someone(system)), userAuthorized: true, upload: { type: 'image/jpeg' } };
  return (await call('POST /revalidations', { body })).content;
};

const deniedOf = (holder: string) => denied.filter(({ role }) => holderOf(role) === holder).map(({ action }) => action);

describe('without its permission', () => {
  test('a function cannot read the ledger', async () => {
    const { revalidationId } = await ticket();
    expect(problemIn(await call(`GET /revalidations/${revalidationId}`)).code).toBe('unexpected');
    expect(new Set(deniedOf('ReadRevalidation'))).toEqual(new Set(['dynamodb:GetItem']));
  });

  test('a function gives out forms that upload nothing', async () => {
    const { upload: form } = await ticket();
    expect(await upload(form, photo)).toEqual({ status: 403, code: 'AccessDenied' });
    expect(deniedOf('StartRevalidation')).toContain('s3:PutObject');
  });

  test('a function does not learn that an object is absent', async () => {
    const body = { ...(await someone(system)), userAuthorized: true, media: { key: 'media/absent.jpg' } };
    expect(problemIn(await call('POST /revalidations', { body })).code).toBe('unexpected');
    expect(deniedOf('StartRevalidation')).toContain('s3:ListBucket');
  });

  test('the machine cannot call a function', async () => {
    const request = { kind: 'call', ...(await someone(system)), userAuthorized: true, media: { key: 'media/a.jpg' } };
    const execution = system.machine.start({ request });
    await execution.ended;
    expect([execution.status, execution.error]).toEqual(['FAILED', 'Lambda.AWSLambdaException']);
    expect(execution.cause).toMatch(
      /^User: arn:aws:.* is not authorized to perform: lambda:InvokeFunction on resource: /,
    );
  });

  test('the rule starts nothing', async () => {
    const who = await someone(system);
    const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
    const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
    while (!deniedOf('DropRule').includes('states:StartExecution')) await sleep(10);
    expect(system.redeliver(versionId)).toEqual([]);
    const { body = '', attributes } = system.deadLetters.at(-1) ?? {};
    expect(JSON.parse(body)).toMatchObject({ detail: { object: { 'version-id': versionId } } });
    expect(attributes).toMatchObject({ TARGET_ARN: system.machine.arn, ERROR_CODE: 'NO_PERMISSIONS' });
  });

  test('a sweep fails because it may not list the inbox', async () => {
    const before = denied.length;
    const [sweep] = await system.sweep('SweepInbox');
    expect(sweep).toMatchObject({ error: { errorType: expect.any(String) } });
    expect(denied.slice(before)).toMatchObject([
      { action: 's3:ListBucketVersions', context: { 's3:prefix': ['inbox/'] } },
    ]);
  });
});

describe('each service refuses in its own form', () => {
  /** A client that sends a function's trace along, as the SDK does by itself within one. */
  const as = <Client extends { middlewareStack: { add: (...middleware: never[]) => void } }>(
    client: Client,
    trace: string,
  ): Client => {
    const send = (next: (args: unknown) => unknown) => (args: { request: { headers: Record<string, string> } }) => {
      args.request.headers['X-Amzn-Trace-Id'] = trace;
      return next(args);
    };
    client.middlewareStack.add(send as never, { step: 'build', name: 'trace' } as never);
    return client;
  };
  const calls: [string, (trace: string) => Promise<unknown>, number, string, string][] = [
    [
      'DynamoDB',
      (trace) =>
        as(new DynamoDBClient({}), trace).send(
          new GetItemCommand({ TableName: system.table, Key: { pk: { S: 'RUN#1' } } }),
        ),
      400,
      'AccessDeniedException',
      'dynamodb:GetItem',
    ],
    [
      'S3',
      (trace) => as(new S3Client({}), trace).send(new GetObjectCommand({ Bucket: system.bucket, Key: 'media/a.jpg' })),
      403,
      'AccessDenied',
      's3:GetObject',
    ],
    [
      'Step Functions',
      (trace) =>
        as(new SFNClient({}), trace).send(new StopExecutionCommand({ executionArn: `${system.machine.arn}:x` })),
      400,
      'AccessDeniedException',
      'states:StopExecution',
    ],
    [
      'Secrets Manager',
      (trace) =>
        as(new SecretsManagerClient({}), trace).send(
          new GetSecretValueCommand({ SecretId: [...system.secrets.keys()][0] ?? '' }),
        ),
      400,
      'AccessDeniedException',
      'secretsmanager:GetSecretValue',
    ],
    [
      'EventBridge',
      (trace) =>
        as(new EventBridgeClient({}), trace).send(
          new PutEventsCommand({ Entries: [{ EventBusName: 'other', Source: 'a', DetailType: 'b', Detail: '{}' }] }),
        ),
      400,
      'AccessDeniedException',
      'events:PutEvents',
    ],
  ];

  test.each(calls)('%s', async (_, send, status, name, action) => {
    const waiting = resourcesOf(template, 'AWS::Lambda::Function').find(({ id }) => id.includes('AwaitWebhook'));
    await expect(send(traceOf(waiting?.id ?? ''))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(
        new RegExp(`^User: .* is not authorized to perform: ${action} on resource: arn:aws:`),
      ),
      $metadata: { httpStatusCode: status },
    });
  });

  test.each(calls)('%s, also to an unknown trace', async (_, send, status, name) => {
    await expect(send(`Root=${randomUUID()}`)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });
});
