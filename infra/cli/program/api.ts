import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { defined } from '../../../shared/domain/defined.ts';
import type { Context } from './context.ts';
import { type Connected, outputOf } from './deployment.ts';
import { UsageError } from './usage.ts';

/** A call of the API of a deployment. */
export type ApiCall = { method: string; path: string; body?: string | undefined; idempotencyKey?: string | undefined };

export type ApiAnswer = { status: number; type: string; body: string };

/** The variable with a token, for a stage whose API takes tokens in place of IAM's signatures. */
export const TOKEN = 'FACE_REVALIDATION_TOKEN';

/** Calls the API: with the token of the environment, or else signed with the credentials that the SDK finds. */
export const callApi = async (
  connected: Connected,
  { method, path, body = '', idempotencyKey }: ApiCall,
  { env }: Pick<Context, 'env'>,
): Promise<ApiAnswer> => {
  const url = new URL(path, outputOf(connected, 'ApiUrl'));
  if (url.origin !== new URL(outputOf(connected, 'ApiUrl')).origin) throw new UsageError('path: must begin with one /');
  const given = defined({
    'content-type': body === '' ? undefined : 'application/json',
    'idempotency-key': idempotencyKey,
  });
  const token = env[TOKEN];
  const { signedHeaders } = await import('../aws/signed-request.ts');
  const headers = token
    ? { ...given, authorization: `Bearer ${token}` }
    : await signedHeaders({ method, url, headers: given, body });
  return url.protocol === 'http:' ? sendHere(url, method, headers, body) : send(url, method, headers, body);
};

const send = async (url: URL, method: string, headers: Record<string, string>, body: string): Promise<ApiAnswer> => {
  const response = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
};

/** With an agent of its own, because the one of `fetch` follows the environment's proxies, even to this machine. */
const sendHere = (url: URL, method: string, headers: Record<string, string>, body: string): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const call = httpRequest(url, {
      method,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: new Agent(),
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      const type = String(response.headers['content-type'] ?? '');
      text(response).then((answer) => resolve({ status, type, body: answer }), reject);
    });
    call.end(body);
  });

/** The answer for a person: JSON is indented. */
export const prettyBody = ({ type, body }: ApiAnswer): string =>
  /\bjson\b/.test(type) && body !== '' ? JSON.stringify(JSON.parse(body), null, 2) : body;
