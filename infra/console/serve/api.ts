import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import { bodyOf } from '../../local/http.ts';

/** Who signs the calls of a session at the local API. */
export type Signer = { accessKeyId: string; secretAccessKey: string };

/** The API's own limit on a call, and some more. Bytes. */
const MAX_BODY_BYTES = 131_072;

/** Headers of a call and of an answer that are passed on. */
const sent = ['accept', 'accept-language', 'content-type', 'idempotency-key'];

const answered = ['content-type', 'content-language', 'location', 'retry-after'];

/** Passes a call of the page on to the local API, signed as its session's identity. The page itself has no key. */
export const callApi = async (
  api: string,
  { accessKeyId, secretAccessKey }: Signer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  if (!body) return void response.writeHead(413).end();
  const { method = 'GET', url = '', headers } = request;
  const signer = new AwsV4Signer({
    method,
    url: `${api}${url.slice('/api'.length)}`,
    headers: Object.fromEntries(sent.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : []))),
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    accessKeyId,
    secretAccessKey,
    service: 'execute-api',
    region: 'us-east-1',
  });
  const signed = await signer.sign();
  const answer = await fetch(signed.url, {
    method,
    headers: signed.headers,
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const passed = answered.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answer.status, { ...Object.fromEntries(passed), 'cache-control': 'no-store' });
  response.end(Buffer.from(await answer.arrayBuffer()));
};
