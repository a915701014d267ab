import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import { compose } from '../../infra/aws/compose.ts';
import { isProtected, stageKeys } from '../../infra/aws/config.ts';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { readStage, stageFolder, stageNames, writeStage } from '../../infra/aws/stage-file.ts';
import { schemaFile, stageSchema } from '../../infra/docs/stage-schema.ts';
import { root, runCommand } from '../support/commands.ts';
import { read } from '../support/documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-stages-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (stage: string, text: string) => writeFileSync(join(folder, `${stage}.json`), text);

/** Why a file with this text cannot be used. */
const refusalOf = (text: string): string => {
  write('shop', text);
  try {
    readStage('shop', folder);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the file is accepted');
};

const published = fromJSONSchema(JSON.parse(read(`infra/stages/${schemaFile}`)));

describe('a stage file', () => {
  test.each([
    ['an unknown key', '{"colour":"red"}', 'colour: is not a setting'],
    ['an unknown key in an object', '{"media":{"minPixel":3}}', 'media.minPixel: is not a setting'],
    [
      'a wrong value three levels deep',
      '{"jwt":{"issuer":"https://a.example","audience":["api",7]}}',
      'jwt.audience.1: must be text',
    ],
    ['a number as text', '{"dailyBudget":"500"}', 'dailyBudget: must be a number'],
    ['an absent key of an object', '{"jwt":{"audience":["api"]}}', 'jwt.issuer: is missing'],
    ['null', '{"alarmEmail":null}', 'alarmEmail: must be text'],
    ['a tag that AWS keeps for itself', '{"tags":{"aws:team":"risk"}}', 'tags.aws:team: must be the name of a tag'],
    ['a tag that is no text', '{"tags":{"team":7}}', 'tags.team: must be text'],
    ['two settings that exclude each other', '{"retentionDays":3}', 'retentionDays: must be at least three days more'],
    ['its own stage', '{"stage":"shop"}', 'stage: the name of the file is the stage'],
    ['a schema that is no text', '{"$schema":7}', '$schema: must be text'],
    ['a list', '[]', 'must be an object of settings'],
    ['no JSON', '{\n  "dailyBudget": 5,\n}', 'is not JSON: '],
  ])('with %s is refused in one line that names file, key and rule', (_, text, rule) => {
    const refusal = refusalOf(text);
    expect(refusal.startsWith(`infra/stages/shop.json: ${rule}`)).toBe(true);
    expect(refusal.split('\n')).toHaveLength(1);
  });

  test('names every wrong key at once', () => {
    expect(refusalOf('{"mediaHours":0,"colour":1,"shape":2}')).toMatch(
      /: mediaHours: .+; colour: is not a setting; shape: is not a setting$/,
    );
  });

  test('whose settings do not fit into one parameter is refused', () => {
    const corsOrigins = Array.from({ length: 200 }, (__, at) => `https://app-${at}.example.com`);
    expect(refusalOf(JSON.stringify({ corsOrigins }))).toContain('all settings together must be at most 4000');
  });

  test('that is missing is refused with the stages that have a file', () => {
    write('dev', '{}');
    write('shop', '{}');
    write('stage.schema', '{}');
    expect(() => readStage('shpo', folder)).toThrow(
      'stage shpo: there is no infra/stages/shpo.json; stages with a file: dev, shop',
    );
    expect(() => readStage('dev', join(folder, 'none'))).toThrow('stages with a file: none');
  });

  test.each(['../dev', 'Prod', '', 'stage.schema'])(
    'is not looked for under a name that is no stage: "%s"',
    (stage) => {
      expect(() => readStage(stage, folder)).toThrow(/^stage: must be 1 to 16/);
    },
  );

  test('is written as the formatter lays it out, and read again as it was', () => {
    const given = { $schema: './stage.schema.json', corsOrigins: ['https://a.example', 'https://b.example'], tags: {} };
    writeStage('shop', given, folder);
    expect(readFileSync(join(folder, 'shop.json'), 'utf8')).toBe(
      '{\n  "$schema": "./stage.schema.json",\n  "corsOrigins": ["https://a.example", "https://b.example"],\n  "tags": {}\n}\n',
    );
    expect(readStage('shop', folder).given).toEqual(given);
    expect(readStage('shop', folder).config).toMatchObject({ stage: 'shop', corsOrigins: given.corsOrigins });
  });
});

describe('the published schema', () => {
  test('is what the settings give today (npm run -s schemas)', () => {
    expect(read(`infra/stages/${schemaFile}`)).toBe(stageSchema());
  });

  test('describes every key, nested ones too', () => {
    type Schema = { properties?: Record<string, Schema>; description?: string };
    const bare = ({ properties = {} }: Schema, path = ''): string[] =>
      Object.entries(properties).flatMap(([key, one]) => [
        ...(one.description ? [] : [path + key]),
        ...bare(one, `${path}${key}.`),
      ]);
    const schema = JSON.parse(stageSchema()) as Schema;
    expect(bare(schema)).toEqual([]);
    expect(Object.keys(schema.properties ?? {})).toEqual(['$schema', ...stageKeys]);
  });

  test.each(stageNames(stageFolder))('is named by the file of %s, and accepts it', (stage) => {
    const { given } = readStage(stage);
    expect(given.$schema).toBe(`./${schemaFile}`);
    expect(published.safeParse(given).success).toBe(true);
  });

  test.each([
    { colour: 'red' },
    { media: { minPixel: 3 } },
    { dailyBudget: '5' },
    { tags: { team: 7 } },
    { stage: 'dev' },
  ])('refuses %j', (given) => {
    expect(published.safeParse(given).success).toBe(false);
  });
});

test('the project has a stage for development, and one for production that is protected', () => {
  expect(stageNames(stageFolder)).toEqual(['dev', 'prod']);
  expect(stageNames(stageFolder).map((stage) => isProtected(readStage(stage).config))).toEqual([false, true]);
  expect(readStage('prod').config.tags).toEqual({ service: 'face-revalidation', stage: 'prod' });
});

test('cdk.json has exactly the feature flags that the installed CDK recommends (cdk flags --set --all --recommended)', () => {
  expect(JSON.parse(read('cdk.json')).context).toEqual(featureFlags);
  expect(Object.keys(featureFlags).length).toBeGreaterThan(50);
});

describe('the app', () => {
  const composed = (context: object, defaultRegion?: string) => {
    const app = new App({ analyticsReporting: false, context: { ...featureFlags, ...context } });
    return compose(app, { folder, defaultRegion, codeOf: () => Code.fromInline('//') });
  };

  test('needs a stage', () => {
    write('dev', '{}');
    expect(() => composed({})).toThrow(/^no stage: give -c stage=dev \(dev/);
  });

  test('takes no setting on the command line: the next deployment would forget it', () => {
    expect(() => composed({ stage: 'dev', mediaHours: '48' })).toThrow(
      '-c mediaHours: settings are in infra/stages/dev.json, -c takes the stage alone',
    );
  });

  test('reads the file of the stage', () => {
    write('dev', '{"region":"eu-west-1"}');
    expect(composed({ stage: 'dev' }).region).toBe('eu-west-1');
  });

  test.each([
    ['no stage', {}, /^no stage: give -c stage=dev \(dev, prod\)\n$/],
    ['an unknown one', { stage: 'none' }, /^stage none: there is no infra\/stages\/none\.json; .+: dev, prod\n$/],
  ])('ends with one line and exit 2 for %s', async (_, context, line) => {
    const env = { CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, 'out') };
    const { code, err } = await runCommand('synth', [], { cwd: folder, env, main: join(root, 'infra/aws/app.ts') });
    expect(code).toBe(2);
    expect(err).toMatch(line);
  });
});
