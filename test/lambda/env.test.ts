import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withCampaigns } from '../../infra/workflow/campaign-functions.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import { accessFromEnv, ledgerFromEnv, outcomeSettingsFromEnv, truoraFromEnv } from '../../shared/lambda/clients.ts';
import { type EnvKey, env } from '../../shared/lambda/env.ts';
import { emitOutcome } from '../../shared/lambda/metrics.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { campaignSteps, jobs, routes } from '../../shared/workflow/functions.ts';

const good: Record<EnvKey, string> = {
  TABLE_NAME: 'ledger',
  MEDIA_BUCKET: 'media',
  EVENT_BUS: 'outcomes',
  MEDIA_HOURS: '24',
  UNCLAIMED_MINUTES: '15',
  MEDIA_MIN_PIXELS: '64',
  MEDIA_MAX_SECONDS: '60',
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
  DEAD_LETTERS: 'drops=https://sqs.us-east-1.amazonaws.com/1/a,jobs=https://sqs.us-east-1.amazonaws.com/1/b',
  GRACE_SECONDS: '30',
  SWEEP_MINUTES: '5',
  POLICIES: '{"default":{"minimumThreshold":0.65}}',
  ALLOWED_RETRIES: '1',
  RETRY_SECONDS: '300',
  METRICS_NAMESPACE: 'face-revalidation-test',
  CAMPAIGN_MACHINE_ARN: 'arn',
  CAMPAIGNS: 'true',
  MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:Revalidation',
  ALTERNATIVE: '{"text":"visit a branch"}',
  ACCOUNT_CLAIM: 'account',
  CAPTURE_URL: 'https://check.example.com/',
  CONSENT_MODE: 'receipt',
  CONSENT_TEXTS: '{"default.CO.es.1":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}',
  DOCUMENTATION_URL: 'https://docs.example.com/face',
  EVIDENCE_BUCKET: 'evidence',
  EVIDENCE_KEYS: 'arn:aws:kms:us-east-1:000000000000:key/two,arn:aws:kms:us-east-1:000000000000:key/one',
  EVIDENCE_ISSUER: 'face-revalidation-test',
  CODE_VERSION: '0.1.0',
  ALLOW_NATIONAL_IDS: 'false',
  ERASURE_BUCKET: 'erasures',
};

const keys = Object.keys(good) as EnvKey[];

/** What Lambda itself sets, and what it may set beside it. */
const lambda = { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

const optional = ['AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', '_X_AMZN_TRACE_ID'];

const asLambda = () => {
  for (const name of optional) delete process.env[name];
  Object.assign(process.env, lambda);
};

const clear = () => {
  for (const key of [...keys, ...optional, ...Object.keys(lambda)]) delete process.env[key];
};

beforeEach(() => {
  clear();
  Object.assign(process.env, good);
});

afterEach(clear);

describe('env', () => {
  test('parses every variable', () => {
    expect(Object.fromEntries(keys.map((key) => [key, env(key)]))).toEqual({
      ...good,
      RETENTION_DAYS: 365,
      HTTP_DEADLINE_SECONDS: 10,
      SETTLE_SECONDS: 60,
      DAILY_BUDGET: 1000,
      GRACE_SECONDS: 30,
      SWEEP_MINUTES: 5,
      MEDIA_HOURS: 24,
      UNCLAIMED_MINUTES: 15,
      ALTERNATIVE: { text: 'visit a branch' },
      POLICIES: { default: { minimumThreshold: 0.65 } },
      CONSENT_TEXTS: JSON.parse(good.CONSENT_TEXTS),
      MEDIA_MIN_PIXELS: 64,
      MEDIA_MAX_SECONDS: 60,
      ALLOW_NATIONAL_IDS: false,
      CAMPAIGNS: true,
      ALLOWED_RETRIES: 1,
      RETRY_SECONDS: 300,
      TRUORA_UPLOAD_ORIGINS: ['https://files.truora.com', 'https://files.example.com'],
      EVIDENCE_KEYS: good.EVIDENCE_KEYS.split(','),
      DEAD_LETTERS: {
        drops: 'https://sqs.us-east-1.amazonaws.com/1/a',
        jobs: 'https://sqs.us-east-1.amazonaws.com/1/b',
      },
    });
  });

  // A deployment without campaigns has no such variable.
  test.each(keys.filter((key) => key !== 'CAMPAIGNS'))('fails by the name of %s when it is missing', (key) => {
    delete process.env[key];
    expect(() => env(key)).toThrow(new TypeError(`environment variable ${key} is missing or malformed`));
  });

  test.each([
    ['TABLE_NAME', ''],
    ['MEDIA_BUCKET', ''],
    ['CONSENT_MODE', 'word'],
    ['ALLOW_NATIONAL_IDS', ''],
    ['ALLOW_NATIONAL_IDS', 'yes'],
    ['CONSENT_TEXTS', '{'],
    ['CONSENT_TEXTS', '{"default.CO.es":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}'],
    ['CONSENT_TEXTS', '{"default.CO.es.1":"00"}'],
    ['RETENTION_DAYS', ''],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '-1'],
    ['RETENTION_DAYS', '1.5'],
    ['RETENTION_DAYS', 'a year'],
    ['RETENTION_DAYS', 'Infinity'],
    ['POLICIES', '{"default":{"minimumThreshold":1.1}}'],
    ['POLICIES', '{}'],
    ['POLICIES', '{"default":{"minimumThreshold":1e-200}}'],
    ['POLICIES', 'high'],
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
    ['DEAD_LETTERS', 'drops'],
  ] as const)('fails by the name of %s when it is %j, and does not quote it', (key, value) => {
    process.env[key] = value;
    expect(() => env(key)).toThrow(new TypeError(`environment variable ${key} is missing or malformed`));
  });

  test('reads the environment when it is called, not at import', () => {
    process.env.TABLE_NAME = 'another';
    expect(env('TABLE_NAME')).toBe('another');
  });
});

describe('envKeys', () => {
  test('lists every function, and no other', () => {
    expect(Object.keys(envKeys).toSorted()).toEqual(
      [...stepNames, ...campaignSteps, ...Object.keys(routes), ...Object.keys(jobs)].toSorted(),
    );
  });

  test.each(Object.entries(envKeys))('gives %s only known variables, each once', (_, listed) => {
    expect(listed.length).toBeGreaterThan(0);
    expect(new Set(listed).size).toBe(listed.length);
    for (const key of listed) expect(() => env(key)).not.toThrow();
  });

  test('gives each variable to a function', () => {
    const ofCampaigns = Object.values(withCampaigns).flatMap(({ env: listed }) => listed);
    expect([...new Set([...Object.values(envKeys).flat(), ...ofCampaigns])].toSorted()).toEqual(keys.toSorted());
  });

  test("gives Truora's key only to those that call Truora, and to the one that checks its expiry", () => {
    const callers = Object.entries(envKeys).flatMap(([name, listed]) =>
      listed.includes('TRUORA_KEY_SECRET') ? [name] : [],
    );
    expect(callers.toSorted()).toEqual([
      'CheckEnrollment',
      'CheckKey',
      'CreateValidation',
      'ReadManifest',
      'ReadVerdict',
      'SweepErasures',
      'SweepLedger',
    ]);
  });
});

test('builds a ledger from two variables', () => {
  expect(ledgerFromEnv()).toEqual({ table: 'ledger', retentionDays: 365 });
});

test('states where outcomes are announced, how long media is kept after them, and how they are counted', () => {
  expect(outcomeSettingsFromEnv()).toEqual({ bus: 'outcomes', mediaHours: 24, emitOutcome });
});

describe('truoraFromEnv', () => {
  test('reads the key by its name, and again after the key was refused', async () => {
    asLambda();
    const asked: unknown[] = [];
    const truora = truoraFromEnv({
      read: async (...words) => {
        asked.push(words);
        return 'key';
      },
    });
    expect(await truora.key()).toBe('key');
    expect(await truora.key('old')).toBe('key');
    expect(asked).toEqual([
      [accessFromEnv('SECRETS_MANAGER'), 'secret:truora', undefined],
      [accessFromEnv('SECRETS_MANAGER'), 'secret:truora', 'old'],
    ]);
  });

  test('reads a key again that no header can hold, and names it if it is still so', async () => {
    asLambda();
    const bad = 'good-\u200bkey';
    for (const [stored, expected] of [
      [[bad, 'good-key'], 'good-key'],
      [[bad, bad], undefined],
    ] as const) {
      const refused: unknown[] = [];
      const truora = truoraFromEnv({
        read: async (_, __, old) => {
          refused.push(old);
          return stored[refused.length - 1] ?? '';
        },
      });
      const key = truora.key();
      if (expected) expect(await key).toBe(expected);
      else
        await expect(key).rejects.toThrow(
          /^truora_unauthorized: the Truora key holds an invalid character at position 6 of 9/,
        );
      expect(refused).toEqual([undefined, bad]);
    }
  });

  test('states where Truora is and where media may go', () => {
    const { origin, uploadOrigins } = truoraFromEnv();
    expect({ origin, uploadOrigins }).toEqual({
      origin: good.TRUORA_ORIGIN,
      uploadOrigins: ['https://files.truora.com', 'https://files.example.com'],
    });
  });

  test.each([
    ['10', false, { connectMs: 3000, headersMs: 10_000, idleMs: 10_000, totalMs: 10_000 }],
    ['10', true, { connectMs: 3000, headersMs: 10_000, idleMs: 10_000, totalMs: 60_000 }],
    ['2', false, { connectMs: 2000, headersMs: 2000, idleMs: 2000, totalMs: 2000 }],
  ])('builds deadlines from %s s, upload %s', (seconds, upload, deadlines) => {
    process.env.HTTP_DEADLINE_SECONDS = seconds;
    expect(truoraFromEnv({ upload }).deadlines).toEqual(deadlines);
  });
});

describe('accessFromEnv', () => {
  beforeEach(asLambda);

  test('reads what Lambda sets, and leaves out what it does not set', () => {
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
    expect(accessFromEnv('SECRETS_MANAGER')).toEqual({ region: 'sa-east-1', credentials });
  });

  test('reads the token, the endpoint of its own service, and the trace', () => {
    process.env.AWS_SESSION_TOKEN = 'token';
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = 'http://127.0.0.1:1';
    process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988';
    expect(accessFromEnv('SECRETS_MANAGER')).toEqual({
      region: 'sa-east-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
      endpoint: 'http://127.0.0.1:1',
      trace: 'Root=1-5759e988',
    });
    expect(accessFromEnv('DYNAMODB')).not.toHaveProperty('endpoint');
  });

  test.each(Object.keys(lambda))('fails by the name of %s when it is missing', (name) => {
    delete process.env[name];
    expect(() => accessFromEnv('DYNAMODB')).toThrow(`environment variable ${name} is missing or malformed`);
  });
});
