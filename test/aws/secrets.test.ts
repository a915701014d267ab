import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readSecret } from '../../shared/aws/secrets.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

process.env.AWS_REGION = 'us-east-1';
const mock = mockClient(SecretsManagerClient);

// The cache belongs to the module, so each test has a secret of its own.
let id: string;
beforeEach(() => {
  id = randomUUID();
  mock.reset();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const holds = (value: string) => mock.on(GetSecretValueCommand).resolves({ SecretString: value });
const fails = () => mock.on(GetSecretValueCommand).rejects(new Error('throttled'));
const reads = () => mock.commandCalls(GetSecretValueCommand).length;
const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

it('reads a secret by its name', async () => {
  holds('a');
  expect(await readSecret(id)).toBe('a');
  expect(mock.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toEqual({ SecretId: id });
});

it('keeps the value for five minutes', async () => {
  holds('a');
  await readSecret(id);
  holds('b');
  wait(5 * MINUTE - 1);
  expect(await readSecret(id)).toBe('a');
  expect(reads()).toBe(1);
  wait(1);
  expect(await readSecret(id)).toBe('b');
  expect(reads()).toBe(2);
});

it('keeps two secrets apart', async () => {
  holds('a');
  await readSecret(id);
  holds('b');
  expect(await readSecret(randomUUID())).toBe('b');
  expect(await readSecret(id)).toBe('a');
});

it('reads anew when the value was refused, a minute after the last read at the earliest', async () => {
  holds('old');
  await readSecret(id);
  holds('new');
  wait(MINUTE - 1);
  expect(await readSecret(id, 'old')).toBe('old');
  expect(reads()).toBe(1);
  wait(1);
  expect(await readSecret(id, 'old')).toBe('new');
  expect(reads()).toBe(2);
});

it('reads at most once a minute for a value that stays wrong', async () => {
  holds('wrong');
  await readSecret(id);
  wait(MINUTE);
  for (let second = 0; second < 60; second += 1) {
    await readSecret(id, 'wrong');
    wait(SECOND);
  }
  expect(reads()).toBe(2);
});

it('reads at most once a minute for a refused value that cannot be read anew', async () => {
  holds('wrong');
  await readSecret(id);
  fails();
  wait(MINUTE);
  for (let second = 0; second < 60; second += 1) {
    await readSecret(id, 'wrong');
    wait(SECOND);
  }
  expect(reads()).toBe(2);
});

it('reads at most once a minute for a value that is too old and cannot be read anew', async () => {
  holds('a');
  await readSecret(id);
  fails();
  wait(60 * MINUTE);
  for (let second = 0; second < 60; second += 1) {
    expect(await readSecret(id)).toBe('a');
    wait(SECOND);
  }
  expect(reads()).toBe(2);
});

it('has the newer value at hand when an older one was refused', async () => {
  holds('new');
  await readSecret(id);
  wait(2 * MINUTE);
  expect(await readSecret(id, 'old')).toBe('new');
  expect(reads()).toBe(1);
});

it('lets the old value serve on when the read fails', async () => {
  holds('a');
  await readSecret(id);
  fails();
  wait(60 * MINUTE);
  expect(await readSecret(id)).toBe('a');
  expect(await readSecret(id, 'a')).toBe('a');
  holds('b');
  wait(MINUTE);
  expect(await readSecret(id)).toBe('b');
});

it('throws when there never was a value', async () => {
  fails();
  await expect(readSecret(id)).rejects.toThrow('throttled');
  holds('a');
  expect(await readSecret(id)).toBe('a');
});

it.each([[{ SecretString: '' }], [{}], [{ SecretBinary: new Uint8Array([1]) }]])(
  'takes no secret without a text for one: %o',
  async (answer) => {
    mock.on(GetSecretValueCommand).resolves(answer);
    await expect(readSecret(id)).rejects.toThrow('the secret is empty');
    holds('a');
    expect(await readSecret(id)).toBe('a');
  },
);

it('never lets an emptied secret take the place of a good one', async () => {
  holds('a');
  await readSecret(id);
  mock.on(GetSecretValueCommand).resolves({ SecretString: '' });
  wait(60 * MINUTE);
  expect(await readSecret(id)).toBe('a');
});
