import { App, Stack } from 'aws-cdk-lib';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, JsonPath, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { FaceRevalidation, type FaceRevalidationProps } from '../../infra/aws/stack.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { quickStack } from '../support/quick-app.ts';
import { synthesized } from '../support/synthesized.ts';

const codeOf = () => Code.fromInline('//');

/** The stack of a user with our construct in it. */
const theirs = (
  props: FaceRevalidationProps,
  use: (stack: Stack, face: FaceRevalidation) => void = () => {},
): Template =>
  quickStack((app) => {
    const stack = new Stack(app, 'theirs');
    use(stack, new FaceRevalidation(stack, 'Face', { codeOf, ...props }));
    return stack;
  }).template;

describe('the construct in another stack', () => {
  const shop = theirs({ stage: 'shop', retentionDays: 30 });

  test('publishes under its stage what the command line needs, by the names of our own stack', () => {
    const own = synthesized(Config.parse({}));
    const published = (of: Template) => {
      const [parameter] = resourcesOf(of, 'AWS::SSM::Parameter').filter(
        ({ properties: { Name } }) => Name === '/face-revalidation-shop/deployment',
      );
      return JSON.parse(String(parameter?.properties.Value)) as Record<string, string>;
    };
    expect(Object.keys(published(shop)).toSorted()).toEqual(Object.keys(own.Outputs).toSorted());
    expect(resourcesOf(shop, 'AWS::Lambda::Function').map(({ ref }) => ref)).toContain(
      published(shop).SweepLedgerFunction,
    );
  });

  test('takes the configuration as its props, each with its default', () => {
    const [{ properties } = { properties: {} }] = resourcesOf(shop, 'AWS::Lambda::Function').filter(
      ({ properties: { Handler } }) => Handler === 'record-outcome.handler',
    );
    expect((properties as { Environment: object }).Environment).toMatchObject({
      Variables: { RETENTION_DAYS: '30', EVENT_BUS: 'face-revalidation-shop' },
    });
  });

  test.each<[string, object, RegExp]>([
    [
      'a number out of its bounds',
      { callbackTimeoutSeconds: 0 },
      /^configuration: callbackTimeoutSeconds: Too small: expected number to be >=1$/,
    ],
    ['a setting that does not exist', { colour: 'red' }, /^configuration: colour: is not a setting$/],
    ['a nested setting without its issuer', { jwt: { audience: ['a'] } }, /^configuration: jwt\.issuer: is missing$/],
    [
      'two wrong settings',
      { stage: 'Prod', mediaHours: 0 },
      /^configuration: stage: must be .+; mediaHours: Too small/,
    ],
    ['the region, which is the stack’s', { region: 'us-east-1' }, /^configuration: region: is a property of the stack/],
  ])('refuses %s, and names the setting and its rule', (_, props, why) => {
    expect(() => theirs(props as FaceRevalidationProps)).toThrow(why);
  });

  // What a user adds to the stack: a caller and listeners, each by a method of the construct.
  let constructs: IConstruct[] = [];

  const used = theirs({}, (stack, face) => {
    const { machine, ledger, bus, mediaBucket, dataKey } = face;
    constructs = [machine, ledger, bus, mediaBucket, dataKey];
    const ask = face.revalidate(stack, 'Ask', {
      accountId: JsonPath.stringAt('$.who'),
      enrollmentId: 'ENR1',
      userAuthorized: true,
      media: { key: 'media/a.jpg' },
      options: { threshold: 0.8 },
      resultPath: '$.face',
    });
    new StateMachine(stack, 'Caller', { definitionBody: DefinitionBody.fromChainable(ask) });
    const target = new SqsQueue(new Queue(stack, 'Heard'));
    face.onEnded('All', target);
    face.onEnded('Bad', target, ['declined', 'failed']);
    face.onAmended('Late', target);
    face.onAmended('LateGood', target, ['approved']);
  });

  test('gives callers a task whose result goes where they choose', () => {
    const definitions = resourcesOf(used, 'AWS::StepFunctions::StateMachine').map(({ properties }) =>
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
    const ours = { source: ['face-revalidation'], 'detail-type': ['Re-validation Ended'] };
    const late = { ...ours, 'detail-type': ['Re-validation Amended'] };
    const rules = resourcesOf(used, 'AWS::Events::Rule').filter(
      ({ id, properties }) => properties.EventBusName && !/EvidenceOnOutcome/.test(id),
    );
    expect(rules.map(({ properties }) => [properties.EventBusName, properties.EventPattern])).toEqual([
      ['face-revalidation-dev', ours],
      ['face-revalidation-dev', { ...ours, detail: { status: ['declined', 'failed'] } }],
      ['face-revalidation-dev', late],
      ['face-revalidation-dev', { ...late, detail: { status: ['approved'] } }],
    ]);
  });

  test('shows its machine, ledger, bus, bucket and key as constructs', () => {
    expect(constructs).toHaveLength(5);
    for (const one of constructs) expect(Stack.of(one).stackName).toBe('theirs');
  });

  test('refuses a stack in a region of another partition than AWS’s own', () => {
    const stack = new Stack(new App(), 'theirs', { env: { region: 'us-gov-west-1' } });
    expect(() => new FaceRevalidation(stack, 'Face', { codeOf })).toThrow(/region us-gov-west-1 .+ partition/);
  });
});

const grants = ['grantDrop', 'grantStart', 'grantReadOutcomes'] as const;

/** A stack with a role for each of these grants, which has the name of its grant. */
const withGrants = (chosen: readonly (typeof grants)[number][], props: FaceRevalidationProps = {}) =>
  theirs(props, (stack, face) => {
    for (const grant of chosen)
      face[grant](new Role(stack, grant, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  });

const granted = withGrants(grants);

/** What a role may do after one grant alone: each action, on which resources. */
const grantedBy = (grant: (typeof grants)[number]) => {
  const policies = resourcesOf(granted, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith(grant));
  return policies.flatMap(({ properties }) => (properties.PolicyDocument as { Statement: unknown[] }).Statement);
};

const apiArn = (path: string) =>
  expect.stringMatching(new RegExp(`^arn:aws:execute-api:us-east-1:000000000000:[^/]+/\\*/${path}$`));

describe('a grant', () => {
  test('to drop allows puts into the inbox alone, and the key through S3 alone', () => {
    expect(grantedBy('grantDrop')).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: expect.stringMatching(/^arn:aws:s3:::[^/]+\/inbox\/\*$/) },
      {
        Effect: 'Allow',
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: expect.stringMatching(/^arn:aws:kms:/),
        Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      },
    ]);
  });

  test('to start allows the two routes that write, and no route that reads', () => {
    expect(grantedBy('grantStart')).toEqual([
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: [apiArn('POST/revalidations'), apiArn('POST/revalidations/\\*/cancel')],
      },
    ]);
  });

  test('to read outcomes allows the two routes that read, and no route that writes', () => {
    expect(grantedBy('grantReadOutcomes')).toEqual([
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: [apiArn('GET/revalidations/\\*'), apiArn('GET/accounts/\\*/revalidations')],
      },
    ]);
  });

  test('of a route is refused where the API takes tokens, because it would open nothing', () => {
    const jwt = { issuer: 'https://issuer.example.com', audience: ['app'] };
    for (const grant of ['grantStart', 'grantReadOutcomes'] as const)
      expect(() => withGrants([grant], { jwt })).toThrow(/^jwt: .+issuer\.example\.com/);
  });
});
