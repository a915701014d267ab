import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { defined } from '../../shared/domain/defined.ts';
import { writeInboxKey } from '../../shared/domain/drop.ts';
import type { Options } from '../../shared/domain/request.ts';
import type { Credentials } from './credentials.ts';

/** The bucket of a running local system, and its credentials. */
export type Bucket = { s3Origin: string; bucket: string; credentials: Credentials };

/** Puts a file into the bucket with the S3 client. @returns the id of the new version */
export const putMedia = async (
  { s3Origin, bucket, credentials }: Bucket,
  object: { key: string; file: string; metadata?: Record<string, string> },
): Promise<string> => {
  const s3 = new S3Client({
    endpoint: s3Origin,
    region: 'us-east-1',
    credentials,
  });
  const { VersionId } = await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: object.key,
      Body: await readFile(object.file),
      Metadata: object.metadata ?? {},
    }),
  );
  s3.destroy();
  if (!VersionId) throw new TypeError('the bucket keeps no versions');
  return VersionId;
};

export type Drop = {
  file: string;
  accountId: string;
  enrollmentId: string;
  name: string;
  options?: Options;
  reference?: string | undefined;
};

/** Drops a file into the inbox: the ids in the key, the rest in the metadata. */
export const drop = (at: Bucket, { file, accountId, enrollmentId, name, options, reference }: Drop): Promise<string> =>
  putMedia(at, {
    key: writeInboxKey({ accountId, enrollmentId, name }),
    file,
    metadata: defined({
      'user-authorized': 'true',
      reference: reference || undefined,
      options: options && Object.keys(options).length > 0 ? JSON.stringify(options) : undefined,
    }),
  });

/**
 * Registers an enrollment at the sandbox, because an enrollment id does not name its account. It uses its own agent: `fetch` follows
 * the environment's proxies, even to this machine.
 */
export const registerEnrollment = (
  sandboxOrigin: string,
  enrollment: { accountId: string; enrollmentId: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const agent = new Agent();
    const call = request(`${sandboxOrigin}/sandbox/enrollments`, { method: 'POST', headers, agent });
    call.on('error', reject);
    call.on('response', (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new TypeError(`the sandbox does not register the enrollment: ${statusCode}`));
    });
    call.end(JSON.stringify(enrollment));
  });
