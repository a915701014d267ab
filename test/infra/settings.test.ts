import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { afterAll, expect, test } from 'vitest';
import { compose } from '../../infra/aws/compose.ts';
import { Config } from '../../infra/aws/config.ts';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { checkStage, writeStage } from '../../infra/aws/stage-file.ts';
import { settingsIn, withSettings } from '../../infra/cli/setting-flags.ts';
import { quickApp, quickStack } from '../support/quick-app.ts';
import { withoutPlaces } from '../support/without-places.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-settings-'));

mkdirSync(join(folder, 'consent'));
writeFileSync(join(folder, 'consent/default.CO.es.1.md'), 'text');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A value of each setting that is not its default, as the command line gives it. */
const given: Record<keyof typeof Config.shape, string> = {
  stage: 'prod',
  resultMode: 'poll',
  callbackTimeoutSeconds: '90',
  settleSeconds: '120',
  policies: '{"default":{"minimumThreshold":0.8}}',
  onUnresolved: 'create-again',
  consentMode: 'receipt',
  dailyBudget: '500',
  graceSeconds: '60',
  httpDeadlineSeconds: '8',
  sweepMinutes: '10',
  allowedRetries: '1',
  retrySeconds: '120',
  retentionDays: '90',
  evidence: 'false',
  campaigns: 'true',
  allowNationalIds: 'true',
  evidenceYears: '10',
  evidenceKeys: '2',
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
  alternative: '{"text":"Visit a branch."}',
  documentationUrl: 'https://docs.example.com/face',
  captureUrl: 'https://check.example.com/',
  corsOrigins: 'https://app.example.com',
  alarmEmail: 'you@example.com',
  protection: 'true',
  tags: '{"team":"risk"}',
  runbookUrl: 'https://wiki.example.com/face-revalidation/runbook',
  logLevel: 'WARN',
  eventSchemas: 'false',
  console: 'true',
};

type Setting = keyof typeof given;

const settings = Object.keys(given) as Setting[];

/** Every choice of `size` of the first `of` numbers. */
const choices = (of: number, size: number): number[][] => {
  if (size === 0) return [[]];
  if (of < size) return [];
  const last = of - 1;
  return [...choices(last, size), ...choices(last, size - 1).map((chosen) => [...chosen, last])];
};

/**
 * The settings that each of these syntheses is given. Every setting has another 5 of the 8 (56 choices): two of them share a synthesis,
 * as 5 + 5 is more than 8, and each has one without the other. So every pair is tried with both, with either and, by the
 * defaults, with none (Kleitman and Spencer 1973), in 8 templates in place of one for each pair.
 */
const together = (() => {
  const places = choices(8, 5);
  return Array.from({ length: 8 }, (_, template) => settings.filter((_, at) => places[at]?.includes(template)));
})();

/** The options of the chosen settings, by name, as the command line gives them. */
const optionsOf = (chosen: readonly Setting[]): Record<string, string> =>
  Object.fromEntries(chosen.map((setting) => [setting, given[setting]]));

/** The settings as `deploy` takes them from its options. */
const withOptions = (chosen: readonly Setting[]) => {
  const stage = chosen.includes('stage') ? given.stage : 'dev';
  return withSettings(checkStage(stage, {}), settingsIn(optionsOf(chosen)));
};

/** The stack of a stage, from its file, with cdk-nag's rules on. No policy of cdk-nag reads the code of a function: it is not bundled. */
const stackIn = (app: App) => compose(app, { folder, defaultRegion: undefined, codeOf: () => Code.fromInline('//') });

/** The console signs its readers in, so it never comes alone. */
const withNeeds = (chosen: readonly Setting[]): readonly Setting[] =>
  chosen.includes('console') && !chosen.includes('jwt') ? [...chosen, 'jwt'] : chosen;

/** Writes the file of a stage with these settings. @returns the context that names the stage */
const contextWith = (chosen: readonly Setting[]) => {
  const { config, given: inFile } = withOptions(withNeeds(chosen));
  writeStage(config.stage, inFile, folder);
  return { ...featureFlags, stage: config.stage };
};

/** Synthesizes as `cdk synth -c stage=...` does: a finding of cdk-nag without a reason ends the synthesis. */
const synthesizeWith = (chosen: readonly Setting[]) => quickStack(stackIn, contextWith(chosen)).template;

test('every setting is tried, so that a new one is too', () => {
  expect(settings.toSorted()).toEqual(Object.keys(Config.shape).toSorted());
});

// Its code runs as the stack is made, a fifth of a synthesis. The references and the findings of cdk-nag, which come after that, are those of
// resources: each setting is synthesized below with and without every other one.
test.each(settings)('%s alone makes a stack, and differs from its default', (setting) => {
  const defaults = Config.parse({}) as Record<string, unknown>;
  expect(withOptions([setting]).config).not.toEqual(defaults);
  const stack = withoutPlaces(() => stackIn(quickApp(contextWith([setting]))));
  expect(stack.node.findAll().filter((one) => CfnResource.isCfnResource(one)).length).toBeGreaterThan(50);
});

const pairs = settings.flatMap((one, at) => settings.slice(at + 1).map((other) => [one, other] as const));

test('every two settings are tried together, and each of them without the other', () => {
  const lacking = pairs.filter(
    ([one, other]) =>
      !together.some((given) => given.includes(one) && given.includes(other)) ||
      !together.some((given) => given.includes(one) && !given.includes(other)) ||
      !together.some((given) => !given.includes(one) && given.includes(other)),
  );
  expect(lacking).toEqual([]);
});

test.each(together.map((given) => ({ given })))('$given together synthesize', ({ given }) => {
  expect(Object.keys(synthesizeWith(given).Resources).length).toBeGreaterThan(50);
});

test('all settings at once synthesize', () => {
  expect(Object.keys(synthesizeWith(settings).Resources).length).toBeGreaterThan(50);
});

test.each(['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'])(
  'a region of another partition is refused by name, from the setting or from the profile: %s',
  (region) => {
    expect(() => checkStage('dev', { region })).toThrow(
      "infra/stages/dev.json: region: must be a region of AWS's own partition",
    );
    writeStage('dev', {}, folder);
    const app = new App({ analyticsReporting: false, context: { stage: 'dev' } });
    expect(() => compose(app, { folder, defaultRegion: region })).toThrow(
      `configuration: region: your AWS profile says ${region}`,
    );
  },
);
