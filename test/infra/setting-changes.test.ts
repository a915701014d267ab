import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { effectiveSettings } from '../../infra/aws/config.ts';
import { readConfig } from '../../infra/aws/read-config.ts';
import { writeStage } from '../../infra/aws/stage-file.ts';
import type { CdkCommand } from '../../infra/cli/deploy.ts';
import type { Steps } from '../../infra/cli/deploy-steps.ts';
import { changesOf } from '../../infra/cli/setting-changes.ts';
import { runDeployment } from '../support/deployment.ts';
import { synthesized } from '../support/synthesized.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'face-revalidation-changes-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inFile = (stage: string) => JSON.parse(readFileSync(join(folder, `${stage}.json`), 'utf8'));

/** What a deployment of a stage with these settings publishes: all of them. One test holds that its template does. */
const publishedBy = (stage: string, given: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(effectiveSettings(readConfig({ ...given, stage }))));

/** What the template of such a deployment publishes. */
const publishedIn = (stage: string, given: object) => {
  const parameters = Object.values(synthesized(readConfig({ ...given, stage })).Resources);
  const parameter = parameters.find(({ Properties }) => Properties?.Name === `/face-revalidation-${stage}/settings`);
  return JSON.parse(String(parameter?.Properties.Value)) as Record<string, unknown>;
};

type Run = { deployed?: Record<string, unknown>; answer?: boolean; steps?: Partial<Steps> };

/** Runs a command with AWS's answers. @returns its exit code, its lines, its question and what the CDK was started with */
const run = async (command: CdkCommand, argv: string[], { deployed, answer = true, steps = {} }: Run = {}) => {
  const lines: string[] = [];
  const questions: string[] = [];
  const started: string[][] = [];
  const code = await runDeployment(command, argv, {
    folder,
    identityOf: async (region = 'us-east-1') => ({ account: '111122223333', region }),
    settingsOf: async () => deployed,
    cdk: (args) => {
      started.push(args);
      return 0;
    },
    ask: async (question) => {
      questions.push(question);
      return answer;
    },
    hasTerminal: true,
    log: (line) => lines.push(line),
    ...steps,
  });
  return { code, lines, questions, started };
};

const started = [['deploy', '-c', 'stage=dev']];

describe('a deployment', () => {
  test('that is repeated changes nothing, and asks nothing', async () => {
    const settings = {
      alarmEmail: 'ops@example.com',
      dailyBudget: 500,
      tags: { team: 'risk' },
      media: { minPixels: 80 },
    };
    writeStage('dev', settings, folder);
    const published = publishedIn('dev', settings);
    expect(published).toEqual(publishedBy('dev', settings));
    const again = await run('deploy', ['--stage', 'dev'], { deployed: published });
    expect(again).toMatchObject({ code: 0, questions: [], started });
    expect(again.lines[1]).toBe('No setting changes.');
  });

  test('shows a removed key as a change, and starts nothing when the person says no', async () => {
    const before = publishedBy('dev', { alarmEmail: 'ops@example.com', dailyBudget: 500, tags: { team: 'risk' } });
    writeStage('dev', {}, folder);
    const refused = await run('deploy', ['--stage', 'dev'], { deployed: before, answer: false });
    expect(refused).toMatchObject({ code: 1, started: [], questions: ['Deploy with these settings? (y/N) '] });
    expect(refused.lines.slice(1)).toEqual([
      'Settings that change:',
      '  dailyBudget: 500 -> 10000 (default)',
      '  alarmEmail: ops@example.com -> none',
      '  tags.team: risk -> none',
      'Not deployed: nothing was changed.',
    ]);
  });

  test('shows a changed default, and a setting that another version knew', () => {
    const config = readConfig({ stage: 'dev' });
    const older = { ...effectiveSettings(config), graceSeconds: 20, colour: 'red' };
    expect(changesOf(older, config)).toEqual(['graceSeconds: 20 -> 30 (default)', 'colour: red -> none']);
  });

  test('shows that a stage loses its protection', () => {
    const before = effectiveSettings(readConfig({ stage: 'prod' }));
    expect(changesOf(before, readConfig({ stage: 'prod', protection: false }))).toEqual(['protection: true -> false']);
  });

  test('that ends the protection of a stage needs --unprotect, also with --yes', async () => {
    writeStage('prod', { protection: false }, folder);
    const deployed = publishedBy('prod', {});
    const refused = await run('deploy', ['--stage', 'prod', '--yes'], { deployed });
    expect(refused).toMatchObject({ code: 2, started: [], questions: [] });
    expect(refused.lines.slice(-2)).toEqual([
      '  protection: true -> false',
      '--unprotect is required: prod is protected, and this deployment would end that (--help shows how)',
    ]);
    const allowed = await run('deploy', ['--stage', 'prod', '--yes', '--unprotect'], { deployed });
    expect([allowed.code, allowed.started.length]).toEqual([0, 1]);
  });

  test('of a stage that is not deployed shows what differs from the defaults, and asks', async () => {
    writeStage('dev', { dailyBudget: 500 }, folder);
    const first = await run('deploy', ['--stage', 'dev']);
    expect(first).toMatchObject({ code: 0, started, questions: [expect.any(String)] });
    expect(first.lines.slice(1, 3)).toEqual([
      'dev is not deployed in us-east-1. Its settings besides the defaults:',
      '  dailyBudget: 10000 -> 500',
    ]);
  });

  test('with --yes shows the same and asks nothing, also without a terminal', async () => {
    writeStage('dev', {}, folder);
    const deployed = publishedBy('dev', { dailyBudget: 500 });
    const silent = await run('deploy', ['--stage', 'dev', '--yes'], { deployed, steps: { hasTerminal: false } });
    expect(silent).toMatchObject({
      code: 0,
      questions: [],
      started: [[...(started[0] ?? []), '--require-approval', 'never']],
    });
    expect(silent.lines).toContain('  dailyBudget: 500 -> 10000 (default)');
  });
});

describe('a setting on the command line', () => {
  test('is written into the stage file before the CDK starts, so that the next deployment has it', async () => {
    writeStage('dev', { $schema: './stage.schema.json', sweepMinutes: 10 }, folder);
    let atStart: unknown;
    const cdk = () => {
      atStart = inFile('dev');
      return 1;
    };
    const argv = ['--stage', 'dev', '--daily-budget', '500', '--cors-origins', 'https://a.example,https://b.example'];
    const { code, lines } = await run('deploy', [...argv, '--protection', 'true'], { steps: { cdk } });
    expect(code).toBe(1);
    expect(atStart).toEqual({
      $schema: './stage.schema.json',
      sweepMinutes: 10,
      dailyBudget: 500,
      corsOrigins: ['https://a.example', 'https://b.example'],
      protection: true,
    });
    expect(lines).toContain('  dailyBudget: 10000 -> 500');
    expect(lines).toContain('infra/stages/dev.json has the settings of this command now: commit it.');
  });

  test('is not written when the person says no', async () => {
    writeStage('dev', {}, folder);
    expect((await run('deploy', ['--stage', 'dev', '--daily-budget', '5'], { answer: false })).code).toBe(1);
    expect(inFile('dev')).toEqual({});
  });

  test.each([
    ['an unreadable object', ['--media', '{'], '--media: must be an object'],
    ['a wrong value in an object', ['--media', '{"minPixels":0}'], '--media.minPixels: Too small'],
    ['a number that is none', ['--daily-budget', 'many'], '--daily-budget: must be a number'],
    ['an empty number', ['--daily-budget', ' '], '--daily-budget: must be a number'],
    ['neither true nor false', ['--protection', 'yes'], '--protection: must be true or false'],
    ['a rule between settings', ['--media-hours', '168'], 'infra/stages/dev.json: retentionDays: must be at least'],
  ])('with %s is refused before AWS is asked', async (_, words, line) => {
    writeStage('dev', { retentionDays: 5 }, folder);
    const identityOf = () => Promise.reject(new Error('AWS was asked'));
    const { code, lines } = await run('deploy', ['--stage', 'dev', ...words], { steps: { identityOf } });
    expect([code, lines.length]).toEqual([2, 1]);
    expect(lines[0]?.startsWith(line)).toBe(true);
    expect(inFile('dev')).toEqual({ retentionDays: 5 });
  });

  test.each([
    ['shop', { protection: true }],
    ['prod', {}],
  ])('is refused by the protected stage %s, whose file is reviewed', async (stage, given) => {
    writeStage(stage, given, folder);
    const { code, lines } = await run('deploy', ['--stage', stage, '--protection', 'false']);
    expect([code, lines]).toEqual([
      2,
      [
        `--protection: ${stage} is protected: set protection in infra/stages/${stage}.json, where it is reviewed (--help shows how)`,
      ],
    ]);
  });
});

test.each([
  ['an unprotected stage with evidence', 'dev', {}, true],
  ['a stage without evidence', 'dev', { evidence: false }, false],
  ['a protected stage, whose keys stay', 'prod', {}, false],
])('destroying %s warns of the keys of evidence only where they go', async (_, stage, settings, warns) => {
  writeStage(stage, settings, folder);
  const { code, lines } = await run('destroy', ['--stage', stage]);
  expect([code, lines.join('\n').includes('no evidence can be verified')]).toEqual([0, warns]);
});

test('no setting is asked about when a stage is destroyed', async () => {
  writeStage('dev', {}, folder);
  const settingsOf = () => Promise.reject(new Error('this is not needed'));
  const ended = await run('destroy', ['--stage', 'dev'], { steps: { settingsOf } });
  expect(ended).toMatchObject({ code: 0, questions: [], started: [['destroy', '-c', 'stage=dev']] });
});
