import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { call, create, enroll, linkOf, put } from '../support/truora.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});

afterEach(async () => {
  vi.useRealTimers();
  await sandbox.close();
});

test('an upload link belongs to the person, is signed, and lives as long as the validation', async () => {
  await enroll(sandbox.origin, 'ana');
  const before = Date.now() / 1000;
  const link = linkOf(await create(sandbox.origin, 'ana', { timeout: '60' }));
  expect(Number(link.searchParams.get('Expires')) - before).toBeGreaterThanOrEqual(60);
  expect(Number(link.searchParams.get('Expires')) - Date.now() / 1000).toBeLessThanOrEqual(61);
  const forged = new URL(link);
  forged.searchParams.set('Expires', '4102444800');
  expect(await put(forged)).toMatchObject({ status: 403, text: expect.stringContaining('SignatureDoesNotMatch') });
  const other = new URL(link);
  other.pathname = `${link.pathname}0`;
  expect(await put(other)).toMatchObject({ status: 403, text: expect.stringContaining('SignatureDoesNotMatch') });
  expect(await put(link)).toEqual({ status: 200, text: '' });
  expect(await put(link)).toMatchObject({ status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') });
});

test('an upload link fails after its expiry, and the validation has expired by then', async () => {
  await enroll(sandbox.origin, 'ana');
  const created = await create(sandbox.origin, 'ana', { timeout: '1' });
  const link = linkOf(created);
  vi.useFakeTimers({ toFake: ['Date'], now: Number(link.searchParams.get('Expires')) * 1000 + 1 });
  expect(await put(link)).toMatchObject({ status: 403, text: expect.stringContaining('Request has expired') });
  expect((await call(sandbox.origin, `/v1/validations/${created.body.validation_id}`)).body).toMatchObject({
    validation_status: 'failure',
    failure_status: 'expired',
    expired_reason: 'input_file_not_uploaded',
  });
  expect(sandbox.counts().uploads).toBe(0);
});

test('an upload link accepts ten million bytes and not one more', async () => {
  await enroll(sandbox.origin, 'ana');
  const link = linkOf(await create(sandbox.origin, 'ana'));
  const tooLarge = await put(link, new Uint8Array(10_000_001));
  expect(tooLarge).toMatchObject({ status: 400, text: expect.stringContaining('EntityTooLarge') });
  expect((await put(link, new Uint8Array(10_000_000))).status).toBe(200);
});

test('an upload link is repeated by reads only when that is switched on', async () => {
  await enroll(sandbox.origin, 'ana');
  const { body } = await create(sandbox.origin, 'ana');
  expect((await call(sandbox.origin, `/v1/validations/${body.validation_id}`)).text).not.toContain('file_upload_link');
  await sandbox.close();

  sandbox = await startSandbox({ settings: { repeatsUploadLinkOnRead: true } });
  await enroll(sandbox.origin, 'ana');
  const created = await create(sandbox.origin, 'ana');
  const read = await call(sandbox.origin, `/v1/validations/${created.body.validation_id}`);
  expect(linkOf(read)).toEqual(linkOf(created));
  expect((await call(sandbox.origin, '/v1/accounts/ana/validations')).text).toContain('file_upload_link');
  await put(linkOf(created));
  expect((await call(sandbox.origin, `/v1/validations/${created.body.validation_id}`)).text).not.toContain(
    'file_upload_link',
  );
});

test('a validation is forgotten after a day, when another is created', async () => {
  await enroll(sandbox.origin, 'ana');
  const statusOf = async ({ body }: { body: Record<string, unknown> }) =>
    (await call(sandbox.origin, `/v1/validations/${body.validation_id}`)).status;
  const old = await create(sandbox.origin, 'ana');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_300_000 });
  try {
    const recent = await create(sandbox.origin, 'ana');
    expect(await statusOf(old)).toBe(200);
    vi.setSystemTime(Date.now() + 200_000);
    const last = await create(sandbox.origin, 'ana');
    expect([await statusOf(old), await statusOf(recent), await statusOf(last)]).toEqual([404, 200, 200]);
  } finally {
    vi.useRealTimers();
  }
});
