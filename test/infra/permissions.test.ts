import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { functionsOf } from '../../shared/workflow/functions.ts';
import { deployed, MEDIA, resolvedOf, type Statement, statementsOf, template } from '../support/template.ts';

/** Those of a deployment with the settings that are the default. */
const functionNames = functionsOf(Config.parse({}));

const listed = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

describe('the permissions', () => {
  /**
   * Step Functions writes its log through log delivery, whose actions know no resource; CDK adds them for `logs` on a
   * state machine, and AWS documents them with `*`.
   */
  const ofLogDelivery = (action: string) => /^logs:\w*(LogDeliver(y|ies)|ResourcePolic(y|ies)|LogGroups)$/.test(action);

  const allowedBy = (...types: string[]) =>
    types.flatMap((type) => statementsOf(template, type)).filter(({ statement }) => statement.Effect === 'Allow');

  // The operator's policy, the only managed one, has its own test.
  const allowed = allowedBy('AWS::IAM::Policy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy');

  test('list each action', () => {
    expect(allowed.length).toBeGreaterThan(deployed.length);
    const actions = [...allowed, ...allowedBy('AWS::IAM::ManagedPolicy')].flatMap(({ statement }) =>
      listed(statement.Action),
    );
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(allowed.filter(({ statement }) => 'NotAction' in statement || 'NotResource' in statement)).toEqual([]);
  });

  /** Tracing: AWS documents these with `*` too. */
  const ofTracing = (action: string) => /^xray:(Put(TraceSegments|TelemetryRecords)|GetSampling\w+)$/.test(action);

  test('name their resources, but for log delivery and tracing', () => {
    const everywhere = allowed
      .filter(({ statement }) => listed(statement.Resource).includes('*'))
      .flatMap(({ statement }) => listed(statement.Action));
    expect(new Set(everywhere.filter(ofTracing))).toEqual(
      new Set(
        ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'].map(
          (one) => `xray:${one}`,
        ),
      ),
    );
    expect(everywhere.filter((one) => !ofLogDelivery(one) && !ofTracing(one))).toEqual([]);
    const wide = allowed
      // An execution has a name of its own, so it can only be named by its machine.
      .filter(({ statement }) => !listed(statement.Action).some((one) => /^states:(Stop|Describe)Execution$/.test(one)))
      .flatMap(({ statement }) => listed(statement.Resource))
      .filter((resource) => resource !== '*' && String(resource).includes('*'));
    expect(new Set(wide.map((resource) => String(resource).replace(/^.*:::[^/]+/, '')))).toEqual(
      new Set(['/inbox/*', '/media/*', '/evidence/*', '/erased/*', '/revoked/*', '/certificates/*']),
    );
  });

  test('belong to one function each: no two share a role', () => {
    const roles = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.Role);
    expect(new Set(roles).size).toBe(deployed.length);
  });

  test('for the data key are held by those that read or write data, through the service that stores it', () => {
    const uses = allowed.filter(({ statement }) =>
      // The keys that sign evidence have a test of their own.
      listed(statement.Action).some((action) => /^kms:(?!Sign$|GetPublicKey$)/.test(action)),
    );
    expect(uses.length).toBeGreaterThan(5);
    for (const { id, statement } of uses) {
      const service = String((statement.Condition as { StringEquals: object }).StringEquals['kms:ViaService' as never]);
      expect(String(statement.Resource)).toContain('DataKey');
      expect(['s3.us-east-1.amazonaws.com', 'dynamodb.us-east-1.amazonaws.com']).toContain(service);
      const neighbours = allowed.filter((one) => one.id === id).flatMap((one) => listed(one.statement.Action));
      expect(neighbours.some((action) => action.startsWith(`${service.split('.')[0]}:`))).toBe(true);
    }
    const without = functionNames.filter(
      (name) => !uses.some(({ id }) => id.startsWith(`Functions${name}ServiceRole`)),
    );
    expect(without).toEqual(['ReadJwks']);
  });

  test('of the machine are to call the functions of its steps', () => {
    const invoked = allowed
      .filter(({ statement }) => listed(statement.Action).includes('lambda:InvokeFunction'))
      .flatMap(({ statement }) => listed(statement.Resource as string));
    expect(invoked.map((arn) => arn.replace(/^.*:function:Functions(.*)[0-9A-F]{8}$/, '$1')).toSorted()).toEqual(
      stepNames.toSorted(),
    );
  });

  test('to list versions are held by the sweeps, ClaimRequest, AwaitMedia, the revocation and the erasure, each for its own prefixes', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket', MEDIA);
    const lists = allowed.filter(
      ({ statement }) =>
        listed(statement.Action).includes('s3:ListBucketVersions') &&
        listed(statement.Resource).includes(`arn:aws:s3:::${bucket}`),
    );
    const under = (prefix: string) => ({ StringLike: { 's3:prefix': prefix } });
    expect(
      lists.map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Condition]),
    ).toEqual([
      ['ClaimRequest', under('inbox/*')],
      ['AwaitMedia', under('inbox/*')],
      ['EraseAccount', under('inbox/*')],
      ['EraseAccount', under('media/*')],
      ['RevokeConsent', under('inbox/*')],
      ['SweepInbox', { StringEquals: { 's3:prefix': 'inbox/' } }],
      ['SweepLedger', under('inbox/*')],
      ['SweepErasures', under('inbox/*')],
      ['SweepErasures', under('media/*')],
    ]);
  });

  test('to resume an execution are held by those that may read a notification, take a recording or end a waiting case, on this machine alone', () => {
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    const wakers = allowed
      .filter(({ statement }) => listed(statement.Action).some((action) => action.startsWith('states:SendTask')))
      .map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Action, statement.Resource]);
    expect(wakers).toEqual([
      ['ClaimRequest', 'states:SendTaskSuccess', machineArn],
      ['AwaitMedia', 'states:SendTaskSuccess', machineArn],
      ['AwaitWebhook', 'states:SendTaskSuccess', machineArn],
      ['ChooseAlternative', 'states:SendTaskSuccess', machineArn],
      ['LeaveCapture', 'states:SendTaskSuccess', machineArn],
      ['ReceiveWebhook', 'states:SendTaskSuccess', machineArn],
      ['SweepLedger', 'states:SendTaskSuccess', machineArn],
    ]);
  });

  test('to announce are held by those that record outcomes, on our bus alone', () => {
    const { Name } = resolvedOf(template, 'AWS::Events::EventBus').properties;
    const announcers = allowed
      .filter(({ statement }) => listed(statement.Action).some((action) => action.startsWith('events:')))
      .map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Action, statement.Resource]);
    const ours = `arn:aws:events:us-east-1:000000000000:event-bus/${Name}`;
    expect(announcers).toEqual([
      ['CreateValidation', 'events:PutEvents', ours],
      ['AwaitMedia', 'events:PutEvents', ours],
      ['MoveMedia', 'events:PutEvents', ours],
      ['RecordOutcome', 'events:PutEvents', ours],
      ['RecordRefusal', 'events:PutEvents', ours],
      ['RecordFailure', 'events:PutEvents', ours],
      ['CancelRevalidation', 'events:PutEvents', ours],
      ['EraseAccount', 'events:PutEvents', ours],
      ['ChooseAlternative', 'events:PutEvents', ours],
      ['RevokeConsent', 'events:PutEvents', ours],
      ['LeaveCapture', 'events:PutEvents', ours],
      ['SweepLedger', 'events:PutEvents', ours],
      ['SweepErasures', 'events:PutEvents', ours],
      ['RepairExecution', 'events:PutEvents', ours],
    ]);
  });

  test('to stop an execution are held by those that cancel, revoke or erase, on this machine alone', () => {
    const stoppers = allowed.filter(({ statement }) => listed(statement.Action).includes('states:StopExecution'));
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    expect(
      stoppers.map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Resource]),
    ).toEqual(
      ['CancelRevalidation', 'EraseAccount', 'RevokeConsent', 'SweepLedger', 'SweepErasures'].map((name) => [
        name,
        `${machineArn.replace(':stateMachine:', ':execution:')}:*`,
      ]),
    );
  });

  test("to read Truora's key are held by the functions that call Truora, and by the one that checks its expiry", () => {
    const readers = allowed
      .filter(({ statement }) => listed(statement.Action).includes('secretsmanager:GetSecretValue'))
      .map(({ id, statement }) => [
        /^Functions(\w+?)ServiceRole/.exec(id)?.[1],
        /TruoraKey|WebhookKeys/.exec(String(statement.Resource))?.[0],
      ]);
    expect(readers.toSorted()).toEqual([
      ['CheckEnrollment', 'TruoraKey'],
      ['CheckKey', 'TruoraKey'],
      ['CreateValidation', 'TruoraKey'],
      ['ReadVerdict', 'TruoraKey'],
      ['ReceiveWebhook', 'WebhookKeys'],
      ['SweepErasures', 'TruoraKey'],
      ['SweepLedger', 'TruoraKey'],
    ]);
  });
});

test('the services that use a role of ours use it for this account alone, where they name one', () => {
  const trusts = resourcesOf(template, 'AWS::IAM::Role').map(
    ({ properties }) => (properties.AssumeRolePolicyDocument as { Statement: [Statement] }).Statement[0],
  );
  const withAccount = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
  const of = (service: string) =>
    trusts.filter((trust) => (trust.Principal as { Service: string }).Service === `${service}.amazonaws.com`);
  expect(of('states').map((trust) => trust.Condition)).toEqual([withAccount]);
  expect(of('events').map((trust) => trust.Condition)).toEqual([withAccount]);
  // Not documented for Lambda: a condition that it does not meet would stop every function.
  expect(of('lambda').map((trust) => trust.Condition)).toEqual(deployed.map(() => undefined));
  expect(trusts).toHaveLength(deployed.length + 2);
});
