import { afterEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { ask, retryAfterSeconds } from '../../shared/truora/call.ts';
import { listen, truoraAt } from '../support/truora.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const server = await listen((response) => response.writeHead(status, headers).end(body));
  closing.push(server.close);
  return server;
};

const Answer = z.object({ id: z.string() });

const failureOf = (origin: string, more: object = {}) =>
  ask({ ...truoraAt(origin), ...more }, 'GET', '/v1/x', Answer).catch((error: Error) => error);

test.each<[number, string, string, number | undefined]>([
  [428, 'TruoraRejectedError', 'truora_rejected', undefined],
  [429, 'TruoraBusyError', 'truora_rate_limited', 7],
  [430, 'TruoraRejectedError', 'truora_rejected', undefined],
])('refuses a call that is answered %i as %s, with the wait of a 429 alone', async (status, name, reason, seconds) => {
  const { origin } = await answering(status, '{}', { 'retry-after': '7' });
  const error = (await failureOf(origin)) as Error & { retryAfterSeconds?: number };
  expect(error).toMatchObject({ name, reason });
  expect(error.retryAfterSeconds).toBe(seconds);
});

test('reads the seconds of a distant Retry-After date exactly', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');
  expect(retryAfterSeconds('Tue, 24 Nov 2026 10:00:00 GMT', now)).toBe(86_400);
});

test.each(['{"id":7}', '[]', 'no JSON', ''])('takes the success %j for a broken contract', async (body) => {
  const { origin } = await answering(200, body);
  expect(await failureOf(origin)).toMatchObject({ name: 'TruoraContractError', reason: 'truora_contract_broken' });
});

test('repeats no refused call with the key that was refused', async () => {
  const server = await answering(401, '{}');
  expect(await failureOf(server.origin)).toMatchObject({ reason: 'truora_unauthorized' });
  expect(server.heard).toHaveLength(1);
});
