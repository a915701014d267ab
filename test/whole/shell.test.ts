import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { asked, root, runCommand } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-shell-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A profile that says everything that can send a call elsewhere, and lies where the SDK looks by itself. */
const profile = `
region = eu-west-1
endpoint_url = http://profile.example
use_fips_endpoint = true
use_dualstack_endpoint = true
s3_use_arn_region = true
services = elsewhere
role_arn = arn:aws:iam::123456789012:role/x
source_profile = other
credential_process = /bin/false
sso_start_url = https://sso.example
`;

const home = join(folder, 'home');

mkdirSync(join(home, '.aws'), { recursive: true });

for (const name of ['config', 'credentials']) {
  const head = name === 'config' ? 'profile ' : '';
  const text = `[default]${profile}\n[${head}work]${profile}\n[services elsewhere]\ns3 =\n  endpoint_url = http://services.example\n`;
  writeFileSync(join(home, '.aws', name), text);
}

const hostile: Record<string, string> = {
  HOME: home,
  USERPROFILE: home,
  AWS_PROFILE: 'work',
  AWS_DEFAULT_PROFILE: 'work',
  AWS_CONFIG_FILE: join(home, '.aws/config'),
  AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws/credentials'),
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_ENDPOINT_URL: 'http://everything.example',
  AWS_ENDPOINT_URL_S3: 'http://s3.example',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamodb.example',
  AWS_ENDPOINT_URL_SFN: 'http://sfn.example',
  AWS_ENDPOINT_URL_STS: 'http://sts.example',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIALOCALOFTHESHELL',
  AWS_SECRET_ACCESS_KEY: 'a secret of the shell',
  AWS_SESSION_TOKEN: 'a session of the shell',
  AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://container.example',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/container',
  AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
  AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x',
  AWS_ROLE_SESSION_NAME: 'shell',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://metadata.example',
  AWS_ACCOUNT_ID: '123456789012',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_S3_USE_ARN_REGION: 'true',
  AWS_ENABLE_ENDPOINT_DISCOVERY: 'true',
  AWS_DEFAULTS_MODE: 'auto',
  AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
  AWS_SIGV4A_SIGNING_REGION_SET: '*',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_REQUIRED',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
  HTTP_PROXY: 'http://proxy.example:3128',
  HTTPS_PROXY: 'http://proxy.example:3128',
  http_proxy: 'http://proxy.example:3128',
  NODE_USE_ENV_PROXY: '1',
  NO_PROXY: '',
};

test('no setting of a shell sends a call to anything but this machine', async () => {
  const lookups = join(folder, 'lookups');
  writeFileSync(lookups, '');
  const preload = pathToFileURL(join(root, 'test/support/lookups.mjs')).href;
  const env = { ...hostile, LOOKUPS: lookups };
  const { code, err, out } = await runCommand('revalidate', [...asked, '--json'], {
    cwd: folder,
    env,
    preload,
  });
  const hosts = new Set(readFileSync(lookups, 'utf8').trim().split('\n'));
  expect([...hosts].filter((host) => !/^(127\.0\.0\.1|::1|localhost)$/.test(host))).toEqual([]);
  // The spy has seen the calls that were made.
  expect(hosts).toContain('127.0.0.1');
  expect([code, JSON.parse(out).status], err).toEqual([0, 'approved']);
});

test('the project runs from a folder whose name has a meaning in an address', async () => {
  const from = join(folder, 'a#b?c%20d %zz');
  for (const name of ['infra', 'functions', 'shared', 'package.json']) {
    cpSync(join(root, name), join(from, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(from, 'node_modules'));
  const { code, err, out } = await runCommand('revalidate', [...asked, '--json'], {
    cwd: from,
    main: join(from, 'infra/cli/main.ts'),
  });
  expect([code, JSON.parse(out || '{}').status], err).toEqual([0, 'approved']);
});
