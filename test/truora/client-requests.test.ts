import { afterEach, expect, test, vi } from 'vitest';
import {
  createValidation,
  getEnrollment,
  getValidation,
  listEnrollments,
  listValidations,
  uploadMedia,
} from '../../shared/truora/client.ts';
import { listen, media, truoraAt } from '../support/truora.ts';

/** Every name resolves to an address of a private network. */
vi.mock('node:dns', async (original) => ({
  ...(await original<typeof import('node:dns')>()),
  lookup: (_host: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(null, [{ address: '10.0.0.1', family: 4 }]),
}));

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that gives one answer after the other. */
const answering = async (...answers: { body: string; headers?: Record<string, string> }[]) => {
  const rest = [...answers];
  const server = await listen((response) => {
    const { body, headers = {} } = rest.shift() ?? { body: '{}' };
    response.writeHead(200, headers).end(body);
  });
  closing.push(server.close);
  return server;
};

const rowOf = (n: number) => ({ validation_id: `VLD${n}`, account_id: 'ana', validation_status: 'pending' });

const pageOf = (rows: number[], more: object = {}) => JSON.stringify({ validations: rows.map(rowOf), ...more });

const listed = async (...pages: Parameters<typeof answering>) => {
  const server = await answering(...pages);
  return listValidations(truoraAt(server.origin), 'ana').then(
    (rows) => rows.map(({ validation_id }) => validation_id),
    ({ name, reason }: Error & { reason?: string }) => ({ name, reason }),
  );
};

const BROKEN = { name: 'TruoraContractError', reason: 'truora_contract_broken' };

test('reads a page of a list of exactly one megabyte, and refuses one byte more', async () => {
  const room = 1024 * 1024 - pageOf([1], { padding: '' }).length;
  const pageWith = (bytes: number) => ({ body: pageOf([1], { account_id: 'x'.repeat(bytes) }) });
  const exact = room + 'padding'.length - 'account_id'.length;
  expect(pageWith(exact).body).toHaveLength(1024 * 1024);
  expect(await listed(pageWith(exact))).toEqual(['VLD1']);
  expect(await listed(pageWith(exact + 1))).toEqual(BROKEN);
});

test('counts the rows of all pages against the total that a page names', async () => {
  const first = { body: pageOf([1, 2], { start_key: 'k' }) };
  expect(await listed(first, { body: pageOf([3], { total: 3 }) })).toEqual(['VLD1', 'VLD2', 'VLD3']);
  expect(await listed(first, { body: pageOf([3], { total: 1 }) })).toEqual(BROKEN);
  expect(await listed(first, { body: pageOf([3], { total: 4 }) })).toEqual(BROKEN);
});

test('counts the pages against the number of pages that a page names', async () => {
  const first = { body: pageOf([1], { start_key: 'k' }) };
  expect(await listed(first, { body: pageOf([2], { total_pages: 2 }) })).toEqual(['VLD1', 'VLD2']);
  expect(await listed(first, { body: pageOf([2], { total_pages: 3 }) })).toEqual(BROKEN);
  expect(await listed({ body: pageOf([1], { total_pages: 1 }) })).toEqual(['VLD1']);
  expect(await listed({ body: pageOf([1], { total_pages: 2 }) })).toEqual(BROKEN);
});

test('refuses a page whose headers name another page', async () => {
  expect(await listed({ body: pageOf([1]), headers: { 'x-next-page': '2' } })).toEqual(BROKEN);
  expect(await listed({ body: pageOf([1]), headers: { 'x-next-page': '' } })).toEqual(['VLD1']);
});

test('sends the precision and the subvalidations that are asked for', async () => {
  const server = await answering({ body: '{"validation_id":"VLD1"}' });
  const options = { minimumPrecision: 'high', liveness: 'passive' } as const;
  await createValidation(truoraAt(server.origin), { accountId: 'ana', userAuthorized: true, options });
  expect(server.heard.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    {
      method: 'POST',
      path: '/v1/validations',
      body: 'type=face-recognition&user_authorized=true&account_id=ana&subvalidations=passive_liveness&subvalidations=similarity&minimum_precision=high',
    },
  ]);
});

test('asks for the details of a validation only when they are wanted', async () => {
  const body = JSON.stringify(rowOf(1));
  const server = await answering({ body }, { body }, { body });
  const truora = truoraAt(server.origin);
  await getValidation(truora, 'VLD1');
  await getValidation(truora, 'VLD1', {});
  await getValidation(truora, 'VLD1', { showDetails: true });
  expect(server.heard.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/validations/VLD1',
    'GET /v1/validations/VLD1',
    'GET /v1/validations/VLD1?show_details=true',
  ]);
});

test('uploads media with its type and its length, and without our key', async () => {
  const { origin, heard } = await answering({ body: '' });
  const seen: number[] = [];
  const sent = { ...media(Buffer.from('12345')), seen: (chunk: Buffer) => void seen.push(chunk.length) };
  await uploadMedia(truoraAt(origin), `${origin}/u/x?Signature=s`, sent);
  expect(heard).toMatchObject([
    {
      method: 'PUT',
      path: '/u/x?Signature=s',
      headers: { 'content-type': 'video/mp4', 'content-length': '5' },
      body: '12345',
    },
  ]);
  expect(Object.keys(heard[0]?.headers ?? {})).not.toContain('truora-api-key');
  expect(seen).toEqual([5]);
});

test('uploads nothing to a host whose name resolves to an address that is not public', async () => {
  const truora = { ...truoraAt('http://127.0.0.1:1'), uploadOrigins: ['https://private.example'] };
  const upload = uploadMedia(truora, 'https://private.example/u/x', media(Buffer.from('12345')));
  await expect(upload).rejects.toMatchObject({ name: 'UploadLinkUnsafeError', reason: 'upload_link_unsafe' });
});

test('reports every call with its method', async () => {
  const { origin } = await answering(
    { body: '{"enrollment_id":"ENR1","account_id":"ana","status":"success"}' },
    { body: '{"enrollments":[]}' },
    { body: '{"validation_id":"VLD1"}' },
    { body: JSON.stringify(rowOf(1)) },
    { body: pageOf([1]) },
    { body: '' },
  );
  const methods: string[] = [];
  const truora = { ...truoraAt(origin), onCall: ({ method }: { method: string }) => void methods.push(method) };
  await getEnrollment(truora, 'ENR1');
  await listEnrollments(truora, 'ana');
  await createValidation(truora, { accountId: 'ana', userAuthorized: true, options: {} });
  await getValidation(truora, 'VLD1');
  await listValidations(truora, 'ana');
  await uploadMedia(truora, `${origin}/u/x`, media(Buffer.from('12345')));
  expect(methods).toEqual(['GET', 'GET', 'POST', 'GET', 'GET', 'PUT']);
});
