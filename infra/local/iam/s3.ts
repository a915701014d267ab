import type { Answer, Call } from '../s3/call.ts';
import { S3Error } from '../s3/error.ts';
import type { Ask } from './policies.ts';
import { denialOf, type Rights } from './roles.ts';

const actions: Record<string, string> = {
  PUT: 's3:PutObject',
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  DELETE: 's3:DeleteObject',
};

const listing = (bucket: string): Ask => ({ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` });

/** Of a list S3 tells IAM which prefix was asked for, if one was. */
const prefixIn = (query: Call['query']): Pick<Ask, 'context'> => {
  const prefix = query.get('prefix');
  return prefix === undefined ? {} : { context: { 's3:prefix': [prefix] } };
};

/** What a call needs. One that names a version needs the right to versions, and not the right to the newest. */
const askOf = (method: string, { bucket, key, query }: Pick<Call, 'bucket' | 'key' | 'query'>): Ask => {
  if (key === '') {
    const list = { ...listing(bucket), ...prefixIn(query) };
    return query.has('versions') ? { ...list, action: 's3:ListBucketVersions' } : list;
  }
  const action = `${actions[method]}${query.has('versionId') ? 'Version' : ''}`;
  return { action, resource: `arn:aws:s3:::${bucket}/${key}` };
};

const refuseUnless = (rights: Rights, role: string | undefined, ask: Ask): void => {
  if (!rights.may(role, ask)) throw new S3Error(403, 'AccessDenied', denialOf(role, ask));
};

/** Runs a call if its caller may make it. That an object is not there is only told to those who may list the bucket. */
export const runAllowed = async (
  rights: Rights,
  method: string,
  call: Call,
  run: (call: Call) => Promise<Answer>,
): Promise<Answer> => {
  const role = rights.callerOf(call.headers);
  refuseUnless(rights, role, askOf(method, call));
  try {
    return await run(call);
  } catch (error) {
    if (error instanceof S3Error && /^NoSuch(Key|Version)$/.test(error.code)) {
      refuseUnless(rights, role, listing(call.bucket));
    }
    throw error;
  }
};

/** Why the caller of a call may not delete versions of this object; undefined when it may. */
export const versionRefusal = (
  rights: Rights,
  { bucket, headers }: Pick<Call, 'bucket' | 'headers'>,
  key: string,
): string | undefined => {
  const role = rights.callerOf(headers);
  const ask = { action: 's3:DeleteObjectVersion', resource: `arn:aws:s3:::${bucket}/${key}` };
  return rights.may(role, ask) ? undefined : denialOf(role, ask);
};

/** A form can do what its signer may do, at the moment when it is used. */
export const refuseForm = (rights: Rights, signature: string, bucket: string, key: string): void =>
  refuseUnless(rights, rights.signerOf(signature), {
    action: 's3:PutObject',
    resource: `arn:aws:s3:::${bucket}/${key}`,
  });
