import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { readCommand } from '../../infra/aws/deploy.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A CDK that only says what it was called with, and ends as it is told. */
writeFileSync(join(folder, 'cdk'), '#!/bin/sh\necho "cdk $*"\nexit $CDK_ENDS\n');
chmodSync(join(folder, 'cdk'), 0o755);

const run = (argv: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'infra/aws/deploy.ts'), ...argv], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, CDK_ENDS: '0', ...env },
  });
  return { code: status, out: stdout.trim(), err: stderr.trim() };
};

test('deploy and destroy hand their settings to the CDK', () => {
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

describe('wrong words', () => {
  test.each([
    [[], /^--stage is required/],
    [['--stage', 'Prod'], /^--stage: must be 1 to 16/],
    [['--stage', 'dev', '--patience-seconds', '0'], /^--patience-seconds: /],
    [['--stage', 'dev', '--colour', 'red'], /--colour/],
    [['--stage', 'dev', '--alarm-email', 'ops'], /^--alarm-email: /],
    [['--stage'], /--stage/],
    [['dev'], /dev/],
  ])('%j are one line, and nothing is started', (argv, line) => {
    const { code, out, err } = run(['deploy', ...argv]);
    expect([code, out, err.split('\n').length]).toEqual([2, '', 1]);
    expect(err).toMatch(line);
  });
});

test.each(['deploy', 'destroy'])('%s ends as the CDK ends, and says what is left to do', (command) => {
  expect(run([command, '--stage', 'dev'])).toMatchObject({ code: 0, out: `cdk ${command} -c stage=dev` });
  const failed = run([command, '--stage', 'dev'], { CDK_ENDS: '1' });
  expect([failed.code, failed.err]).toEqual([
    1,
    expect.stringContaining(command === 'deploy' ? 'bootstrap' : 'bucket'),
  ]);
});

test('without the CDK the message says how to get it', () => {
  const { code, err } = run(['deploy', '--stage', 'dev'], { PATH: '/nowhere' });
  expect([code, err]).toEqual([3, expect.stringContaining('npm ci')]);
});

test('--help names every setting there is', () => {
  const { code, out } = run(['deploy', '--help']);
  expect(code).toBe(0);
  for (const key of Object.keys(Config.shape)) {
    expect(out).toContain(`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `);
  }
});
