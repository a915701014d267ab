import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { writeInboxKey } from '../../shared/domain/drop.ts';
import type { Options } from '../../shared/domain/request.ts';
import type { Credentials } from './credentials.ts';

/** Where to put media: the bucket of a world that runs, and as whom. */
export type Bucket = { s3Origin: string; bucket: string; credentials: Credentials };

/** Puts a file into the bucket as any S3 client would. @returns the version that was made of it */
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

/** Drops a file into the inbox: who in the key, the rest in the metadata. */
export const drop = (at: Bucket, { file, accountId, enrollmentId, name, options, reference }: Drop): Promise<string> =>
  putMedia(at, {
    key: writeInboxKey({ accountId, enrollmentId, name }),
    file,
    metadata: {
      'user-authorized': 'true',
      ...(reference ? { reference } : {}),
      ...(options && Object.keys(options).length > 0 ? { options: JSON.stringify(options) } : {}),
    },
  });

/**
 * Tells the sandbox whose an enrollment is: enrollment ids carry no account, and the real Truora knows already. With an
 * agent of its own, because the one of `fetch` follows the environment's proxies, even to this machine.
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
