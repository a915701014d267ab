import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

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

/** How often a call is made in all, how long one may take, and how long before the second one. Milliseconds. */
const TRIES = 3;
const CALL_MS = 3000;
const PAUSE_MS = 100;

/**
 * One call to an AWS service that speaks JSON, signed, without its SDK client: for functions that would otherwise load 0.3 s
 * of client to read one secret. Only for calls that may be made twice. AWS's own partition alone; answers are small.
 * @throws Error named as the service named it; its message stays behind, because it may quote what was sent
 */
export const awsJson = async (
  access: Access,
  service: keyof typeof services,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> => {
  for (let tries = 1; ; tries += 1) {
    const { status, body } = await attempt(access, service, operation, JSON.stringify(input)).catch(
      (error: NodeJS.ErrnoException) => ({ status: 0, body: JSON.stringify({ __type: error.code ?? error.name }) }),
    );
    if (status === 200) return JSON.parse(body);
    const name = nameOf(body) ?? `Status${status}`;
    const passes =
      status === 0 || status >= 500 || status === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(name);
    if (!passes || tries === TRIES) throw Object.assign(new Error(`${service} ${operation}: ${status}`), { name });
    // Between half and all of it: whoever was refused at the same moment does not come back at the same moment.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2)));
  }
};

const attempt = async (access: Access, service: keyof typeof services, operation: string, body: string) => {
  const { target, version } = services[service];
  const url = new URL(access.endpoint ?? `https://${service}.${access.region}.amazonaws.com`);
  const { headers } = await new SignatureV4({ ...access, service, sha256: Sha256 }).sign({
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
  });
  return send(url, { ...headers, ...(access.trace ? { 'x-amzn-trace-id': access.trace } : {}) }, body);
};

/** Connections stay open for the next call, which saves it a handshake; on one that has closed meanwhile it is made again. */
const http = { request: httpRequest, agent: new HttpAgent({ keepAlive: true }) };
const https = { request: httpsRequest, agent: new HttpsAgent({ keepAlive: true }) };

/** On `node:http`: built-in fetch takes 25 ms more of a cold start (107 against 82, medians of 15 processes). */
const send = (url: URL, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }> =>
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
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    request.end(body);
  });

/** `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` is a ResourceNotFoundException. */
const nameOf = (body: string): string | undefined => /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(body)?.[1];
