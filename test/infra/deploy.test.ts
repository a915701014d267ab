import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { stageKeys } from '../../infra/aws/config.ts';
import type { CdkCommand } from '../../infra/cli/deploy.ts';
import { ownSteps } from '../../infra/cli/deploy-steps.ts';
import { type LocalServer, listen } from '../../infra/local/http.ts';
import { runHere } from '../support/command-line.ts';
import { runDeployment } from '../support/deployment.ts';

const root = join(import.meta.dirname, '../..');

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-deploy-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A CDK that only says what it was called with, and ends as it is told. */
writeFileSync(join(folder, 'cdk'), '#!/bin/sh\necho "cdk $*"\nexit $CDK_ENDS\n');

chmodSync(join(folder, 'cdk'), 0o755);

/** What STS answers, and how often it was asked. */
let said: { status: number; body: string };

let asked = 0;

/** What Parameter Store answers. */
let stored: { status: number; body: object };

const identity = (partition: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:${partition}:iam::111122223333:user/deployer</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

const refusal = (code: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

let aws: LocalServer;

beforeAll(async () => {
  aws = await listen(async (request, response) => {
    if (request.headers['x-amz-target'] === 'AmazonSSM.GetParameter') {
      response.writeHead(stored.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(stored.body));
      return;
    }
    asked += 1;
    response.writeHead(said.status, { 'content-type': 'text/xml' }).end(said.body);
  });
});

afterAll(() => aws.close());

beforeEach(() => {
  said = { status: 200, body: identity('aws') };
  asked = 0;
  stored = { status: 400, body: { __type: 'ParameterNotFound' } };
});

/** A shell with invalid credentials, that reaches no AWS. */
const shell = () => ({
  HOME: folder,
  PATH: `${folder}${delimiter}${process.env.PATH}`,
  CDK_ENDS: '0',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL_STS: aws.origin,
  AWS_ENDPOINT_URL_SSM: aws.origin,
  AWS_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'invalid',
  AWS_SECRET_ACCESS_KEY: 'nothing',
});

type Ended = { code: number | null; out: string; err: string };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Runs a command in this process, without a terminal: only the CDK is not started. */
const run = async ([command, ...argv]: string[], env: Record<string, string | undefined> = {}): Promise<Ended> => {
  for (const [name, value] of Object.entries({ ...shell(), ...env })) vi.stubEnv(name, value);
  const out: string[] = [];
  const err: string[] = [];
  const code = await runDeployment(command as CdkCommand, argv, {
    ...ownSteps(),
    cdk: (args) => {
      out.push(`cdk ${args.join(' ')}`);
      return 0;
    },
    ask: () => Promise.reject(new Error('there is no person')),
    hasTerminal: false,
    log: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
};

/** Runs a command as npm would, in a process of its own, with a CDK in its path. */
const runInProcess = (argv: string[], env: Record<string, string | undefined> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const words = [join(root, 'infra/cli/main.ts'), ...argv];
    const child = execFile(process.execPath, words, { env: { ...shell(), ...env } }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, out: stdout.trim(), err: stderr.trim() }),
    );
  });

describe('invalid arguments', () => {
  test.each([
    [[], /^--stage is required/],
    [['--stage', 'Prod'], /^stage: must be 1 to 16/],
    [['--stage', 'none', '--yes'], /^stage none: there is no .+: dev, prod$/],
    [['--stage', 'dev'], /^no terminal to ask on: --yes does not ask/],
    [['--stage', 'dev', '--callback-timeout-seconds', '0'], /^--callback-timeout-seconds: /],
    [['--stage', 'dev', '--media', '{"minPixel":3}'], /^--media\.minPixel: is not a setting/],
    [
      ['--stage', 'prod', '--daily-budget', '5'],
      /^--daily-budget: prod is protected: set dailyBudget in infra\/stages\/prod/,
    ],
    [['--stage', 'dev', '--colour', 'red'], /--colour/],
    [['--stage', 'dev', '--alarm-email', 'ops'], /^--alarm-email: /],
    [['--stage'], /--stage/],
    [['dev'], /dev/],
  ])('%j give one line, and nothing is started', async (argv, line) => {
    const { code, out, err } = await run(['deploy', ...argv]);
    expect([code, out, err.split('\n').length, asked]).toEqual([2, '', 1, 0]);
    expect(err).toMatch(line);
  });

  test('end the process with 2 and one line, where there is no terminal to ask on', async () => {
    const { code, out, err } = await runInProcess(['deploy', '--stage', 'dev']);
    expect([code, out, asked]).toEqual([2, '', 0]);
    expect(err).toMatch(/^no terminal to ask on: --yes does not ask.*$/);
  });

  test.each(['diff', 'destroy'])('a setting is no option of %s', async (command) => {
    const { code, err } = await run([command, '--stage', 'dev', '--media-hours', '48']);
    expect([code, err]).toEqual([2, expect.stringMatching(/^unknown option '--media-hours'/)]);
  });
});

/** The words that the CDK gets when nothing is asked. */
const words = (command: string) => [command, '--stage', 'dev', ...(command === 'diff' ? [] : ['--yes'])];

const started: Record<string, string> = {
  deploy: 'cdk deploy -c stage=dev --require-approval never',
  diff: 'cdk diff -c stage=dev',
  destroy: 'cdk destroy -c stage=dev --force',
};

test.each(['deploy', 'destroy'])(
  '%s ends with the exit code of the CDK, and states what is left to do',
  async (command) => {
    // Both start the CDK in one way, so one of them starts a CDK that succeeds, and each one that fails.
    const start = command === 'deploy' ? runInProcess : run;
    expect(await start(words(command))).toMatchObject({ code: 0, out: started[command] });
    const failed = await runInProcess(words(command), { CDK_ENDS: '1' });
    expect(failed.out).toBe(started[command]);
    expect([failed.code, failed.err]).toEqual([
      1,
      expect.stringContaining(
        command === 'deploy' ? 'npx cdk bootstrap -c stage=dev' : 'update-termination-protection',
      ),
    ]);
  },
);

test('an absent CDK gives a message with the way to install it', async () => {
  const { code, err } = await runInProcess(words('deploy'), { PATH: '/nowhere' });
  expect([code, err]).toEqual([3, expect.stringContaining('npm ci')]);
});

test.each([
  [
    'may not be read',
    { status: 400, body: { __type: 'AccessDeniedException' } },
    /need ssm:GetParameter on \/face-rev.+-dev\/settings$/m,
  ],
  ['are no settings', { status: 200, body: { Parameter: { Value: '[]' } } }, /holds no settings: put {} there/],
])('a deployment starts nothing where the deployed settings %s', async (_, answer, line) => {
  stored = answer;
  const { code, out, err } = await run(words('deploy'));
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(line);
});

test.each(['deploy', 'diff'])(
  '%s shows what changes in the deployed settings before the CDK starts',
  async (command) => {
    stored = { status: 200, body: { Parameter: { Value: '{"alarmEmail":"ops@example.com","dailyBudget":10000}' } } };
    const { out, err } = await run(words(command));
    expect(out).toBe(started[command]);
    expect(err).toContain('\n  alarmEmail: ops@example.com -> none\n');
    expect(err).not.toContain('dailyBudget');
  },
);

describe.each(['deploy', 'diff', 'destroy'])('%s calls AWS first', (command) => {
  const noCredentials = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

  test('and prints the account and region', async () => {
    const { out, err } = await run(words(command));
    expect([out, asked]).toEqual([started[command], 1]);
    expect(err.split('\n')[0]).toBe(`${command}: account 111122223333, region us-west-2`);
  });

  test.each<[string, number, () => object, object, RegExp]>([
    ['there are no credentials', 2, () => ({}), noCredentials, /^no AWS credentials \(.+\): set AWS_PROFILE/],
    [
      'they have expired',
      2,
      () => ({ status: 403, body: refusal('ExpiredToken') }),
      {},
      /^AWS refuses these credentials \(ExpiredToken/,
    ],
    [
      'AWS does not know them',
      2,
      () => ({ status: 403, body: refusal('InvalidClientTokenId') }),
      {},
      /^AWS refuses .*InvalidClientTokenId/,
    ],
    [
      'they are of another partition',
      2,
      () => ({ status: 200, body: identity('aws-cn') }),
      {},
      /^the partition aws-cn is not supported/,
    ],
    [
      'AWS cannot be reached',
      3,
      () => ({}),
      { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' },
      /^AWS could not be asked who you are/,
    ],
  ])('and starts nothing where %s', async (_, ends, answer, env, line) => {
    said = { ...said, ...answer() };
    const { code, out, err } = await run(words(command), env as Record<string, undefined>);
    expect([code, out, err.split('\n').length]).toEqual([ends, '', 1]);
    expect(err).toMatch(line);
  });
});

test('--help of deploy gives the meaning, the bounds and the default of every setting', async () => {
  const { code, out } = await runHere(['deploy', '--help'], folder);
  expect(code).toBe(0);
  const [, settings = ''] = out.split('\nSettings:\n');
  const rows = settings.split(/\n(?= {2}--)/).map((row) => row.replace(/\s+/g, ' ').trim());
  expect(rows).toHaveLength(stageKeys.length);
  stageKeys.forEach((key, n) => {
    const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(rows[n]).toMatch(new RegExp(`^--${flag} <value> [A-Z].+\\. .+; default: \\S`));
  });
  expect(rows[1]).toContain('an execution waits for a webhook before it polls: longer than nearly all');
  expect(rows[1]).toContain('(assumed). 1 to 3600; default: 60');
});
