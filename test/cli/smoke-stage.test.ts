import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsStage, openAwsStage } from '../support/aws-stage.ts';

let stage: AwsStage;

let secrets: Map<string, string>;

beforeAll(async () => {
  stage = await openAwsStage();
  secrets = new Map(stage.running.system.secrets);
}, 60_000);

beforeEach(() => {
  stage.reset();
  for (const [name, value] of secrets) stage.running.system.secrets.set(name, value);
});

afterAll(() => stage.close());

type Checked = { check: string; isOk: boolean; detail: string; remedy?: string };

const smoke = async () => {
  const { code, out } = await stage.cli(['smoke', '--json']);
  return { code, checks: JSON.parse(out) as Checked[] };
};

const secretOf = (output: string) => stage.running.system.deployment.outputs[output] ?? '';

const endingIn = (days: number): string => {
  const payload = { exp: Math.floor(Date.now() / 1000) + days * 86_400 + 3600 };
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`;
};

test('smoke proves a stage by its name alone, for free', async () => {
  const { code, checks } = await smoke();
  expect([code, checks.filter(({ isOk }) => !isOk)]).toEqual([0, []]);
  expect(checks.map(({ check }) => check)).toEqual([
    'outputs',
    'Truora key',
    'webhook keys',
    'webhook',
    'alarm mail',
    'free run',
  ]);
  expect(checks.find(({ check }) => check === 'alarm mail')?.detail).toBe('1 confirmed');
  expect(stage.asked).toEqual(['GetCallerIdentity', 'GetParameter', 'ListSubscriptionsByTopic']);
  expect(stage.running.system.sandbox?.counts()).toMatchObject({ creates: 0, charges: 0 });
});

/** What is broken, how, the check that finds it, and its words. */
const broken: [string, () => void, string, RegExp, RegExp][] = [
  [
    'a Truora key that is not set',
    () => stage.running.system.secrets.set(secretOf('TruoraKeySecret'), ''),
    'Truora key',
    /^the secret has no value$/,
    /^face-revalidation keys rotate truora FILE/,
  ],
  [
    'a Truora key that has expired',
    () => stage.running.system.secrets.set(secretOf('TruoraKeySecret'), endingIn(-3)),
    'Truora key',
    /^it ended 3 days ago$/,
    /^face-revalidation keys rotate truora FILE/,
  ],
  [
    'webhook keys that are not set',
    () => stage.running.system.secrets.set(secretOf('WebhookKeysSecret'), 'random text of a new secret'),
    'webhook keys',
    /^the secret holds no list of keys$/,
    /^face-revalidation keys rotate webhook FILE; infra\/aws\/README\.md, "After a deploy"$/,
  ],
  [
    'alarm mail that is not confirmed',
    () => stage.answers.subscriptions.splice(0, 1, 'PendingConfirmation'),
    'alarm mail',
    /^the mail is not confirmed$/,
    /^click the link in the mail/,
  ],
  [
    'alarms without an address',
    () => stage.answers.subscriptions.splice(0, 1),
    'alarm mail',
    /^no address is set$/,
    /^deploy with alarmEmail$/,
  ],
  [
    'a webhook that cannot be reached',
    () => Object.assign(stage.answers.outputs ?? {}, { WebhookUrl: 'http://127.0.0.1:1/webhooks/truora' }),
    'webhook',
    /^http:\/\/127\.0\.0\.1:1\/webhooks\/truora cannot be reached \(.+\)$/,
    /^the network of this machine; Truora must reach the same address$/,
  ],
  [
    'a webhook with another key than the secret',
    () => Object.assign(stage.answers.outputs ?? {}, { WebhookUrl: `${stage.origin}/refusing` }),
    'webhook',
    /^a signed call was refused: ReceiveWebhook has another key than the secret$/,
    /^wait a minute,/,
  ],
  [
    'an API that refuses the credentials',
    () => Object.assign(stage.answers.outputs ?? {}, { ApiUrl: `${stage.origin}/refusing` }),
    'free run',
    /^the API answered 401$/,
    /^your credentials need execute-api:Invoke/,
  ],
  [
    'a stage of an older version',
    () => delete stage.answers.outputs?.AlarmTopic,
    'outputs',
    /^the stack has no AlarmTopic$/,
    /^deploy the stage again/,
  ],
];

describe('smoke finds', () => {
  test.each(broken)('%s, says what to do, and ends with 1', async (_, act, name, detail, remedy) => {
    act();
    const { code, checks } = await smoke();
    const found = checks.find(({ check }) => check === name);
    expect([code, found]).toMatchObject([1, { isOk: false }]);
    expect(found?.detail).toMatch(detail);
    expect(found?.remedy).toMatch(remedy);
  });

  test('the same in a line each, without --json', async () => {
    stage.answers.subscriptions = ['PendingConfirmation'];
    const { code, out } = await stage.cli(['smoke']);
    expect([code, out.split('\n')]).toEqual([
      1,
      expect.arrayContaining([
        'failed  alarm mail: the mail is not confirmed. What to do: click the link in the mail that SNS sent to the alarm address',
        '1 checks failed for stage test in us-east-1 of account 111122223333',
      ]),
    ]);
  });
});

/** The variables by which the SDK finds credentials. */
const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

describe('smoke checks nothing, and ends with 2 and one line,', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'where the stage is not deployed',
      () => {
        stage.answers.outputs = undefined;
      },
      /^--stage test: it is not deployed in us-east-1 of account 111122223333: deploy it, or choose another --region or profile/,
    ],
    [
      'where the session token has expired',
      () => {
        stage.answers.refusal = { status: 403, code: 'ExpiredToken' };
      },
      /^--stage test: AWS refuses these credentials \(ExpiredToken.*\): log in again, or choose another AWS_PROFILE/,
    ],
    [
      'where there are no credentials',
      () => {
        for (const name of credentials) delete process.env[name];
      },
      /^--stage test: no AWS credentials \(.+\): set AWS_PROFILE, or log in/,
    ],
  ])('%s', async (_, act, line) => {
    const before = credentials.map((name) => process.env[name]);
    act();
    const { code, out, err } = await stage.cli(['smoke']);
    credentials.forEach((name, n) => {
      process.env[name] = before[n];
    });
    expect([code, out, err.split('\n').length]).toEqual([2, '', 1]);
    expect(err).toMatch(line);
  });
});
