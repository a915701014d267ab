import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { readCommand } from '../../infra/cli/deploy.ts';
import { type LocalServer, listen } from '../../infra/local/http.ts';

const root = join(import.meta.dirname, '../..');

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-deploy-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A CDK that only says what it was called with, and ends as it is told. */
writeFileSync(join(folder, 'cdk'), '#!/bin/sh\necho "cdk $*"\nexit $CDK_ENDS\n');

chmodSync(join(folder, 'cdk'), 0o755);

/** An STS that says what it is told, and counts how often it was asked. */
let said: { status: number; body: string };

let asked = 0;

const identity = (partition: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:${partition}:iam::111122223333:user/deployer</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

const refusal = (code: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

let sts: LocalServer;

beforeAll(async () => {
  sts = await listen(async (_, response) => {
    asked += 1;
    response.writeHead(said.status, { 'content-type': 'text/xml' }).end(said.body);
  });
});

afterAll(() => sts.close());

beforeEach(() => {
  said = { status: 200, body: identity('aws') };
  asked = 0;
});

/** A shell with invalid credentials, that reaches no AWS. */
const shell = () => ({
  HOME: folder,
  PATH: `${folder}${delimiter}${process.env.PATH}`,
  CDK_ENDS: '0',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL_STS: sts.origin,
  AWS_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'invalid',
  AWS_SECRET_ACCESS_KEY: 'nothing',
});

type Ended = { code: number | null; out: string; err: string };

const run = (argv: string[], env: Record<string, string | undefined> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const words = [join(root, 'infra/cli/main.ts'), ...argv];
    const child = execFile(process.execPath, words, { env: { ...shell(), ...env } }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, out: stdout.trim(), err: stderr.trim() }),
    );
  });

test('deploy and destroy pass their settings to the CDK', () => {
  expect(readCommand('deploy', ['--stage', 'dev', '--alarm-email', 'ops@example.com', '--media-hours', '48'])).toEqual({
    cdk: ['deploy', '-c', 'stage=dev', '-c', 'mediaHours=48', '-c', 'alarmEmail=ops@example.com'],
  });
  expect(readCommand('deploy', ['--stage', 'prod', '--yes'])).toEqual({
    cdk: ['deploy', '-c', 'stage=prod', '--require-approval', 'never'],
  });
  expect(readCommand('destroy', ['--stage', 'dev', '--yes'])).toEqual({
    cdk: ['destroy', '-c', 'stage=dev', '--force'],
  });
});

describe('invalid arguments', () => {
  test.each([
    [[], /^--stage is required/],
    [['--stage', 'Prod'], /^--stage: must be 1 to 16/],
    [['--stage', 'dev', '--callback-timeout-seconds', '0'], /^--callback-timeout-seconds: /],
    [['--stage', 'dev', '--colour', 'red'], /--colour/],
    [['--stage', 'dev', '--alarm-email', 'ops'], /^--alarm-email: /],
    [['--stage'], /--stage/],
    [['dev'], /dev/],
  ])('%j give one line, and nothing is started', async (argv, line) => {
    const { code, out, err } = await run(['deploy', ...argv]);
    expect([code, out, err.split('\n').length]).toEqual([2, '', 1]);
    expect(err).toMatch(line);
  });
});

test.each(['deploy', 'destroy'])(
  '%s ends with the exit code of the CDK, and states what is left to do',
  async (command) => {
    expect(await run([command, '--stage', 'dev'])).toMatchObject({ code: 0, out: `cdk ${command} -c stage=dev` });
    const failed = await run([command, '--stage', 'dev'], { CDK_ENDS: '1' });
    expect([failed.code, failed.err]).toEqual([
      1,
      expect.stringContaining(command === 'deploy' ? 'bootstrap' : 'bucket'),
    ]);
  },
);

test('an absent CDK gives a message with the way to install it', async () => {
  const { code, err } = await run(['deploy', '--stage', 'dev'], { PATH: '/nowhere' });
  expect([code, err]).toEqual([3, expect.stringContaining('npm ci')]);
});

describe.each(['deploy', 'destroy'])('%s calls AWS first', (command) => {
  const words = [command, '--stage', 'dev'];
  const noCredentials = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

  test('and prints the account and region', async () => {
    const { out, err } = await run(words);
    expect([out, asked]).toEqual([`cdk ${command} -c stage=dev`, 1]);
    expect(err.split('\n')[0]).toBe(`${command}: account 111122223333, region us-west-2`);
    const chosen = await run([...words, '--region', 'eu-west-1']);
    expect(chosen.err.split('\n')[0]).toBe(`${command}: account 111122223333, region eu-west-1`);
  });

  test.each<[string, () => object, object, RegExp]>([
    ['there are no credentials', () => ({}), noCredentials, /^no AWS credentials \(.+\): set AWS_PROFILE/],
    [
      'they have expired',
      () => ({ status: 403, body: refusal('ExpiredToken') }),
      {},
      /^AWS refuses these credentials \(ExpiredToken/,
    ],
    [
      'AWS does not know them',
      () => ({ status: 403, body: refusal('InvalidClientTokenId') }),
      {},
      /^AWS refuses .*InvalidClientTokenId/,
    ],
    [
      'they are of another partition',
      () => ({ status: 200, body: identity('aws-cn') }),
      {},
      /^the partition aws-cn is not supported/,
    ],
    [
      'AWS cannot be reached',
      () => ({}),
      { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' },
      /^AWS could not be asked who you are/,
    ],
  ])('and starts nothing where %s', async (_, answer, env, line) => {
    said = { ...said, ...answer() };
    const { code, out, err } = await run(words, env as Record<string, undefined>);
    expect([code, out, err.split('\n').length]).toEqual([3, '', 1]);
    expect(err).toMatch(line);
  });
});

test('--help names every setting', async () => {
  const { code, out } = await run(['deploy', '--help']);
  expect(code).toBe(0);
  for (const key of Object.keys(Config.shape)) {
    expect(out).toContain(`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `);
  }
});
