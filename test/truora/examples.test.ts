import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { startSandbox } from '../../infra/local/truora/sandbox.ts';
import {
  CreateAnswer,
  EnrollmentAnswer,
  ErrorEnvelope,
  ListAnswer,
  ValidationAnswer,
  WebhookEvent,
} from '../../shared/truora/schemas.ts';
import { verifyWebhook } from '../../shared/truora/webhook.ts';
import { enroll, listen, until } from '../support/truora.ts';

/** Every operation there is an example of, and what must be able to read it. */
const operations: Record<string, z.ZodMiniType> = {
  'get-enrollment': EnrollmentAnswer,
  'create-validation': CreateAnswer,
  'get-validation': ValidationAnswer,
  'list-validations': z.extend(ListAnswer, { validations: z.array(ValidationAnswer) }),
  error: ErrorEnvelope,
  webhook: z.object({ iss: z.literal('Truora'), iat: z.int(), events: z.array(WebhookEvent).check(z.minLength(1)) }),
};

const Example = z.strictObject({
  source: z.enum(['documentation', 'assumed', 'recorded']),
  /** Since when Truora's real answer has been this one (npm run record). */
  recordedAt: z.optional(z.iso.date()),
  /** What exactly is not sure about it. */
  note: z.optional(z.string()),
  status: z.int().check(z.minimum(200), z.maximum(599)),
  body: z.record(z.string(), z.unknown()),
});

const folder = new URL('../../shared/truora/examples/', import.meta.url);

const files = readdirSync(folder);

const example = (file: string) => Example.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));

test.each(files)('%s can be parsed', (file) => {
  const [, operation = ''] = /^([a-z-]+)\.[a-z-]+\.json$/.exec(file) ?? [];
  expect(Object.keys(operations)).toContain(operation);
  operations[operation]?.parse(example(file).body);
});

test('every operation has an example', () => {
  expect([...new Set(files.map((file) => file.split('.')[0] ?? ''))].sort()).toEqual(Object.keys(operations).sort());
});

test('the number of examples that are still assumed is known, and what is assumed about them', () => {
  const assumed = files.filter((file) => example(file).source === 'assumed');
  process.stdout.write(`Truora examples: ${assumed.length} of ${files.length} are still assumed.\n`);
  for (const file of assumed) expect(example(file).note, file).toBeTruthy();
});

/** Names of fields at every depth; of lists, those of the first entry. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return [shapeOf(value[0])];
  if (value === null || typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, shapeOf(field)]));
};

/** Walks a person through the sandbox, and returns its answer at the given moment. */
const sandboxSays = async (
  suffix: string,
  moment: 'enrolled' | 'created' | 'pending' | 'waiting' | 'decided' | 'listed' | 'called',
) => {
  const ear = await listen((response) => response.end());
  const webhook = { url: ear.origin, key: 'key' };
  const sandbox = await startSandbox({ webhook, settings: { decisionMs: 0 } });
  const call = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(sandbox.origin + path, { ...init, headers: { 'truora-api-key': 'any' } });
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  };
  try {
    const accountId = `ana${suffix}`;
    const enrollment = await call(`/v1/enrollments/${await enroll(sandbox.origin, accountId)}`);
    if (moment === 'enrolled') return enrollment;
    const form = { type: 'face-recognition', user_authorized: 'true', account_id: accountId };
    const body = new URLSearchParams({ ...form, subvalidations: 'passive_liveness', timeout: '1' });
    const created = await call('/v1/validations', { method: 'POST', body });
    const { validation_id: id, instructions } = created.body as unknown as CreateAnswer;
    if (moment === 'created') return created;
    if (moment === 'pending') return await call(`/v1/validations/${id}`);
    if (moment === 'waiting') {
      sandbox.settings.repeatsUploadLinkOnRead = true;
      return await call(`/v1/accounts/${accountId}/validations`);
    }
    const put = suffix === '-expired' ? undefined : { method: 'PUT', body: 'media' };
    if (put) await fetch(instructions?.file_upload_link ?? '', put);
    const decided = await until(async () => {
      const { status, body } = await call(`/v1/validations/${id}`);
      return body.failure_status || body.validation_status !== 'pending' ? { status, body } : undefined;
    });
    if (moment === 'decided') return decided;
    if (moment === 'listed') {
      await call('/v1/validations', { method: 'POST', body });
      return await call(`/v1/accounts/${accountId}/validations`);
    }
    const bodies = () => ear.heard.map((heard) => heard.body);
    const token = (await until(() => (bodies().length > 1 ? bodies() : undefined))).at(-1) ?? '';
    expect(await verifyWebhook(token, ['key'])).toHaveLength(1);
    return { status: 200, body: JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) };
  } finally {
    await sandbox.close();
    ear.close();
  }
};

test.each([
  ['get-enrollment.success', '', 'enrolled'],
  ['get-enrollment.pending', '-enrollment-pending', 'enrolled'],
  ['get-enrollment.failure', '-enrollment-failure', 'enrolled'],
  ['error.not-found', '-enrollment-unknown', 'enrolled'],
  ['create-validation.created', '', 'created'],
  ['get-validation.pending', '', 'pending'],
  ['get-validation.approved', '', 'decided'],
  ['get-validation.declined', '-declined', 'decided'],
  ['get-validation.expired', '-expired', 'decided'],
  ['get-validation.system-error', '-system-error', 'decided'],
  ['get-validation.pending-declined', '-pending-declined', 'decided'],
  ['list-validations.waiting', '', 'waiting'],
  ['list-validations.two', '', 'listed'],
  ['webhook.succeeded', '', 'called'],
] as const)('the sandbox answers as %s does', async (name, suffix, moment) => {
  const { status, body } = example(`${name}.json`);
  const said = await sandboxSays(suffix, moment);
  expect(said.status).toBe(status);
  expect(shapeOf(said.body)).toEqual(shapeOf(body));
});
