import type { Answer, Call } from '../s3/call.ts';
import { S3Error } from '../s3/error.ts';
import type { Ask } from './policies.ts';
import { denialOf, type Permissions } from './roles.ts';

const actions: Record<string, string> = {
  PUT: 's3:PutObject',
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  DELETE: 's3:DeleteObject',
};

const listing = (bucket: string): Ask => ({ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` });

/** For a list, S3 gives IAM the requested prefix, if there is one. */
const prefixIn = (query: Call['query']): Pick<Ask, 'context'> => {
  const prefix = query.get('prefix');
  return prefix === undefined ? {} : { context: { 's3:prefix': [prefix] } };
};

/** The permission that a call needs. A call that names a version needs the permission for versions, not the one for the newest. */
const askOf = (method: string, { bucket, key, query }: Pick<Call, 'bucket' | 'key' | 'query'>): Ask => {
  if (key === '') {
    const list = { ...listing(bucket), ...prefixIn(query) };
    return query.has('versions') ? { ...list, action: 's3:ListBucketVersions' } : list;
  }
  const action = `${actions[method]}${query.has('versionId') ? 'Version' : ''}`;
  return { action, resource: `arn:aws:s3:::${bucket}/${key}` };
};

const refuseUnless = (permissions: Permissions, role: string | undefined, ask: Ask): void => {
  if (!permissions.may(role, ask)) throw new S3Error(403, 'AccessDenied', denialOf(role, ask));
};

/** Runs a call if its caller is allowed. A 404 is only for callers that may list the bucket; the others get 403. */
export const runAllowed = async (
  permissions: Permissions,
  method: string,
  call: Call,
  run: (call: Call) => Promise<Answer>,
): Promise<Answer> => {
  const role = permissions.callerOf(call.headers);
  refuseUnless(permissions, role, askOf(method, call));
  try {
    return await run(call);
  } catch (error) {
    if (error instanceof S3Error && /^NoSuch(Key|Version)$/.test(error.code)) {
      refuseUnless(permissions, role, listing(call.bucket));
    }
    throw error;
  }
};

/** Why the caller may not delete versions of this object; undefined when it may. */
export const versionRefusal = (
  permissions: Permissions,
  { bucket, headers }: Pick<Call, 'bucket' | 'headers'>,
  key: string,
): string | undefined => {
  const role = permissions.callerOf(headers);
  const ask = { action: 's3:DeleteObjectVersion', resource: `arn:aws:s3:::${bucket}/${key}` };
  return permissions.may(role, ask) ? undefined : denialOf(role, ask);
};

/** A form has the permissions that its signer has when the form is used. */
export const refuseForm = (permissions: Permissions, signature: string, bucket: string, key: string): void =>
  refuseUnless(permissions, permissions.signerOf(signature), {
    action: 's3:PutObject',
    resource: `arn:aws:s3:::${bucket}/${key}`,
  });
