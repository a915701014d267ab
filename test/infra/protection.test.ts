import { type App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { FaceRevalidationStack } from '../../infra/aws/own-stack.ts';
import { readConfig } from '../../infra/aws/read-config.ts';
import { FaceRevalidation } from '../../infra/aws/stack.ts';
import { quickStack } from '../support/quick-app.ts';

type Resource = {
  Type: string;
  DeletionPolicy?: string;
  Properties?: { DeletionProtectionEnabled?: boolean; Tags?: unknown };
};

const codeOf = () => Code.fromInline('//');

/** A stack as CloudFormation gets it: its template, and what is said of the stack itself. */
const synthesized = (make: (app: App) => Stack) => {
  const { template, terminationProtection, tags } = quickStack(make, featureFlags);
  return { terminationProtection, tags, resources: Object.values(template.Resources as Record<string, Resource>) };
};

const synthesizedOwn = (settings: object) =>
  synthesized((app) => new FaceRevalidationStack(app, 'checked', { config: readConfig(settings), codeOf }));

const tags = { team: 'risk', área: 'fraude y pagos' };

// Its tags have no effect on its protection, and have a test of their own.
const shop = { stage: 'shop', tags };

const shopStack = synthesizedOwn(shop);

describe('the protection of a stage', () => {
  test.each<[object, boolean]>([
    [{ stage: 'prod' }, true],
    [{ stage: 'prod', protection: false }, false],
    [{ stage: 'shop', protection: true }, true],
    [shop, false],
  ])('of %j covers stack, table and data: %s', (settings, isOn) => {
    const { terminationProtection, resources } = settings === shop ? shopStack : synthesizedOwn(settings);
    const of = (type: string) => resources.filter(({ Type }) => Type === type);
    expect(terminationProtection ?? false).toBe(isOn);
    expect(of('AWS::DynamoDB::Table').map(({ Properties }) => Properties?.DeletionProtectionEnabled)).toEqual([isOn]);
    const data = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'];
    const policies = new Set(data.flatMap(of).map(({ DeletionPolicy }) => DeletionPolicy));
    expect(policies).toEqual(new Set([isOn ? 'Retain' : 'Delete']));
  });
});

describe('the tags', () => {
  test('are on the stack and on its resources', () => {
    expect(shopStack.tags).toEqual(tags);
    const tagged = shopStack.resources.filter(({ Properties }) =>
      JSON.stringify(Properties?.Tags ?? '').includes('risk'),
    );
    const types = new Set(tagged.map(({ Type }) => Type));
    for (const type of ['Lambda::Function', 'DynamoDB::Table', 'S3::Bucket', 'KMS::Key', 'StepFunctions::StateMachine'])
      expect(types).toContain(`AWS::${type}`);
  });

  test('of the construct leave the other resources of a stack alone', () => {
    const { resources, tags: ofStack } = synthesized((app) => {
      const stack = new Stack(app, 'theirs');
      new Queue(stack, 'Own');
      new FaceRevalidation(stack, 'Face', { codeOf, tags });
      return stack;
    });
    const isTagged = (type: string) =>
      resources.filter(({ Type }) => Type === type).map(({ Properties }) => !!Properties?.Tags);
    expect(ofStack).toEqual({});
    expect(isTagged('AWS::DynamoDB::Table')).toEqual([true]);
    expect(isTagged('AWS::SQS::Queue')).toContain(false);
  });
});
