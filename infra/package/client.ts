import { AwsV4Signer } from 'aws4fetch';
import createClient, { type Client } from 'openapi-fetch';
import type { components, operations, paths } from './api-types.ts';

/** The types of the API, as its OpenAPI document has them. */
export type { components, operations, paths };

/** AWS credentials as every SDK gives them; `sessionToken` with those of a role. */
export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** A value, or a function that is asked for it at every call, so that it can be renewed. */
type Given<Value> = Value | (() => Value | Promise<Value>);

/** How calls prove who they come from: by a signature of IAM (the default of a deployment), or by a bearer token. */
export type Access =
  | { region: string; credentials: Given<Credentials> }
  /** For a deployment with the setting `jwt`. */
  | { token: Given<string> };

export type ClientOptions = Access & {
  /** `ApiUrl` of the deployment. */
  url: string;
  /** Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
};

const current = async <Value>(given: Given<Value>): Promise<Value> =>
  typeof given === 'function' ? (given as () => Value | Promise<Value>)() : given;

const signed = async (request: Request, region: string, credentials: Credentials): Promise<Request> => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { method, url } = request;
  const body = method === 'GET' ? undefined : await request.clone().text();
  const signer = new AwsV4Signer({
    method,
    url,
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    service: 'execute-api',
    region,
  });
  const { headers } = await signer.sign();
  return new Request(request, { headers });
};

const withToken = (request: Request, token: string): Request => {
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token}`);
  return new Request(request, { headers });
};

/**
 * A typed client of the API: `client.POST('/revalidations', { body })`, `client.GET('/revalidations/{id}', { params })`. A call
 * gives `data`, or `error` with the problem document, and `response`; it throws only when the network does. It runs in Node and in
 * a browser, and repeats nothing: send an `Idempotency-Key` and repeat the call yourself.
 */
export const revalidationClient = ({
  url,
  fetch: send,
  ...access
}: ClientOptions): Client<paths, `application/${string}`> =>
  createClient<paths, `application/${string}`>({
    baseUrl: url,
    fetch: async (request) => {
      const proven =
        'token' in access
          ? withToken(request, await current(access.token))
          : await signed(request, access.region, await current(access.credentials));
      return (send ?? globalThis.fetch)(proven);
    },
  });

/**
 * Uploads media with the form of a started re-validation. The upload is the drop: the case begins with it.
 * @param form `upload` of the answer to `POST /revalidations`
 * @throws Error with the status of S3 when it does not take the media, as after the five minutes that a form is valid
 */
export const uploadMedia = async (
  form: NonNullable<components['schemas']['Started']['upload']>,
  media: Blob,
  send: typeof globalThis.fetch = globalThis.fetch,
): Promise<void> => {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  // S3 ignores every field after the file.
  body.append('file', media);
  const response = await send(form.url, { method: 'POST', body });
  if (!response.ok) throw new Error(`the upload was refused: ${response.status}`);
};
