import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { defined } from '../domain/defined.ts';
import { isTransient, setClock, signingDate } from './signed-call-retries.ts';

/** Where a service is and who asks, as Lambda's environment says it. It is read at every call and kept nowhere. */
export type Access = {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Another address than AWS's own: the stand-ins of the desk, or an interface endpoint. */
  endpoint?: string;
  /** The trace that this call belongs to. */
  trace?: string;
};

/** The services spoken to in this way: their short name is both in the address and in the signature. */
const services = {
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
} as const;

/**
 * The name that each partition of AWS keeps its services under, by how its regions begin: `AWS_REGION` is all that Lambda
 * says. SDK's own table (`partitions` of @aws-sdk/core) is 14 KB of rules for endpoints that are not asked here; a test holds
 * this one to it.
 */
const suffixes: readonly (readonly [region: RegExp, suffix: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-|^eu-isof-/, 'csp.hci.ic.gov'],
];

/** Where AWS keeps a service of a region. */
export const hostOf = (service: string, region: string): string =>
  `${service}.${region}.${suffixes.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com'}`;

/** How often a call is made in all, how long one may take, and how long before the second one. Milliseconds. */
const TRIES = 3;

const CALL_MS = 3000;

const PAUSE_MS = 100;

/**
 * One call to an AWS service that speaks JSON, signed, without its SDK client: for functions that would otherwise load 0.3 s
 * of client to read one secret. Only for calls that may be made twice; answers are small. It is made again where the SDK's
 * client would make it again, and signed at AWS's time where our clock is wrong.
 * @throws Error named as the service named it; its message stays behind, because it may quote what was sent
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
      ({ code, name }: NodeJS.ErrnoException): Said => ({
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
    // Between half and all of it: whoever was refused at the same moment does not come back at the same moment.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2)));
  }
};

const attempt = async (
  access: Access,
  service: keyof typeof services,
  operation: string,
  body: string,
  signedAt: Date,
): Promise<Said> => {
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
  return send(url, { ...headers, ...defined({ 'x-amzn-trace-id': access.trace }) }, body);
};

/** An answer, with the time that it was given at. */
type Said = { status: number; body: string; date: string | undefined };

/** Connections stay open for the next call, which saves it a handshake; on one that has closed meanwhile it is made again. */
const http = { request: httpRequest, agent: new HttpAgent({ keepAlive: true }) };

const https = { request: httpsRequest, agent: new HttpsAgent({ keepAlive: true }) };

/** On `node:http`: built-in fetch takes 25 ms more of a cold start (107 against 82, medians of 15 processes). */
const send = (url: URL, headers: Record<string, string>, body: string): Promise<Said> =>
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
      const { statusCode: status = 0, headers: said } = response;
      text(response).then((answer) => resolve({ status, body: answer, date: said.date }), reject);
    });
    request.end(body);
  });

/** `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` is a ResourceNotFoundException. */
const nameOf = (body: string): string | undefined => /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(body)?.[1];
