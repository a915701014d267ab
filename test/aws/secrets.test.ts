import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
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

it('reads a secret by its name', async () => {
  holds('a');
  expect(await readSecret(id)).toBe('a');
  expect(asked).toEqual([{ SecretId: id }]);
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
  await expect(readSecret(id)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  holds('a');
  expect(await readSecret(id)).toBe('a');
});

it.each([[{ SecretString: '' }], [{}], [{ SecretBinary: 'AQ==' }]])(
  'takes no secret without a text for one: %o',
  async (empty) => {
    answer = empty;
    await expect(readSecret(id)).rejects.toThrow('the secret is empty');
    holds('a');
    expect(await readSecret(id)).toBe('a');
  },
);

it('never lets an emptied secret take the place of a good one', async () => {
  holds('a');
  await readSecret(id);
  holds('');
  wait(60 * MINUTE);
  expect(await readSecret(id)).toBe('a');
});

it.each(['\u200bkey', '\ufeffkey\u200b\r\n', '  key\u2060 ', '\u00a0key\u00ad'])(
  'leaves out what is invisible around the value %j',
  async (value) => {
    holds(value);
    expect(await readSecret(id)).toBe('key');
  },
);

it('keeps what stands within the value, for whoever uses it to name', async () => {
  holds('k\u200bey');
  expect(await readSecret(id)).toBe('k\u200bey');
});
