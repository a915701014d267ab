import { describe, expect, test } from 'vitest';
import { grantsOf, isAllowed, isUseOf, policiesOf } from '../../infra/local/iam/policies.ts';
import type { Template } from '../../infra/local/template.ts';

const ROLE = 'arn:aws:iam::000000000000:role/Role';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Ledger';

type Written = Record<string, unknown>;

/** A template with one role, and what its policy says. */
const templateWith = (statements: Written[], role: Written = {}): Template => ({
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, ...role } },
    Other: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: statements } },
    },
  },
  Outputs: {},
});

const policies = (...statements: Written[]) => policiesOf(templateWith(statements));

const allow = (Action: string | string[], Resource: string | string[], more: Written = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

const may = (statements: Written[], action: string, resource: string, context?: Record<string, string[]>) =>
  isAllowed(policies(...statements).get(ROLE) ?? [], { action, resource, ...(context ? { context } : {}) });

describe('a role', () => {
  test('may do what its own policies allow, and nothing else', () => {
    const read = allow('dynamodb:GetItem', table);
    expect(may([read], 'dynamodb:GetItem', table)).toBe(true);
    expect(may([read], 'dynamodb:PutItem', table)).toBe(false);
    expect(may([read], 'dynamodb:GetItem', `${table}s`)).toBe(false);
    expect(may([read], 'dynamodb:GetItem', `${table}/index/by-person`)).toBe(false);
    expect(may([], 'dynamodb:GetItem', table)).toBe(false);
    expect(policies(read).get('arn:aws:iam::000000000000:role/Other')).toEqual([]);
  });

  test('may not do what is denied, beside any allowance and in any order', () => {
    const statements = [allow('dynamodb:*', '*'), { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: table }];
    for (const order of [statements, statements.toReversed()]) {
      expect(may(order, 'dynamodb:DeleteItem', table)).toBe(false);
      expect(may(order, 'dynamodb:GetItem', table)).toBe(true);
    }
  });
});

describe('an action', () => {
  test.each([
    ['dynamodb:GetItem', 'dynamodb:getitem', true],
    ['DynamoDB:getitem', 'dynamodb:GetItem', true],
    ['dynamodb:Get*', 'dynamodb:GetItem', true],
    ['dynamodb:?etItem', 'dynamodb:GetItem', true],
    ['dynamodb:?etItem', 'dynamodb:BudgetItem', false],
    ['dynamodb:Get', 'dynamodb:GetItem', false],
    ['dynamodb:Get.tem', 'dynamodb:GetItem', false],
    ['*', 'dynamodb:GetItem', true],
  ])('written %s covers %s: %s', (written, asked, speaks) => {
    expect(may([allow(written, table)], asked, table)).toBe(speaks);
  });
});

describe('a resource', () => {
  test.each([
    ['arn:aws:s3:::media/inbox/*', 'arn:aws:s3:::media/inbox/ana/ENR1/a.jpg', true],
    ['arn:aws:s3:::media/inbox/*', 'arn:aws:s3:::media/Inbox/ana', false],
    ['arn:aws:s3:::media/inbox/*', 'arn:aws:s3:::media/media/inbox/x', false],
    ['arn:aws:s3:::media/*', 'arn:aws:s3:::media', false],
    ['arn:aws:s3:::media/a?.jpg', 'arn:aws:s3:::media/a1.jpg', true],
    ['arn:aws:s3:::media/a?.jpg', 'arn:aws:s3:::media/a.jpg', false],
    ['arn:aws:s3:::media/a+b', 'arn:aws:s3:::media/aab', false],
    ['arn:aws:s3:::media/*', 'arn:aws:s3:::media/line\nbreak', true],
    ['arn:aws:states:eu-west-1:1:execution:face:*', 'arn:aws:states:eu-west-1:1:execution:face:a:b', true],
    ['arn:aws:states:eu-west-1:1:execution:face:*', 'arn:aws:states:eu-west-1:1:execution:other:a', false],
    // A wildcard does not reach over the parts of an ARN.
    ['arn:aws:states:*:execution', 'arn:aws:states:eu-west-1:1:execution', false],
    ['*', 'arn:aws:s3:::any', true],
  ])('written %s covers %s: %s', (written, asked, speaks) => {
    expect(may([allow('s3:GetObject', written)], 's3:GetObject', asked)).toBe(speaks);
  });
});

describe('a condition', () => {
  test.each<[string, Written, Record<string, string[]> | undefined, boolean]>([
    ['StringEquals', { StringEquals: { key: ['a', 'b'] } }, { key: ['b'] }, true],
    ['StringEquals, another value', { StringEquals: { key: 'a' } }, { key: ['A'] }, false],
    ['StringEquals, no value', { StringEquals: { key: 'a' } }, undefined, false],
    ['StringLike', { StringLike: { key: 'a*' } }, { key: ['abc'] }, true],
    ['StringLike, another value', { StringLike: { key: 'a*' } }, { key: ['b'] }, false],
    ['Bool', { Bool: { key: 'true' } }, { key: ['true'] }, true],
    ['Bool, the other one', { Bool: { key: 'true' } }, { key: ['false'] }, false],
    ['all values', { 'ForAllValues:StringLike': { key: ['RUN#*', 'ACC#*'] } }, { key: ['RUN#1', 'ACC#2'] }, true],
    ['all values but one', { 'ForAllValues:StringLike': { key: 'RUN#*' } }, { key: ['RUN#1', 'LINK#2'] }, false],
    ['all of no values', { 'ForAllValues:StringLike': { key: 'RUN#*' } }, undefined, true],
    ['a key that must be there', { Null: { key: 'false' } }, undefined, false],
    ['a key that is there', { Null: { key: 'false' } }, { key: ['x'] }, true],
    ['two keys, both', { StringEquals: { key: 'a', other: 'b' } }, { key: ['a'], other: ['b'] }, true],
    ['two keys, one', { StringEquals: { key: 'a', other: 'b' } }, { key: ['a'], other: ['c'] }, false],
    ['two operators, one', { StringEquals: { key: 'a' }, Bool: { other: 'true' } }, { key: ['a'] }, false],
  ])('holds or not: %s', (_, Condition, context, holds) => {
    expect(may([allow('s3:GetObject', '*', { Condition })], 's3:GetObject', 'arn:aws:s3:::any', context)).toBe(holds);
  });
});

describe('an unknown form of a policy', () => {
  test.each<[string, Written]>([
    ['another operator', allow('a:b', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })],
    ['a variable', allow('a:b', '*', { Condition: { StringLike: { key: '\u0024{aws:username}' } } })],
    ['NotAction', { Effect: 'Allow', NotAction: 'a:b', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 'a:b', NotResource: '*' }],
    ['a principal', allow('a:b', '*', { Principal: '*' })],
    ['an effect', { Effect: 'allow', Action: 'a:b', Resource: '*' }],
  ])('fails: %s', (_, statement) => {
    expect(() => policies(statement)).toThrow();
  });

  test.each<[string, Written]>([
    ['ManagedPolicyArns', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    ['Policies', { Policies: [] }],
    ['PermissionsBoundary', { PermissionsBoundary: 'arn:aws:iam::aws:policy/None' }],
  ])('fails for %s of a role', (name, role) => {
    expect(() => policiesOf(templateWith([], role))).toThrow(`the role Role has ${name}`);
  });
});

test('grants are listed one by one: action, resource and keys', () => {
  const Condition = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['RUN#*', 'ACC#*'] } };
  const grants = grantsOf(
    policies(
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table, { Condition }),
      allow('s3:GetObject', ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*']),
      { Effect: 'Deny', Action: 's3:*', Resource: '*' },
    ),
  );
  expect(grants.map(({ action, keys, resource }) => `${action} ${keys ?? resource}`)).toEqual([
    'dynamodb:GetItem RUN#*',
    'dynamodb:GetItem ACC#*',
    'dynamodb:PutItem RUN#*',
    'dynamodb:PutItem ACC#*',
    's3:GetObject arn:aws:s3:::a/*',
    's3:GetObject arn:aws:s3:::b/*',
  ]);
  const [runs] = grants;
  const ask = (key: string) => ({
    action: 'dynamodb:GetItem',
    resource: table,
    context: { 'dynamodb:LeadingKeys': [key] },
  });
  expect(runs && [isUseOf(runs, ask('RUN#1')), isUseOf(runs, ask('ACC#1'))]).toEqual([true, false]);
});
