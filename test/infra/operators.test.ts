import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { Statement } from '../../infra/local/iam/policies.ts';
import { resolver, resourcesOf } from '../../infra/local/template.ts';
import { changed } from '../support/changed-templates.ts';
import { synthesized } from '../support/synthesized.ts';
import { deployed } from '../support/template.ts';

const template = synthesized(Config.parse({}));

const policyOf = (of = template) => {
  const [policy, ...more] = resourcesOf(of, 'AWS::IAM::ManagedPolicy');
  if (!policy || more.length > 0) throw new TypeError('there is not exactly one managed policy');
  return policy;
};

const statementsOf = (of = template): Statement[] =>
  (policyOf(of).properties.PolicyDocument as { Statement: unknown[] }).Statement.map((one) => Statement.parse(one));

const arnsOf = (type: string) => resourcesOf(template, type).map(({ arn }) => arn);

/** The calls of each command, and their resources; what the commands of the command line call, and nothing else. */
const needed: Record<string, RegExp> = {
  'ssm:GetParameter': /^arn:aws:ssm:us-east-1:000000000000:parameter\/face-revalidation-dev\/deployment$/,
  'dynamodb:BatchGetItem': /:table\/\w+$/,
  'dynamodb:GetItem': /:table\/\w+$/,
  'dynamodb:Scan': /:table\/\w+$/,
  'dynamodb:PutItem': /:table\/\w+$/,
  'dynamodb:UpdateItem': /:table\/\w+$/,
  'dynamodb:DeleteItem': /:table\/\w+$/,
  's3:GetObject': /^arn:aws:s3:::storageevidencebucket\w+\/evidence\/\*$/,
  's3:ListBucketVersions': /^arn:aws:s3:::storage(media|erasures)\w+$/,
  's3:ListBucket': /^arn:aws:s3:::storageevidencebucket\w+$/,
  'dynamodb:Query': /:table\/\w+\/index\/by-person$/,
  'kms:Decrypt': /:key\/\w*DataKey\w*$/,
  'kms:DescribeKey': /:key\/\w*DataKey\w*$/,
  'kms:Encrypt': /:key\/\w*DataKey\w*$/,
  'kms:GenerateDataKey': /:key\/\w*DataKey\w*$/,
  'kms:ReEncryptFrom': /:key\/\w*DataKey\w*$/,
  'kms:ReEncryptTo': /:key\/\w*DataKey\w*$/,
  'secretsmanager:GetSecretValue': /:secret:Storage(TruoraKey|WebhookKeys)\w+$/,
  'secretsmanager:PutSecretValue': /:secret:Storage(TruoraKey|WebhookKeys)\w+$/,
  'sqs:ReceiveMessage': /:(DropRule|Jobs|Evidence)DeadLetters\w+$/,
  'sqs:ChangeMessageVisibility': /:(DropRule|Jobs|Evidence)DeadLetters\w+$/,
  'sqs:DeleteMessage': /:(DropRule|Jobs|Evidence)DeadLetters\w+$/,
  'sns:ListSubscriptionsByTopic': /:AlarmsTopic\w+$/,
  'states:StartExecution': /:stateMachine:face-revalidation-dev$/,
  'states:ListExecutions': /:stateMachine:face-revalidation-dev$/,
  'states:DescribeExecution': /:execution:face-revalidation-dev:\*$/,
  'states:GetExecutionHistory': /:execution:face-revalidation-dev:\*$/,
  'states:StopExecution': /:execution:face-revalidation-dev:\*$/,
  'lambda:InvokeFunction':
    /:function:Functions(SweepInbox|SweepLedger|SweepErasures|RepairExecution|SignEvidence)[0-9A-F]{8}$/,
  'lambda:GetFunctionConfiguration': /:function:FunctionsSweepLedger[0-9A-F]{8}$/,
  'logs:FilterLogEvents': /:(log-group:local-\*|WorkflowLog\w+|RevalidationApiLog\w+)$/,
  'logs:StartQuery': /:(log-group:local-\*|WorkflowLog\w+|RevalidationApiLog\w+)$/,
  'logs:GetQueryResults': /^\*$/,
  'execute-api:Invoke':
    /:RevalidationApi\w+\/\*\/(POST|GET|DELETE)\/(revalidations|accounts|consents\/\*\/revoke)\b[\w/*]*$/,
};

test("the operator's policy allows what the commands call, on this stage's resources, and nothing else", () => {
  const found = statementsOf().flatMap(({ Effect, Action, Resource }) =>
    Effect === 'Allow' ? Action.flatMap((action) => Resource.map((resource) => [action, resource] as const)) : [],
  );
  expect([...new Set(found.map(([action]) => action))].toSorted()).toEqual(Object.keys(needed).toSorted());
  expect(found.filter(([action, resource]) => !needed[action]?.test(resource))).toEqual([]);
});

test('the policy is attached to no identity, fits into its limit, and its ARN is an output', () => {
  const { properties, ref } = policyOf();
  for (const kind of ['Users', 'Roles', 'Groups']) expect(properties[kind]).toBeUndefined();
  // 6144 characters (documented); an ARN of AWS is up to 60 characters longer than the local one.
  const { length } = JSON.stringify(properties.PolicyDocument);
  const arns = statementsOf().flatMap(({ Resource }) => Resource).length;
  expect(length + 60 * arns).toBeLessThan(6144 + 1);
  expect(resolver(template)(template.Outputs.OperatorPolicy?.Value)).toBe(ref);
});

test('an API that takes tokens is not in the policy: no permission of IAM opens it', () => {
  const actions = statementsOf(changed).flatMap(({ Action }) => Action);
  expect(actions).not.toContain('execute-api:Invoke');
});

test('each queue and log group that the runbook names is an output, and each such output is in the runbook', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../infra/aws/RUNBOOK.md'), 'utf8');
  const inRunbook = [...runbook.matchAll(/\b(\w+(?:DeadLetters|Log))\b/g)].map(([, name = '']) => name);
  const outputs = Object.keys(template.Outputs).filter((name) => /(DeadLetters|Log)$/.test(name));
  expect([...new Set(inRunbook)].toSorted()).toEqual(outputs.toSorted());
  const resolve = resolver(template);
  const real = new Set([
    ...resourcesOf(template, 'AWS::SQS::Queue').map(({ ref }) => ref),
    ...resourcesOf(template, 'AWS::Logs::LogGroup').map(({ ref }) => ref),
  ]);
  for (const name of outputs) expect(real).toContain(resolve(template.Outputs[name]?.Value));
});

test("every function logs in Lambda's JSON format, under its own log group, without a level that drops metrics", () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  expect(functions).toHaveLength(deployed.length);
  const groups = new Set(resourcesOf(template, 'AWS::Logs::LogGroup').map(({ ref }) => ref));
  for (const { properties } of functions) {
    const { LogGroup, ...more } = properties.LoggingConfig as { LogGroup: string };
    expect(more).toEqual({ LogFormat: 'JSON' });
    expect(groups).toContain(LogGroup);
    expect((properties.Environment as { Variables: object }).Variables).toMatchObject({
      POWERTOOLS_SERVICE_NAME: 'face-revalidation-dev',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
  }
  expect(arnsOf('AWS::Lambda::Function').length).toBe(deployed.length);
});
