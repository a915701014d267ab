import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { defined } from '../../shared/domain/defined.ts';
import { writeInboxKey } from '../../shared/domain/drop.ts';
import type { Options } from '../../shared/domain/request.ts';
import type { Credentials } from './credentials.ts';

/** The bucket of a running local system, and its credentials. */
export type Bucket = { s3Origin: string; bucket: string; credentials: Credentials };

/** Without an address the bucket is in AWS, and the SDK finds credentials and region. */
export type AnyBucket = Bucket | { bucket: string; s3Origin?: undefined; credentials?: undefined };

/** Puts a file into the bucket with the S3 client. @returns the id of the new version */
export const putMedia = async (
  { s3Origin, bucket, credentials }: AnyBucket,
  object: { key: string; file: string | Uint8Array; metadata?: Record<string, string> },
): Promise<string> => {
  const s3 = new S3Client(s3Origin === undefined ? {} : { endpoint: s3Origin, region: 'us-east-1', credentials });
  const { VersionId } = await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: object.key,
      Body: typeof object.file === 'string' ? await readFile(object.file) : object.file,
      Metadata: object.metadata ?? {},
    }),
  );
  s3.destroy();
  if (!VersionId) throw new TypeError('the bucket keeps no versions');
  return VersionId;
};

export type Drop = {
  /** A path, or the bytes themselves. */
  file: string | Uint8Array;
  accountId: string;
  enrollmentId: string;
  name: string;
  options?: Options;
  purpose?: string | undefined;
  consentReceiptId?: string | undefined;
  reference?: string | undefined;
};

/** Drops a file into the inbox: the ids in the key, the rest in the metadata. */
export const drop = (
  at: AnyBucket,
  { file, accountId, enrollmentId, name, options, purpose, consentReceiptId, reference }: Drop,
): Promise<string> =>
  putMedia(at, {
    key: writeInboxKey({ accountId, enrollmentId, name }),
    file,
    metadata: defined({
      'user-authorized': 'true',
      purpose,
      consent: consentReceiptId,
      reference: reference || undefined,
      options: options && Object.keys(options).length > 0 ? JSON.stringify(options) : undefined,
    }),
  });

type Person = { accountId: string; enrollmentId: string };

/** Registers an enrollment at the sandbox, because an enrollment id does not name its account. */
export const registerEnrollment = async (sandboxOrigin: string, enrollment: Person): Promise<void> => {
  const status = await askSandbox(`${sandboxOrigin}/sandbox/enrollments`, enrollment);
  if (status >= 300) throw new TypeError(`the sandbox does not register the enrollment: ${status}`);
};

/** Whether the sandbox knows an enrollment as one of this account. */
export const isEnrolled = async (sandboxOrigin: string, { accountId, enrollmentId }: Person): Promise<boolean> => {
  const query = new URLSearchParams({ account: accountId });
  return (await askSandbox(`${sandboxOrigin}/sandbox/enrollments/${enrollmentId}?${query}`)) === 200;
};

/** It uses its own agent: `fetch` follows the environment's proxies, even to this machine. @returns the status of the answer */
const askSandbox = (url: string, body?: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(url, { method: body ? 'POST' : 'GET', headers, agent: new Agent() });
    call.on('error', reject);
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.end(body && JSON.stringify(body));
  });
