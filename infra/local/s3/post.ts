import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretOf } from '../credentials.ts';
import { refuseLongKey } from './address.ts';
import { land } from './body.ts';
import type { Answer, Call } from './call.ts';
import { notImplemented, S3Error } from './error.ts';
import { readMetadata } from './metadata.ts';
import { created, UNKNOWN_TYPE } from './put.ts';

/** A form is kept in memory, so it is limited: the largest media of a ticket (10 MB), and 1 MB for fields and framing. */
const MAX_FORM_BYTES = 11_000_000;

const supported =
  /^(key|policy|content-type|success_action_status|x-ignore-.*|x-amz-(meta-.+|algorithm|credential|date|signature|security-token))$/;

/** Fields that a policy need not name. */
const exempt = /^(policy|x-amz-signature|x-ignore-.*)$/;

type Policy = { expiration: string; conditions: unknown[] };

type Form = { fields: Map<string, string>; file: Blob };

const malformed = (detail: string) => new S3Error(400, 'MalformedPOSTRequest', detail);

const denied = (detail: string) => new S3Error(403, 'AccessDenied', detail);

const readForm = async ({ headers, body }: Call): Promise<Form> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) throw new S3Error(400, 'EntityTooLarge', 'Your proposed upload is too large.');
    chunks.push(chunk);
  }
  const answer = new Response(Buffer.concat(chunks), { headers: { 'content-type': headers['content-type'] ?? '' } });
  const form = await answer.formData().catch(() => {
    throw malformed('The body of your POST request is not well-formed multipart/form-data.');
  });
  const fields = new Map<string, string>();
  for (const [name, value] of form) {
    // S3 ignores fields after the file.
    if (name === 'file') {
      if (typeof value !== 'string') return { fields, file: value };
      // The parser has already decoded it as text, which can lose bytes.
      throw notImplemented('a file without a file name');
    }
    if (typeof value !== 'string') throw malformed('Only the field `file` can be a file.');
    if (!supported.test(name.toLowerCase())) throw notImplemented(`the form field ${name}`);
    fields.set(name.toLowerCase(), value);
  }
  throw malformed('POST requires exactly one file upload per request.');
};

/** Signature version 4 of a POST policy, over its base64 as in the form. */
export const signPolicy = (secret: string, scope: string[], policy: string): Buffer => {
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  return hmac(scope.reduce<string | Buffer>(hmac, `AWS4${secret}`), policy);
};

const verifySignature = (fields: Form['fields'], secretOf: SecretOf): void => {
  const [accessKeyId = '', ...scope] = (fields.get('x-amz-credential') ?? '').split('/');
  const policy = fields.get('policy');
  if (policy === undefined) throw denied('A POST without a policy is anonymous.');
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256' || scope.length !== 4 || scope[2] !== 's3')
    throw new S3Error(400, 'InvalidArgument', 'Only AWS4-HMAC-SHA256 signatures for s3 are accepted.');
  const secret = secretOf(accessKeyId);
  if (secret === undefined) throw new S3Error(403, 'InvalidAccessKeyId', 'The access key id does not exist.');
  const given = Buffer.from(fields.get('x-amz-signature') ?? '', 'hex');
  const computed = signPolicy(secret, scope, policy);
  if (given.length !== computed.length || !timingSafeEqual(given, computed))
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The signature we calculated does not match yours.');
};

const readPolicy = (encoded: string): Policy => {
  try {
    const policy = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as Policy;
    if (Number.isNaN(Date.parse(policy.expiration)) || !Array.isArray(policy.conditions)) throw new TypeError();
    return policy;
  } catch {
    throw new S3Error(
      400,
      'InvalidPolicyDocument',
      'The content of the form does not meet the policy document grammar.',
    );
  }
};

/** `{ "field": value }` is short for `["eq", "$field", value]`. */
const spellOut = (condition: unknown): unknown[][] =>
  Array.isArray(condition)
    ? [condition]
    : Object.entries(condition ?? {}).map(([field, value]) => ['eq', `$${field}`, value]);

/** Checks that every condition holds and every field has a condition. */
const checkPolicy = (policy: Policy, form: Form, bucket: string): void => {
  if (Date.parse(policy.expiration) <= Date.now()) throw denied('Invalid according to Policy: Policy expired.');
  const values = new Map([...form.fields, ['bucket', bucket]]);
  const covered = new Set(['bucket']);
  for (const [operator, subject, operand] of policy.conditions.flatMap(spellOut)) {
    if (operator === 'content-length-range') {
      if (form.file.size < Number(subject)) throw new S3Error(400, 'EntityTooSmall', 'Your upload is too small.');
      if (!(form.file.size <= Number(operand))) throw new S3Error(400, 'EntityTooLarge', 'Your upload is too large.');
      continue;
    }
    const field = String(subject).replace(/^\$/, '').toLowerCase();
    const value = values.get(field);
    const holds = operator === 'eq' ? value === operand : value?.startsWith(String(operand)) === true;
    if (!holds || (operator !== 'eq' && operator !== 'starts-with'))
      throw denied(`Invalid according to Policy: Policy Condition failed: ["${operator}", "$${field}"].`);
    covered.add(field);
  }
  const extra = [...form.fields.keys()].find((field) => !exempt.test(field) && !covered.has(field));
  if (extra !== undefined) throw denied(`Invalid according to Policy: Extra input fields: ${extra}.`);
};

/** A browser's upload with a presigned form. The form's own signature is verified, because the request has no other. */
export const postObject = async (
  call: Call,
  secretOf: SecretOf,
  refuseSigner: (signature: string, bucket: string, key: string) => void,
): Promise<Answer> => {
  const form = await readForm(call);
  verifySignature(form.fields, secretOf);
  checkPolicy(readPolicy(form.fields.get('policy') ?? ''), form, call.bucket);
  const key = form.fields.get('key') ?? '';
  if (key === '') throw malformed('The form needs a key.');
  refuseLongKey(key);
  if (/\$\{filename\}/.test(key)) throw notImplemented('a file name within the key');
  const status = form.fields.get('success_action_status') ?? '204';
  if (status !== '204' && status !== '200') throw notImplemented(`success_action_status ${status}`);
  refuseSigner(form.fields.get('x-amz-signature') ?? '', call.bucket, key);
  const metadata = readMetadata(form.fields);
  const landing = call.versions.landingPath();
  const stored = await land(form.file.stream() as unknown as AsyncIterable<Buffer>, landing, (sums) =>
    call.versions.add(call.bucket, key, landing, {
      etag: sums.md5.toString('hex'),
      bytes: sums.bytes,
      contentType: form.fields.get('content-type') ?? UNKNOWN_TYPE,
      metadata,
    }),
  );
  return { ...created(call.bucket, key, stored, 'POST Object'), status: Number(status) };
};
