import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { compose } from '../../infra/aws/compose.ts';
import { Config } from '../../infra/aws/config.ts';
import { readCommand } from '../../infra/cli/deploy.ts';

const root = join(import.meta.dirname, '../..');

const ownContext: object = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')).context;

/** A value of each setting that is not its default, as the command line gives it. */
const given: Record<keyof typeof Config.shape, string> = {
  stage: 'prod',
  resultMode: 'poll',
  callbackTimeoutSeconds: '90',
  settleSeconds: '120',
  minimumThreshold: '0.8',
  onUnresolved: 'create-again',
  dailyBudget: '500',
  graceSeconds: '60',
  httpDeadlineSeconds: '8',
  sweepMinutes: '10',
  allowedRetries: '1',
  retrySeconds: '120',
  retentionDays: '90',
  callsPerSecond: '20',
  callsAtOnce: '40',
  jwt: '{"issuer":"https://issuer.example.com/pool","audience":["api"],"accountClaim":"account"}',
  truoraOrigin: 'https://truora.example.com',
  uploadOrigins: 'https://files.example.com,https://b.example.com',
  region: 'us-east-1',
  webhookConcurrency: '5',
  mediaHours: '48',
  media: '{"minPixels":128,"maxSeconds":30}',
  unclaimedMinutes: '30',
  documentationUrl: 'https://docs.example.com/face',
  corsOrigins: 'https://app.example.com',
  alarmEmail: 'you@example.com',
};

type Setting = keyof typeof given;

const settings = Object.keys(given) as Setting[];

/**
 * The settings that add a resource, take one away or change how one is spelled or protected, and so what a policy may find:
 * every pair of these is tried. All others are a number or a word in a resource that is there anyway.
 */
const shaping: Setting[] = [
  'stage',
  'region',
  'jwt',
  'alarmEmail',
  'corsOrigins',
  'dailyBudget',
  'webhookConcurrency',
  'mediaHours',
  'sweepMinutes',
];

const flagOf = (setting: Setting) => `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const wordsOf = (chosen: readonly Setting[]) => [
  ...(chosen.includes('stage') ? [] : ['--stage', 'dev']),
  ...chosen.flatMap((setting) => [flagOf(setting), given[setting]]),
];

type How = { codeOf?: (() => Code) | undefined; ownRules?: boolean };

/** No policy of cdk-nag reads the code of a function, so it is not bundled again each time. */
const noCode: How = { codeOf: () => Code.fromInline('//') };

/**
 * The words after `npm run deploy --`, as its command line, the CDK's and the app take them, with cdk-nag's rules on: a finding
 * without a reason ends the synthesis. @returns the template
 */
const synthesizeFor = (words: string[], { codeOf, ownRules = false }: How) => {
  const read = readCommand('deploy', words);
  if ('problem' in read) throw new Error(read.problem);
  const pairs = read.cdk.flatMap((word, at) => (read.cdk[at - 1] === '-c' ? [word] : []));
  const context = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  // The CDK's own rules take two seconds a template: the test of the whole command has them, and those of the template.
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: ownRules,
    context: { ...(ownRules ? ownContext : {}), ...context },
  });
  try {
    const stack = compose(app, codeOf ? { codeOf } : {}, undefined);
    return app.synth().getStackArtifact(stack.artifactId).template;
  } finally {
    rmSync(app.outdir, { recursive: true, force: true });
  }
};

test('every setting is tried, so that a new one is too', () => {
  expect(settings.toSorted()).toEqual(Object.keys(Config.shape).toSorted());
});

test.each(settings)('%s alone synthesizes, and differs from its default', (setting) => {
  const defaults = Config.parse({}) as Record<string, unknown>;
  expect(Config.parse({ [setting]: given[setting] })).not.toEqual(defaults);
  expect(Object.keys(synthesizeFor(wordsOf([setting]), noCode).Resources).length).toBeGreaterThan(50);
});

const pairs = shaping.flatMap((one, at) => shaping.slice(at + 1).map((other) => [one, other] as const));

test.each(pairs)('%s and %s together synthesize', (...pair) => {
  expect(Object.keys(synthesizeFor(wordsOf(pair), noCode).Resources).length).toBeGreaterThan(50);
});

// It bundles every function and has the CDK's own rules read the template: seconds of work, and minutes on a machine that is busy.
test('the command of the README synthesizes with its bundles, under the rules that cdk.json switches on', {
  timeout: 600_000,
}, () => {
  const words = ['--stage', 'dev', '--alarm-email', 'you@example.com', '--region', 'us-east-1'];
  const { Resources } = synthesizeFor(words, { codeOf: undefined, ownRules: true });
  const subscriptions = Object.values(Resources as Record<string, { Type: string }>).filter(
    ({ Type }) => Type === 'AWS::SNS::Subscription',
  );
  expect(subscriptions).toHaveLength(1);
});

test('all settings at once synthesize', () => {
  expect(Object.keys(synthesizeFor(wordsOf(settings), noCode).Resources).length).toBeGreaterThan(50);
});

test.each(['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'])(
  'a region of another partition is refused by name, from the setting or from the profile: %s',
  (region) => {
    expect(readCommand('deploy', ['--stage', 'dev', '--region', region])).toEqual({
      problem: expect.stringMatching(/^--region: must be a region of AWS's own partition/),
    });
    const app = new App({ analyticsReporting: false });
    expect(() => compose(app, noCode as { codeOf: () => Code }, region)).toThrow(
      `configuration: region: your AWS profile says ${region}`,
    );
  },
);
