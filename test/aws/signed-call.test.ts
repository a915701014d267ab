import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { partition } from '@aws-sdk/core/client';
import { isClockSkewError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import { type Access, awsJson, hostOf } from '../../shared/aws/signed-call.ts';
import { isTransient, passing, skewed, throttling } from '../../shared/aws/signed-call-retries.ts';
import { changeTexts, readTexts } from '../../shared/ledger/throttle.ts';

type Answer = { status: number; body?: object; date?: string } | 'reset' | 'hang';

let service: LocalServer;

let access: Access;

let asked: { headers: IncomingHttpHeaders; body: string; port: number | undefined }[];

let script: Answer[];

beforeAll(async () => {
  service = await listen(async (request, response) => {
    const { headers, socket } = request;
    asked.push({ headers, body: String(await bodyOf(request, 10_000)), port: socket.remotePort });
    const answer = script[Math.min(asked.length, script.length) - 1] ?? 'hang';
    if (answer === 'reset') response.socket?.destroy();
    else if (answer !== 'hang') {
      response.writeHead(answer.status, answer.date ? { date: answer.date } : {});
      response.end(JSON.stringify(answer.body ?? {}));
    }
  });
});

afterAll(() => service.close());

beforeEach(() => {
  asked = [];
  script = [{ status: 200, body: { SecretString: 'a' } }];
  access = {
    region: 'sa-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    endpoint: service.origin,
  };
});

/** As the SDK's own functions take an error. */
const errorNamed = (name: string) => ({ name, message: '', $fault: 'client' as const, $metadata: {} });

const call = () => awsJson(access, 'secretsmanager', 'GetSecretValue', { SecretId: 'x' });

/** The signature by hand, from AWS's description of version 4: what the library says has to agree with it. */
const signatureOf = ({ headers, body }: (typeof asked)[number], region: string, service: string, secret: string) => {
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const stamp = String(headers['x-amz-date']);
  const scope = [stamp.slice(0, 8), region, service, 'aws4_request'];
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = ['POST', '/', '', lines.join(''), signed, sha256(body)].join('\n');
  const key = scope.reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${secret}`,
  );
  const text = ['AWS4-HMAC-SHA256', stamp, scope.join('/'), sha256(canonical)].join('\n');
  return createHmac('sha256', key).update(text).digest('hex');
};

describe('a signed call', () => {
  test('signs for its service and region, over host, target, date and body', async () => {
    expect(await call()).toEqual({ SecretString: 'a' });
    const [one] = asked;
    if (!one) throw new TypeError('nothing was asked');
    expect(one.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(one.headers['content-type']).toBe('application/x-amz-json-1.1');
    expect(one.headers.authorization).toMatch(
      /Credential=id\/\d{8}\/sa-east-1\/secretsmanager\/aws4_request, SignedHeaders=.*host;x-amz-.*date;.*x-amz-target/,
    );
    expect(one.headers.authorization).toContain(
      `Signature=${signatureOf(one, 'sa-east-1', 'secretsmanager', 'secret')}`,
    );
    expect(JSON.parse(one.body)).toEqual({ SecretId: 'x' });
  });

  test('carries and signs the session token of temporary credentials', async () => {
    access.credentials.sessionToken = 'token';
    await call();
    expect(asked[0]?.headers['x-amz-security-token']).toBe('token');
    expect(asked[0]?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-security-token/);
  });

  test('forwards the trace of its caller and starts none of its own', async () => {
    await call();
    await awsJson({ ...access, trace: 'Root=1-5759e988' }, 'secretsmanager', 'GetSecretValue', {});
    expect(asked.map(({ headers }) => headers['x-amzn-trace-id'])).toEqual([undefined, 'Root=1-5759e988']);
  });

  test('reuses its connection', async () => {
    await call();
    await call();
    expect(new Set(asked.map(({ port }) => port)).size).toBe(1);
  });

  test.each<[string, Answer]>([
    ['throttled', { status: 400, body: { __type: 'com.amazonaws#ThrottlingException' } }],
    ['throttled by the table', { status: 400, body: { __type: 'x#ProvisionedThroughputExceededException' } }],
    ['throttled by the account', { status: 400, body: { __type: 'RequestLimitExceeded' } }],
    ['in the way of another', { status: 400, body: { __type: 'TransactionInProgressException' } }],
    ['out of time there', { status: 400, body: { __type: 'RequestTimeoutException' } }],
    ['too busy', { status: 429 }],
    ['broken for a moment', { status: 503 }],
    ['cut off', 'reset'],
  ])('repeats a call that was %s', async (_, answer) => {
    script = [answer, answer, { status: 200, body: { SecretString: 'b' } }];
    expect(await call()).toEqual({ SecretString: 'b' });
    expect(asked).toHaveLength(3);
  });

  test('gives up after three tries, with the name of the last error', async () => {
    script = [{ status: 400, body: { __type: 'ThrottlingException', message: 'arn:aws:iam::1:role/x' } }];
    await expect(call()).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'secretsmanager GetSecretValue: 400',
    });
    expect(asked).toHaveLength(3);
  });

  test('does not repeat a call that was refused', async () => {
    script = [{ status: 400, body: { __type: 'AccessDeniedException', message: 'arn:aws:iam::1:role/x' } }];
    await expect(call()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked).toHaveLength(1);
  });

  describe('whose clock is wrong', () => {
    const refused = 'com.amazon.coral.service#InvalidSignatureException';
    const signedAt = (one: (typeof asked)[number] | undefined) => String(one?.headers['x-amz-date']);
    const stampOf = (at: Date) => `${at.toISOString().replace(/[-:]/g, '').slice(0, 13)}`;
    /** Corrects the clock again for the other tests. */
    afterEach(async () => {
      script = [{ status: 200 }];
      asked = [];
      await call();
    });

    test.each([-3600, 3600])(
      'repeats the call at the time of AWS, and signs later calls with it: off by %i s',
      async (seconds) => {
        const theirs = new Date(Date.now() + seconds * 1000);
        const date = theirs.toUTCString();
        script = [
          { status: 403, body: { __type: refused }, date },
          { status: 200, body: { SecretString: 'b' }, date },
        ];
        expect(await call()).toEqual({ SecretString: 'b' });
        await call();
        expect(asked).toHaveLength(3);
        const [first, second, third] = asked.map(signedAt);
        expect(first).not.toContain(stampOf(theirs));
        expect([second, third]).toEqual([
          expect.stringContaining(stampOf(theirs)),
          expect.stringContaining(stampOf(theirs)),
        ]);
      },
    );

    test('learns the time from a successful answer as well', async () => {
      const theirs = new Date(Date.now() + 7_200_000);
      script = [{ status: 200, date: theirs.toUTCString() }];
      await call();
      await call();
      expect(signedAt(asked[1])).toContain(stampOf(theirs));
    });

    test('repeats each of several calls that were in flight', async () => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      script = [
        { status: 403, body: { __type: refused }, date },
        { status: 403, body: { __type: refused }, date },
        { status: 200, body: { SecretString: 'b' }, date },
      ];
      expect(await Promise.all([call(), call()])).toEqual([{ SecretString: 'b' }, { SecretString: 'b' }]);
    });

    test.each([
      ['four minutes', new Date(Date.now() + 240_000).toUTCString()],
      ['nothing that is a time', 'soon'],
    ])('does not repeat a call when the clock is off by %s', async (_, date) => {
      script = [{ status: 403, body: { __type: refused }, date }];
      await expect(call()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
      expect(asked).toHaveLength(1);
    });
  });

  test('repeats on the same errors as the SDK', () => {
    for (const name of throttling) expect(isThrottlingError(errorNamed(name)), name).toBe(true);
    for (const name of passing) expect(isTransientError(errorNamed(name)), name).toBe(true);
    for (const name of skewed) expect(isClockSkewError(errorNamed(name)), name).toBe(true);
    const plain = { status: 400, isClockSet: false };
    expect([...throttling, ...passing].filter((name) => !isTransient({ ...plain, name }))).toEqual([]);
    expect(skewed.filter((name) => isTransient({ ...plain, name }))).toEqual([]);
    expect(skewed.filter((name) => !isTransient({ ...plain, name, isClockSet: true }))).toEqual([]);
    const other = ['ValidationException', 'ResourceNotFoundException', 'ConditionalCheckFailedException'];
    expect(other.filter((name) => isTransient({ ...plain, name, isClockSet: true }))).toEqual([]);
  });

  test.each([
    'us-east-1',
    'sa-east-1',
    'mx-central-1',
    'us-gov-west-1',
    'cn-north-1',
    'cn-northwest-1',
    'eusc-de-east-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-south-1',
  ])('calls the host that AWS keeps for %s', (region) => {
    expect(hostOf('dynamodb', region)).toBe(`dynamodb.${region}.${partition(region).dnsSuffix}`);
  });

  test('gives up an answer that never comes', async () => {
    script = ['hang'];
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    await expect(call()).rejects.toMatchObject({ name: 'ABORT_ERR' });
    expect(timeout.mock.calls).toEqual([[3000], [3000], [3000]]);
    timeout.mockRestore();
  });
});

describe('an item read by a signed call', () => {
  test('reads by key, eventually consistent, and returns its texts', async () => {
    script = [{ status: 200, body: { Item: { pk: { S: 'GATE#x' }, closed: { S: 'why' }, tokens: { N: '3' } } } }];
    expect(await readTexts(access, 'ledger', 'GATE#x')).toEqual({ pk: 'GATE#x', closed: 'why', tokens: '3' });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ TableName: 'ledger', Key: { pk: { S: 'GATE#x' } } });
    expect(asked[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
  });

  test('returns undefined where there is no item', async () => {
    script = [{ status: 200 }];
    expect(await readTexts(access, 'ledger', 'GATE#x')).toBeUndefined();
  });
});

describe('an item changed by a signed call', () => {
  const change = () => changeTexts(access, 'ledger', 'GATE#x', { set: { at: '2' }, whileBelow: { at: '2' } });

  test('accepts the same update expression as any other change', async () => {
    script = [{ status: 200 }];
    expect(await change()).toBe(true);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      TableName: 'ledger',
      Key: { pk: { S: 'GATE#x' } },
      UpdateExpression: 'SET #at = :v0',
      ConditionExpression: '(NOT #at >= :v1)',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':v0': { S: '2' }, ':v1': { S: '2' } },
    });
    expect(asked[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.UpdateItem');
  });

  test('keeps the item when the condition does not hold, and throws no error', async () => {
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    script = [{ status: 400, body: { __type, message: 'The conditional request failed' } }];
    expect(await change()).toBe(false);
    script = [{ status: 400, body: { __type: 'AccessDeniedException' } }];
    await expect(change()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
