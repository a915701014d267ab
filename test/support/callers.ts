import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../infra/local/local-system.ts';
import type { Started } from '../../shared/domain/api.ts';
import { Problem } from '../../shared/domain/problem.ts';

type Chunk = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (chunk: Chunk) =>
  typeof chunk === 'string'
    ? chunk
    : new Uint8Array(
        chunk instanceof ArrayBuffer
          ? chunk
          : chunk.buffer.slice(chunk.byteOffset, chunk.byteOffset + chunk.byteLength),
      );

/** SHA-256 as the signer wants it: with `new`, and a secret for an HMAC. */
function Sha256(secret?: Chunk) {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  return {
    update: (chunk: Chunk) => void hash.update(bytesOf(chunk)),
    digest: async () => new Uint8Array(hash.digest()),
  };
}

/** An answer as the calls of a good day give it; what another one holds, `problemIn` or a schema tells. */
type Content = { [Field in keyof Started]-?: NonNullable<Started[Field]> };

export type Call = {
  /** Who signs: `writer` by default; no signature for undefined. */
  as?: 'writer' | 'reader' | 'stranger' | undefined;
  headers?: Record<string, string>;
  body?: unknown;
  /** What is sent in the place of the body that was signed. */
  swapped?: unknown;
};

/** Calls the API of a system as a system in AWS would: signed by the SDK's own signer, which is not the gateway's code. */
export const calling =
  (system: LocalSystem) =>
  async (line: string, call: Call = {}): Promise<{ status: number; type: string; content: Content }> => {
    const [method = '', target = ''] = line.split(' ');
    const url = new URL(target, system.apiOrigin);
    const body = typeof call.body === 'string' ? call.body : call.body === undefined ? '' : JSON.stringify(call.body);
    const headers = { host: url.host, ...(body ? { 'content-type': 'application/json' } : {}), ...call.headers };
    const as = 'as' in call ? call.as : 'writer';
    const signed = as ? await sign(system, as, { method, url, headers, body }) : headers;
    const { host: _, ...sent } = signed;
    const last = call.swapped === undefined ? body : JSON.stringify(call.swapped);
    const response = await fetch(url, { method, headers: sent, ...(last ? { body: last } : {}) });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    // Evidence is the one answer that is no JSON.
    const isJson = text !== '' && /\bjson\b/.test(type);
    return { status: response.status, type, content: isJson ? JSON.parse(text) : undefined };
  };

const sign = async (
  system: LocalSystem,
  as: string,
  { method, url, headers, body }: { method: string; url: URL; headers: Record<string, string>; body: string },
): Promise<Record<string, string>> => {
  const accessKeyId = `AKIALOCAL${as.toUpperCase()}`;
  const secretAccessKey = system.identities.get(accessKeyId)?.secret ?? '';
  const signer = new SignatureV4({
    service: 'execute-api',
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256 as never,
  });
  const query = Object.fromEntries(url.searchParams);
  const { hostname, protocol, pathname: path } = url;
  const signed = await signer.sign({ method, protocol, hostname, path, query, headers, body });
  return signed.headers;
};

/** Fails unless an answer is a problem document with this code; gives it back. */
export const problemIn = ({ status, type, content }: { status: number; type: string; content: unknown }): Problem => {
  if (type !== 'application/problem+json') throw new TypeError(`${status} ${type}: ${JSON.stringify(content)}`);
  const problem = z.strictObject(Problem.shape).parse(content);
  if (problem.status !== status) throw new TypeError('the status of the document is not that of the answer');
  return problem;
};

/** Uploads with a ticket's form, as a browser does. */
export const upload = async (
  form: { url: string; fields: Record<string, string> },
  bytes: Uint8Array,
  changes: Record<string, string> = {},
): Promise<{ status: number; code: string | undefined }> => {
  const response = await sendForm(form, bytes, { changes });
  return { status: response.status, code: /<Code>(\w+)</.exec(await response.text())?.[1] };
};

/** Sends a ticket's form, with changed fields or as a page of an origin. */
export const sendForm = (
  form: { url: string; fields: Record<string, string> },
  bytes: Uint8Array,
  { changes = {}, origin }: { changes?: Record<string, string>; origin?: string } = {},
): Promise<Response> => {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...form.fields, ...changes })) body.append(name, value);
  body.append('file', new Blob([new Uint8Array(bytes)]), 'selfie.jpg');
  return fetch(form.url, { method: 'POST', body, headers: origin ? { origin } : {} });
};
