import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { SecretOf } from '../credentials.ts';
import { isLocalHost, refuseHost } from '../http.ts';
import type { Permissions } from '../iam/roles.ts';
import { refuseForm, runAllowed, versionRefusal } from '../iam/s3.ts';
import { signerOf } from '../sigv4.ts';
import { readAddress } from './address.ts';
import type { Answer, Call, ObjectCreated } from './call.ts';
import { type CorsRule, corsHeaders, preflight } from './cors.ts';
import { deleteObject } from './delete.ts';
import { deleteObjects } from './delete-many.ts';
import { notImplemented, S3Error, toXml } from './error.ts';
import { listVersions } from './list.ts';
import { postObject } from './post.ts';
import { putObject } from './put.ts';
import { readObject } from './read.ts';
import { openVersions } from './versions.ts';

export type { ObjectCreated } from './call.ts';

export type S3Standin = { origin: string; close(): Promise<void> };

export type S3Options = {
  buckets: string[];
  /** The folder of the content. The caller makes and deletes it. */
  directory: string;
  /** Called when the object can be read and its answer was sent. */
  onCreated: (created: ObjectCreated) => void;
  /** The accepted signers. Without it (only in tests of this stand-in) every signature is accepted, and a POST is answered 501. */
  secretAccessKey?: SecretOf;
  /** The bucket's CORS rules; none when left out. */
  cors?: readonly CorsRule[];
  /** The permissions of the roles; without it every call is allowed. */
  permissions?: Permissions;
  port?: number | undefined;
};

type Operation = { run: (call: Call) => Promise<Answer>; headers: RegExp; query: RegExp };

/** Each operation with its allowed headers and query parameters, beyond the signature. */
const operations: Record<string, Operation> = {
  PUT: {
    run: putObject,
    headers:
      /^(x-amz-(meta-.+|checksum-(crc32|sha256)|sdk-checksum-algorithm|decoded-content-length|trailer)|if-(none-)?match|content-encoding)$/,
    query: /^$/,
  },
  GET: { run: readObject, headers: /^(x-amz-checksum-mode|range|if-match)$/, query: /^versionId$/ },
  HEAD: { run: readObject, headers: /^(x-amz-checksum-mode|range|if-match)$/, query: /^versionId$/ },
  DELETE: { run: deleteObject, headers: /^$/, query: /^versionId$/ },
};

/** The list of a bucket's versions. */
const listing: Operation = {
  run: listVersions,
  headers: /^$/,
  query: /^(versions|prefix|key-marker|version-id-marker|max-keys|encoding-type)$/,
};

/** Headers that change the meaning of a call; the others (host, connection, user-agent) do not. */
const meaningful = /^(x-amz-.+|if-.+|range|expires|cache-control|content-(disposition|encoding|language))$/;

const signatureHeaders = /^x-amz-(date|content-sha256|security-token|user-agent)$/;

/** `x-id` is the SDK's name of the call. */
const signatureQuery =
  /^(x-id|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256))$/;

/** Refuses a header or parameter that the operation does not implement, instead of ignoring it. */
const refuseUnknown = (operation: Operation, { headers, query }: Pick<Call, 'headers' | 'query'>): void => {
  for (const name of query.keys())
    if (!signatureQuery.test(name) && !operation.query.test(name)) throw notImplemented(`?${name}`);
  for (const name of Object.keys(headers))
    if (meaningful.test(name) && !signatureHeaders.test(name) && !operation.headers.test(name))
      throw notImplemented(name);
};

const refuseUnsigned = ({ method = '', url = '/', headers }: IncomingMessage, secretOf: SecretOf | undefined): void => {
  if (!headers.authorization && (secretOf || !/[?&]X-Amz-Signature=/.test(url)))
    throw new S3Error(403, 'AccessDenied', 'Access Denied.');
  if (secretOf && signerOf({ method, url, headers }, secretOf, 's3') === undefined)
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The signature we calculated does not match yours.');
};

const send = async (request: IncomingMessage, response: ServerResponse, { status, headers, part, text }: Answer) => {
  const file = part && part.bytes > 0 && request.method === 'GET' ? await open(part.path) : undefined;
  response.writeHead(status, headers);
  if (!part || !file) response.end(text);
  else await pipeline(file.createReadStream({ start: part.start, end: part.start + part.bytes - 1 }), response);
};

const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  // Too late for an error: the client gets a broken answer, or has closed the connection.
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // Reads the rest of a refused upload, or the connection would hang.
  request.resume();
  const refusal = error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
  const xml = toXml(refusal);
  response.writeHead(refusal.status, {
    ...refusal.headers,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(xml),
  });
  response.end(xml);
};

/**
 * The local S3: versioned buckets, path-style, over plain HTTP, with the calls of this project: PutObject, GetObject, HeadObject,
 * DeleteObject, DeleteObjects, ListObjectVersions, the POST of a form and the preflight of a page. Everything else is 501. It verifies signatures in the
 * header and of a POST policy; presigned URLs are not supported.
 */
export const startS3 = async (options: S3Options): Promise<S3Standin> => {
  const { buckets, directory, onCreated, secretAccessKey, permissions, cors = [] } = options;
  const versions = openVersions(directory);
  const posting: Operation | undefined = secretAccessKey && {
    run: (call) => postObject(call, secretAccessKey, (...form) => permissions && refuseForm(permissions, ...form)),
    headers: /^$/,
    query: /^$/,
  };

  const deleting: Operation = {
    run: (call) => deleteObjects(call, (key) => permissions && versionRefusal(permissions, call, key)),
    headers: /^x-amz-(checksum-\w+|sdk-checksum-algorithm)$/,
    query: /^delete$/,
  };

  const answer = (request: IncomingMessage): Promise<Answer> => {
    const { method = '', headers } = request;
    const { bucket, key, query } = readAddress(request.url ?? '');
    const body = request.iterator({ destroyOnReturn: false });
    const call = { versions, bucket, key, query, headers, body };
    const form = method === 'POST' && key === '' && headers['content-type']?.startsWith('multipart/form-data') === true;
    const ofBucket = method === 'GET' && query.has('versions') ? listing : undefined;
    const many = method === 'POST' && key === '' && query.has('delete');
    const operation = form ? posting : many ? deleting : key === '' ? ofBucket : operations[method];
    // A form is signed by its policy.
    if (!form) refuseUnsigned(request, secretAccessKey);
    if (!operation) throw notImplemented(key === '' ? `${method} of a bucket` : `${method} of an object`);
    refuseUnknown(operation, call);
    if (!buckets.includes(bucket)) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    // These two check each object themselves.
    return permissions && !form && !many ? runAllowed(permissions, method, call, operation.run) : operation.run(call);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.method === 'OPTIONS')
        return await send(request, response, { status: 200, headers: preflight(cors, request) });
      for (const [name, value] of Object.entries(corsHeaders(cors, request))) response.setHeader(name, value);
      const answered = await answer(request);
      const { created } = answered;
      await send(request, response, answered).finally(() => {
        // The object exists, also when its sender did not wait for the answer.
        if (created) setImmediate(onCreated, created);
      });
    } catch (error) {
      refuse(request, response, error);
    }
  };

  const serving = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    if (!isLocalHost(request)) return refuseHost(response);
    const served = serve(request, response).finally(() => serving.delete(served));
    serving.add(served);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      // Uploads that were cut off must still delete their files.
      await Promise.all([closed, ...serving]);
    },
  };
};
