import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { dynamo } from '../../../shared/aws/clients.ts';

/** A request to the API, before it is signed. */
export type ApiRequest = { method: string; url: URL; headers: Record<string, string>; body: string };

/** The headers of a request, signed with the credentials that the SDK finds (variables, a profile, a role). */
export const signedHeaders = async ({ method, url, headers, body }: ApiRequest): Promise<Record<string, string>> => {
  const { config } = dynamo();
  const signer = new SignatureV4({
    service: 'execute-api',
    region: await config.region(),
    credentials: await config.credentials(),
    sha256: Sha256,
  });
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  const { protocol, hostname, pathname: path } = url;
  const signed = await signer.sign({
    method,
    protocol,
    hostname,
    path,
    query,
    headers: { ...headers, host: url.host },
    ...(body === '' ? {} : { body }),
  });
  const { host: _, ...sent } = signed.headers;
  return sent;
};
