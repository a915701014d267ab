import type { Context } from 'aws-lambda';
import { afterEach, expect, vi } from 'vitest';
import { handler } from '../../functions/check-key.ts';
import { errorOf } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('CheckKey');

// Secrets are remembered for five minutes, so every test comes an hour after the one before.
let hour = 0;

test.beforeEach(({ aws }) => {
  hour += 1;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T00:00:00.000Z') + hour * 3_600_000 });
  aws.metrics.length = 0;
  aws.lines.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

/** A key as Truora makes them, put together here so that no file holds one. */
const keyEnding = (exp: number | undefined): string =>
  ['{}', JSON.stringify({ exp }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');

const check = (aws: LocalAws, key: string) => {
  aws.secrets.set('secret:truora', key);
  return handler({}, { getRemainingTimeInMillis: () => 10_000 } as Context);
};

const counted = (aws: LocalAws) => aws.metrics.flatMap(({ TruoraKeyDays }) => TruoraKeyDays ?? []);

test('returns for how many days the key is valid', async ({ aws }) => {
  const key = keyEnding(Date.now() / 1000 + 29.5 * 86_400);
  expect(await check(aws, key)).toEqual({ seen: 1, failed: 0 });
  expect(counted(aws)).toEqual([29]);
  expect(JSON.stringify([aws.lines, aws.metrics])).not.toContain(key);
});

test.for<[string, string]>([
  ['says no end', keyEnding(undefined)],
  ['is no token', 'truora-key'],
])('emits nothing for a key that %s', async ([_, key], { aws }) => {
  expect(await check(aws, key)).toEqual({ seen: 1, failed: 0 });
  expect(counted(aws)).toEqual([]);
});

test('fails by name when no header can hold the key, and quotes nothing of it', async ({ aws }) => {
  const error = await errorOf(check(aws, 'canary\u200bkey'));
  expect(error.message).toMatch(/^truora_unauthorized: the Truora key holds an invalid character at position 7 of 10/);
  expect(JSON.stringify([aws.lines, aws.metrics, error.message])).not.toContain('canary');
});

test('fails by name when the secret was never set, so that an alarm rings', async ({ aws }) => {
  vi.resetModules();
  const { handler: cold } = await import('../../functions/check-key.ts');
  aws.secrets.delete('secret:truora');
  const error = await errorOf(cold({}, { getRemainingTimeInMillis: () => 10_000 } as Context));
  expect(error.name).toBe('ResourceNotFoundException');
  expect(aws.metrics.flatMap(({ SweepFailures }) => SweepFailures ?? [])).toEqual([1]);
});
