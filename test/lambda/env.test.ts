import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnvKey, env, envKeys, ledgerFromEnv, truoraFromEnv } from '../../shared/lambda/env.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { routes } from '../../shared/workflow/names.ts';

const good: Record<EnvKey, string> = {
  TABLE_NAME: 'ledger',
  MEDIA_BUCKET: 'media',
  EVENT_BUS: 'outcomes',
  RETENTION_DAYS: '365',
  RESULT_MODE: 'callback',
  TRUORA_ORIGIN: 'https://api.validations.truora.com',
  TRUORA_UPLOAD_ORIGINS: 'https://files.truora.com,https://files.example.com',
  TRUORA_KEY_SECRET: 'secret:truora',
  WEBHOOK_KEYS_SECRET: 'secret:webhooks',
  HTTP_DEADLINE_SECONDS: '10',
  SETTLE_SECONDS: '60',
  ON_UNRESOLVED: 'fail-for-human',
  DAILY_BUDGET: '1000',
  GRACE_SECONDS: '30',
  ALLOWED_RETRIES: '1',
  RETRY_SECONDS: '300',
  METRICS_NAMESPACE: 'face-revalidation-test',
  MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:Revalidation',
  ACCOUNT_CLAIM: 'account',
};
const keys = Object.keys(good) as EnvKey[];

const clear = () => {
  for (const key of keys) delete process.env[key];
};
beforeEach(() => {
  clear();
  Object.assign(process.env, good);
});
afterEach(clear);

describe('env', () => {
  it('parses every variable', () => {
    expect(Object.fromEntries(keys.map((key) => [key, env(key)]))).toEqual({
      ...good,
      RETENTION_DAYS: 365,
      HTTP_DEADLINE_SECONDS: 10,
      SETTLE_SECONDS: 60,
      DAILY_BUDGET: 1000,
      GRACE_SECONDS: 30,
      ALLOWED_RETRIES: 1,
      RETRY_SECONDS: 300,
      TRUORA_UPLOAD_ORIGINS: ['https://files.truora.com', 'https://files.example.com'],
    });
  });

  it.each(keys)('fails by the name of %s when it is missing', (key) => {
    delete process.env[key];
    expect(() => env(key)).toThrow(new TypeError(`environment variable ${key} is missing or malformed`));
  });

  it.each([
    ['TABLE_NAME', ''],
    ['MEDIA_BUCKET', ''],
    ['RETENTION_DAYS', ''],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '-1'],
    ['RETENTION_DAYS', '1.5'],
    ['RETENTION_DAYS', 'a year'],
    ['RETENTION_DAYS', 'Infinity'],
    ['ALLOWED_RETRIES', '3'],
    ['ALLOWED_RETRIES', '-1'],
    ['RETRY_SECONDS', '0'],
    ['RESULT_MODE', 'push'],
    ['RESULT_MODE', 'Callback'],
    ['TRUORA_ORIGIN', 'api.validations.truora.com'],
    ['TRUORA_ORIGIN', ''],
    ['TRUORA_KEY_SECRET', ''],
    ['WEBHOOK_KEYS_SECRET', ''],
    ['HTTP_DEADLINE_SECONDS', '0'],
    ['HTTP_DEADLINE_SECONDS', '10s'],
    ['GRACE_SECONDS', '-30'],
    ['ON_UNRESOLVED', 'try-again'],
    ['DAILY_BUDGET', '0'],
    ['DAILY_BUDGET', 'much'],
  ] as const)('fails by the name of %s when it is %j, and does not quote it', (key, value) => {
    process.env[key] = value;
    expect(() => env(key)).toThrow(new TypeError(`environment variable ${key} is missing or malformed`));
  });

  it('looks at the moment it is asked, not at import', () => {
    process.env.TABLE_NAME = 'another';
    expect(env('TABLE_NAME')).toBe('another');
  });
});

describe('envKeys', () => {
  it('lists every function, and no other', () => {
    expect(Object.keys(envKeys).toSorted()).toEqual([...stepNames, ...Object.keys(routes)].toSorted());
  });

  it.each(Object.entries(envKeys))('gives %s only variables that are known, each once', (_, listed) => {
    expect(listed.length).toBeGreaterThan(0);
    expect(new Set(listed).size).toBe(listed.length);
    for (const key of listed) expect(() => env(key)).not.toThrow();
  });

  it('gives each variable to somebody', () => {
    expect([...new Set(Object.values(envKeys).flat())].toSorted()).toEqual(keys.toSorted());
  });

  it("gives Truora's key to nobody who does not call Truora", () => {
    const callers = Object.entries(envKeys).flatMap(([name, listed]) =>
      listed.includes('TRUORA_KEY_SECRET') ? [name] : [],
    );
    expect(callers).toEqual(['CheckEnrollment', 'CreateValidation', 'ReadVerdict']);
  });
});

it('makes a ledger of two variables', () => {
  expect(ledgerFromEnv()).toEqual({ table: 'ledger', retentionDays: 365 });
});

describe('truoraFromEnv', () => {
  it('reads the key under its name, and again by the key that was refused', async () => {
    const asked: unknown[] = [];
    const truora = truoraFromEnv(async (...words) => {
      asked.push(words);
      return 'key';
    });
    expect(await truora.key()).toBe('key');
    expect(await truora.key('old')).toBe('key');
    expect(asked).toEqual([
      ['secret:truora', undefined],
      ['secret:truora', 'old'],
    ]);
  });

  it('says where Truora is and where media may go', () => {
    const { origin, uploadOrigins } = truoraFromEnv(async () => 'key');
    expect({ origin, uploadOrigins }).toEqual({
      origin: good.TRUORA_ORIGIN,
      uploadOrigins: ['https://files.truora.com', 'https://files.example.com'],
    });
  });

  it.each([
    ['10', false, { connectMs: 3000, headersMs: 10_000, idleMs: 10_000, totalMs: 10_000 }],
    ['10', true, { connectMs: 3000, headersMs: 10_000, idleMs: 10_000, totalMs: 60_000 }],
    ['2', false, { connectMs: 2000, headersMs: 2000, idleMs: 2000, totalMs: 2000 }],
  ])('makes of %s s, upload %s, its deadlines', (seconds, upload, deadlines) => {
    process.env.HTTP_DEADLINE_SECONDS = seconds;
    expect(truoraFromEnv(async () => 'key', { upload }).deadlines).toEqual(deadlines);
  });
});
