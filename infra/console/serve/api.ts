import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';
import { bodyOf } from '../../local/http.ts';

/** Who signs the calls of a session at the local API. */
export type Signer = { accessKeyId: string; secretAccessKey: string };

/** The API's own limit on a call, and some more. Bytes. */
const MAX_BODY_BYTES = 131_072;

/** Headers of a call and of an answer that are passed on. */
const sent = ['accept', 'accept-language', 'content-type', 'idempotency-key'];

const answered = ['content-type', 'content-language', 'location', 'retry-after'];

const pick = (headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));

/**
 * Passes a call of a page on to the local API. The operator's is signed as its session's identity, and its page has no key.
 * @param signer undefined for the capture page, whose calls bring the session of their case in the header `Authorization`
 */
export const callApi = async (
  api: string,
  signer: Signer | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  if (!body) return void response.writeHead(413).end();
  const { method = 'GET', url: path = '', headers: given } = request;
  const url = `${api}${path.slice('/api'.length)}`;
  const content = body.length > 0 ? { body: new Uint8Array(body) } : {};
  const headers = signer
    ? await signed({ ...signer, method, url, headers: pick(given, sent), ...content })
    : pick(given, [...sent, 'authorization']);
  const answer = await fetch(url, { method, headers, ...content });
  const passed = answered.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answer.status, { ...Object.fromEntries(passed), 'cache-control': 'no-store' });
  response.end(Buffer.from(await answer.arrayBuffer()));
};

const signed = async (call: ConstructorParameters<typeof AwsV4Signer>[0]): Promise<Headers> => {
  const signer = new AwsV4Signer({ ...call, service: 'execute-api', region: 'us-east-1' });
  return (await signer.sign()).headers;
};

/**
 * Passes a form with its media on to the bucket, as CloudFront does: the pages then call their own origin alone. What the form allows is
 * signed in its fields.
 */
export const passUpload = async (bucket: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const headers = pick(request.headers, ['content-type', 'content-length']);
  const upload = httpRequest(bucket, { method: 'POST', headers, agent: new Agent() });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    upload.once('response', resolve);
    upload.once('error', reject);
  });
  await Promise.all([
    // The bucket may answer before it has read everything, for example where the form is over.
    pipeline(request, upload).catch(() => upload.destroy()),
    answer.then((from) => {
      response.writeHead(from.statusCode ?? 502, { 'cache-control': 'no-store' });
      return pipeline(from, response);
    }),
  ]);
};
