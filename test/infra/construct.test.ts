import { rmSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, JsonPath, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, test } from 'vitest';
import { FaceRevalidation, type FaceRevalidationProps } from '../../infra/aws/stack.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';

const codeOf = () => Code.fromInline('//');

/** The stack of a user with our construct in it. */
const theirs = (props: FaceRevalidationProps, use: (stack: Stack, face: FaceRevalidation) => void = () => {}) => {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'theirs');
  use(stack, new FaceRevalidation(stack, 'Face', { codeOf, ...props }));
  const assembly = app.synth();
  const template: Template = assembly.getStackArtifact(stack.artifactId).template;
  rmSync(assembly.directory, { recursive: true, force: true });
  return template;
};

describe('the construct in another stack', () => {
  test('takes the configuration as its props, each with its default', () => {
    const template = theirs({ stage: 'shop', retentionDays: 30 });
    const [{ properties } = { properties: {} }] = resourcesOf(template, 'AWS::Lambda::Function').filter(
      ({ properties: { Handler } }) => Handler === 'record-outcome.handler',
    );
    expect((properties as { Environment: object }).Environment).toMatchObject({
      Variables: { RETENTION_DAYS: '30', EVENT_BUS: 'face-revalidation-shop' },
    });
  });

  test.each<[string, object, RegExp]>([
    ['a number out of its bounds', { callbackTimeoutSeconds: 0 }, /"Too small: expected number to be >=1"/],
    ['a word that it does not know', { timeout: 90 }, /"Unrecognized key: \\"timeout\\""/],
  ])('refuses %s and states why', (_, props, why) => {
    expect(() => theirs(props as FaceRevalidationProps)).toThrow(why);
  });

  test('gives callers a task whose result goes where they choose', () => {
    const template = theirs({}, (stack, face) => {
      const ask = face.revalidate(stack, 'Ask', {
        accountId: JsonPath.stringAt('$.who'),
        enrollmentId: 'ENR1',
        userAuthorized: true,
        media: { key: 'media/a.jpg' },
        options: { threshold: 0.8 },
        resultPath: '$.face',
      });
      new StateMachine(stack, 'Caller', { definitionBody: DefinitionBody.fromChainable(ask) });
    });
    const definitions = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(({ properties }) =>
      JSON.parse(String(properties.DefinitionString)),
    );
    expect(definitions.find(({ StartAt }) => StartAt === 'Ask').States.Ask).toMatchObject({
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      ResultPath: '$.face',
      Parameters: {
        StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:face-revalidation-dev',
        Input: {
          request: {
            kind: 'call',
            'accountId.$': '$.who',
            enrollmentId: 'ENR1',
            userAuthorized: true,
            media: { key: 'media/a.jpg' },
            options: { threshold: 0.8 },
          },
          'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id',
        },
      },
    });
  });

  test('gives listeners a rule for all outcomes and amendments, or for some of them', () => {
    const template = theirs({}, (stack, face) => {
      const target = new SqsQueue(new Queue(stack, 'Heard'));
      face.onEnded('All', target);
      face.onEnded('Bad', target, ['declined', 'failed']);
      face.onAmended('Late', target);
      face.onAmended('LateGood', target, ['approved']);
    });
    const ours = { source: ['face-revalidation'], 'detail-type': ['Re-validation Ended'] };
    const late = { ...ours, 'detail-type': ['Re-validation Amended'] };
    const rules = resourcesOf(template, 'AWS::Events::Rule').filter(({ properties }) => properties.EventBusName);
    expect(rules.map(({ properties }) => [properties.EventBusName, properties.EventPattern])).toEqual([
      ['face-revalidation-dev', ours],
      ['face-revalidation-dev', { ...ours, detail: { status: ['declined', 'failed'] } }],
      ['face-revalidation-dev', late],
      ['face-revalidation-dev', { ...late, detail: { status: ['approved'] } }],
    ]);
  });

  test('exposes its machine, its ledger and its bus', () => {
    theirs({}, (stack, { machine, ledger, bus }) => {
      for (const one of [machine, ledger, bus]) expect(Stack.of(one)).toBe(stack);
    });
  });
});
