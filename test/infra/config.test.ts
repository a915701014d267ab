import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { readConfig } from '../../infra/aws/read-config.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { changed } from '../support/changed-templates.ts';
import { synthesized } from '../support/synthesized.ts';
import { config, functionOf, template } from '../support/template.ts';

test('only the receiver of webhooks has reserved instances, when the deployment sets them', () => {
  const reserved = (of: Template) =>
    resourcesOf(of, 'AWS::Lambda::Function').flatMap(({ properties: { Handler, ReservedConcurrentExecutions } }) =>
      ReservedConcurrentExecutions === undefined ? [] : [[Handler, ReservedConcurrentExecutions]],
    );
  expect(reserved(template)).toEqual([]);
  expect(reserved(changed)).toEqual([['receive-webhook.handler', 5]]);
});

test('each call counts against a budget, also without a setting', () => {
  expect(functionOf('CreateValidation').Environment?.Variables.DAILY_BUDGET).toBe('10000');
});

test('names the new setting for the floor of an earlier version', () => {
  expect(() => readConfig({ minimumThreshold: 0.8 })).toThrow(
    'configuration: minimumThreshold: is now policies.default.minimumThreshold',
  );
});

test('the most and longest policies, with every other variable, fit into the environment of a function', () => {
  const longest = {
    minimumThreshold: 0.123_456_789_012_345_6,
    require: ['similarity', 'passive_liveness'],
    maxTimeoutSeconds: 21_600,
  };
  const names = ['default', ...Array.from({ length: 15 }, (_, at) => `p${at}`.padEnd(32, 'x'))];
  const policies = Object.fromEntries(names.map((name) => [name, longest]));
  const alternative = { url: `https://${'a'.repeat(280)}.example.com`.slice(0, 300), text: 'x'.repeat(120) };
  const documentationUrl = `https://docs.example.com/${'a'.repeat(200)}`;
  const full = synthesized(Config.parse({ policies, alternative, documentationUrl }));
  for (const { properties } of resourcesOf(full, 'AWS::Lambda::Function')) {
    const { Variables } = properties.Environment as { Variables: Record<string, unknown> };
    // A reference stands for a name or an ARN, of 200 characters at most.
    const sizes = Object.entries(Variables).map(
      ([key, value]) => key.length + (typeof value === 'string' ? value.length : 200),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4096);
  }
});

describe('the configuration', () => {
  test('needs no setting', () => {
    expect(config).toEqual({
      stage: 'dev',
      resultMode: 'callback',
      consentMode: 'flag',
      allowNationalIds: false,
      callbackTimeoutSeconds: 60,
      graceSeconds: 30,
      settleSeconds: 60,
      onUnresolved: 'fail-for-human',
      dailyBudget: 10_000,
      httpDeadlineSeconds: 10,
      sweepMinutes: 5,
      policies: { default: { minimumThreshold: 0.65 } },
      allowedRetries: 0,
      retrySeconds: 300,
      retentionDays: 365,
      evidence: true,
      campaigns: false,
      evidenceYears: 5,
      evidenceKeys: 1,
      callsPerSecond: 50,
      callsAtOnce: 100,
      truoraOrigin: 'https://api.validations.truora.com',
      uploadOrigins: ['https://files.truora.com'],
      mediaHours: 24,
      unclaimedMinutes: 15,
      media: { minPixels: 64, maxSeconds: 60 },
      corsOrigins: [],
      tags: {},
      runbookUrl: 'infra/aws/RUNBOOK.md',
      logLevel: 'INFO',
      eventSchemas: true,
      console: false,
    });
  });

  test.each(['http://127.0.0.1:8080', 'http://[::1]:8080', 'https://truora.example.com:8443'])(
    'takes %s for an origin',
    (origin) => {
      expect(Config.parse({ truoraOrigin: origin, uploadOrigins: [origin] })).toMatchObject({ truoraOrigin: origin });
    },
  );

  test('keeps a record for longer than S3 may keep its media', () => {
    expect(Config.safeParse({ retentionDays: 4, mediaHours: 24 }).success).toBe(true);
    expect(Config.safeParse({ retentionDays: 4, mediaHours: 25 }).success).toBe(false);
  });

  test('may settle a lost call before its function is surely over only where calls are free', () => {
    const settled = (settleSeconds: number, truoraOrigin?: string) =>
      Config.safeParse({ settleSeconds, ...(truoraOrigin ? { truoraOrigin } : {}) }).success;
    expect(settled(functionSeconds.CreateValidation)).toBe(false);
    expect(settled(functionSeconds.CreateValidation + 10)).toBe(true);
    expect(settled(1, 'http://127.0.0.1:8080')).toBe(true);
    expect(settled(1, 'https://127.0.0.1.example.com')).toBe(false);
  });

  test.each<[string, unknown]>([
    ['stage', 'Prod'],
    ['stage', ''],
    ['stage', '1st'],
    ['stage', 'a'.repeat(17)],
    ['stage', 'a_b'],
    ['resultMode', 'push'],
    ['callbackTimeoutSeconds', 0],
    ['callbackTimeoutSeconds', 3601],
    ['callbackTimeoutSeconds', 1.5],
    ['callbackTimeoutSeconds', 'a minute'],
    ['callbackTimeoutSeconds', '90'],
    ['callbackTimeoutSeconds', null],
    ['settleSeconds', 301],
    ['settleSeconds', 0],
    ['settleSeconds', 49],
    ['onUnresolved', 'retry'],
    ['dailyBudget', 0],
    ['dailyBudget', 1.5],
    ['graceSeconds', 0],
    ['graceSeconds', 601],
    ['sweepMinutes', 0],
    ['sweepMinutes', 61],
    ['httpDeadlineSeconds', 13],
    ['httpDeadlineSeconds', 0],
    ['policies', { default: { minimumThreshold: 1.01 } }],
    ['policies', { default: { minimumThreshold: -0.1 } }],
    ['policies', { default: { minimumThreshold: 'high' } }],
    ['policies', { default: { minimumThreshold: 1e-200 } }],
    ['policies', { transfer: { minimumThreshold: 0.7 } }],
    ['policies', { default: {}, Transfer: {} }],
    ['policies', { default: { require: ['speech_match'] } }],
    ['policies', { default: { maxTimeoutSeconds: 21_601 } }],
    ['policies', Object.fromEntries(['default', ...'abcdefghijklmnop'].map((name) => [name, {}]))],
    ['allowedRetries', 3],
    ['allowedRetries', -1],
    ['retrySeconds', 301],
    ['retrySeconds', 0],
    ['retentionDays', 0],
    ['retentionDays', 3651],
    ['truoraOrigin', 'api.validations.truora.com'],
    ['truoraOrigin', 'https://api.validations.truora.com/'],
    ['truoraOrigin', 'https://api.validations.truora.com/v1'],
    ['truoraOrigin', 'https://user:password@api.validations.truora.com'],
    ['truoraOrigin', 'javascript:alert(1)'],
    ['truoraOrigin', 'http://api.validations.truora.com'],
    ['truoraOrigin', 'http://127.0.0.1.example.com'],
    ['callsPerSecond', 0],
    ['callsAtOnce', 5001],
    ['jwt', '{}'],
    ['jwt', { issuer: 'http://issuer.example.com', audience: ['api'] }],
    ['jwt', { issuer: 'https://issuer.example.com', audience: [] }],
    ['uploadOrigins', ['http://files.truora.com']],
    ['uploadOrigins', []],
    ['uploadOrigins', ['files.truora.com']],
    ['uploadOrigins', ['https://files.truora.com', 'https://files.truora.com/']],
    ['retentionDay', 30],
    ['region', 'moon'],
    ['region', 'cn-north-1'],
    ['region', 'us-gov-west-1'],
    ['webhookConcurrency', 0],
    ['webhookConcurrency', 1001],
    ['unclaimedMinutes', -1],
    ['unclaimedMinutes', 721],
    ['retentionDays', 3],
    ['mediaHours', 0],
    ['mediaHours', 169],
    ['media', { minPixels: 0 }],
    ['media', { maxSeconds: 3601 }],
    ['corsOrigins', 'https://app.example.com'],
    ['corsOrigins', ['*']],
    ['corsOrigins', ['https://*']],
    ['corsOrigins', ['https://*.example.com']],
    ['corsOrigins', ['https://app.example.com', 'https://*']],
    ['documentationUrl', 'http://docs.example.com'],
    ['documentationUrl', 'https://docs.example.com/'],
    ['documentationUrl', 'https://docs.example.com/a#b'],
    ['corsOrigins', ['http://app.example.com']],
    ['alarmEmail', 'ops'],
    ['alarmEmail', ''],
    ['protection', 'true'],
    ['eventSchemas', 'no'],
    ['tags', { 'aws:team': 'risk' }],
    ['tags', { team: 7 }],
    ['tags', Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`tag-${at}`, 'x']))],
  ])('refuses %s of %j by its name', (field, value) => {
    const { error } = Config.safeParse({ [field]: value });
    const named = error?.issues.map((issue) => (issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0]));
    expect(new Set(named)).toEqual(new Set([field]));
  });
});
