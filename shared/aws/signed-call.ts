import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { defined } from '../domain/defined.ts';
import { isTransient, setClock, signingDate } from './signed-call-retries.ts';

/** Region, credentials and endpoint from Lambda's environment. They are read at every call and never stored. */
export type Access = {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Another address than AWS's public one: the local system, or an interface endpoint. */
  endpoint?: string;
  /** The trace that this call belongs to. */
  trace?: string;
};

/** The services that are called in this way. Their short name is in the address and in the signature. */
const services = {
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
  sqs: { target: 'AmazonSQS', version: '1.0' },
} as const;

/**
 * The DNS suffix of each AWS partition, by the prefix of its regions: Lambda provides only `AWS_REGION`. The SDK's table
 * (`partitions` of @aws-sdk/core) is 14 KB; a test compares this one with it.
 */
const suffixes: readonly (readonly [region: RegExp, suffix: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-|^eu-isof-/, 'csp.hci.ic.gov'],
];

/** The host of a service in a region. */
export const hostOf = (service: string, region: string): string =>
  `${service}.${region}.${suffixes.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com'}`;

/** The most tries of a call, the timeout of one try and the pause before the second one (milliseconds). */
const TRIES = 3;

const CALL_MS = 3000;

const PAUSE_MS = 100;

/**
 * One signed call to an AWS service with a JSON protocol, without its SDK client: loading a client takes 0.3 s of a cold start.
 * Only for idempotent calls with small answers. It is retried like the SDK's client does, and signed at AWS's time when our
 * clock is wrong.
 * @throws Error with the name that the service gave; its message is left out, because it may quote the input
 */
export const awsJson = async (
  access: Access,
  service: keyof typeof services,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> => {
  for (let tries = 1; ; tries += 1) {
    const signedAt = signingDate();
    const { status, body, date } = await attempt(access, service, operation, JSON.stringify(input), signedAt).catch(
      ({ code, name }: NodeJS.ErrnoException): Reply => ({
        status: 0,
        body: JSON.stringify({ __type: code ?? name }),
        date: undefined,
      }),
    );
    const isClockSet = setClock(date, signedAt);
    if (status === 200) return JSON.parse(body);
    const name = nameOf(body) ?? `Status${status}`;
    if (!isTransient({ status, name, isClockSet }) || tries === TRIES)
      throw Object.assign(new Error(`${service} ${operation}: ${status}`), { name });
    // Jitter between half and the whole pause, so that concurrent callers do not retry at the same time.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2)));
  }
};

const attempt = async (
  access: Access,
  service: keyof typeof services,
  operation: string,
  body: string,
  signedAt: Date,
): Promise<Reply> => {
  const { target, version } = services[service];
  const url = new URL(access.endpoint ?? `https://${hostOf(service, access.region)}`);
  const { headers } = await new SignatureV4({ ...access, service, sha256: Sha256 }).sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      headers: {
        host: url.host,
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': `${target}.${operation}`,
      },
      body,
    },
    { signingDate: signedAt },
  );
  return send(url, defined({ ...headers, 'x-amzn-trace-id': access.trace }), body);
};

/** An answer and its `Date` header. */
type Reply = { status: number; body: string; date: string | undefined };

/** Connections stay open, which saves a handshake; a call on a connection that was closed is retried. */
const http = { request: httpRequest, agent: new HttpAgent({ keepAlive: true }) };

const https = { request: httpsRequest, agent: new HttpsAgent({ keepAlive: true }) };

/** `node:http`, because built-in fetch adds 25 ms to a cold start (107 against 82 ms, medians of 15 processes). */
const send = (url: URL, headers: Record<string, string>, body: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { request: open, agent } = url.protocol === 'https:' ? https : http;
    const request = open(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(CALL_MS),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: received } = response;
      text(response).then((answer) => resolve({ status, body: answer, date: received.date }), reject);
    });
    request.end(body);
  });

/** `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` is a ResourceNotFoundException. */
const nameOf = (body: string): string | undefined => /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(body)?.[1];
