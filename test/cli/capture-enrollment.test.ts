import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAGE } from '../support/permissions-capture.ts';
import { openRunning, type Running } from '../support/running.ts';

let running: Running;

beforeAll(async () => {
  running = await openRunning({ autoEnroll: false, config: { captureUrl: PAGE } });
}, 60_000);

afterAll(() => running.close());

const capture = (account: string, enrollment: string) =>
  running.cli(['capture', '--account', account, '--enrollment', enrollment]);

test('capture starts no case for an enrollment that the sandbox does not know of this person, and names the field', async () => {
  await running.cli(['enroll', 'eva', 'ENR-eva']);
  const refused = { code: 2, out: '', err: expect.stringMatching(/^--enrollment: is none that the sandbox knows of/) };
  expect(await capture('ana', 'ENR-ana')).toMatchObject(refused);
  expect(await capture('ana', 'ENR-eva')).toMatchObject(refused);
  expect(await capture('eva', 'ENR-eva')).toMatchObject({ code: 0, out: expect.stringMatching(/^http/) });
});
