import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import { readSecret as read } from '../../shared/aws/secrets.ts';

const SECOND = 1000;

const MINUTE = 60 * SECOND;

/** Secrets Manager's answer to every read from now on; undefined: it refuses. */
let answer: object | undefined;

let asked: unknown[] = [];

let service: LocalServer;

beforeAll(async () => {
  service = await listen(async (request, response) => {
    asked.push(JSON.parse(String(await bodyOf(request, 10_000))));
    // The service's clock goes with ours; Node keeps its own for a second.
    response.writeHead(answer ? 200 : 400, { date: new Date().toUTCString() });
    response.end(JSON.stringify(answer ?? { __type: 'AccessDeniedException' }));
  });
});

afterAll(() => service.close());

const readSecret = (id: string, refused?: string) => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return read({ region: 'us-east-1', credentials, endpoint: service.origin }, id, refused);
};

// The cache belongs to the module, so each test has a secret of its own.
let id: string;

beforeEach(() => {
  id = randomUUID();
  asked = [];
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const holds = (value: string) => {
  answer = { SecretString: value };
};

const fails = () => {
  answer = undefined;
};

const reads = () => asked.length;

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('reads a secret by its name', async () => {
  holds('a');
  expect(await readSecret(id)).toBe('a');
  expect(asked).toEqual([{ SecretId: id }]);
});

test('keeps the value for five minutes', async () => {
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

test('keeps two secrets apart', async () => {
  holds('a');
  await readSecret(id);
  holds('b');
  expect(await readSecret(randomUUID())).toBe('b');
  expect(await readSecret(id)).toBe('a');
});

test('reads again when the value was refused, at most once a minute', async () => {
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

test('reads at most once a minute while the value stays wrong', async () => {
  holds('wrong');
  await readSecret(id);
  wait(MINUTE);
  for (let second = 0; second < 60; second += 1) {
    await readSecret(id, 'wrong');
    wait(SECOND);
  }
  expect(reads()).toBe(2);
});

test('reads at most once a minute for a refused value that cannot be read again', async () => {
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

test('reads at most once a minute for a value that is too old and cannot be read again', async () => {
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

test('returns the newer cached value when an older one was refused', async () => {
  holds('new');
  await readSecret(id);
  wait(2 * MINUTE);
  expect(await readSecret(id, 'old')).toBe('new');
  expect(reads()).toBe(1);
});

test('keeps using the old value when the read fails', async () => {
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

test('throws when no value was ever read', async () => {
  fails();
  await expect(readSecret(id)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  holds('a');
  expect(await readSecret(id)).toBe('a');
});

test.each([[{ SecretString: '' }], [{}], [{ SecretBinary: 'AQ==' }]])(
  'refuses a secret without a text: %o',
  async (empty) => {
    answer = empty;
    await expect(readSecret(id)).rejects.toThrow('the secret is empty');
    holds('a');
    expect(await readSecret(id)).toBe('a');
  },
);

test('keeps a good value when the secret is emptied', async () => {
  holds('a');
  await readSecret(id);
  holds('');
  wait(60 * MINUTE);
  expect(await readSecret(id)).toBe('a');
});

test.each(['\u200bkey', '\ufeffkey\u200b\r\n', '  key\u2060 ', '\u00a0key\u00ad'])(
  'removes invisible characters around the value %j',
  async (value) => {
    holds(value);
    expect(await readSecret(id)).toBe('key');
  },
);

test('keeps characters within the value, so that its reader can name them', async () => {
  holds('k\u200bey');
  expect(await readSecret(id)).toBe('k\u200bey');
});
