import { describe, expect, test } from 'vitest';
import { Config, effectiveSettings } from '../../infra/aws/config.ts';
import { resolver, resourcesOf, type Template } from '../../infra/local/template.ts';
import { functionsOf, jobs, type RouteName, routes } from '../../shared/workflow/functions.ts';
import { changed, corsOrigins, least } from '../support/changed-templates.ts';
import { dataKey, MEDIA, prod, type Raw, resolvedOf, type Statement, template } from '../support/template.ts';

/** The one resource of a type whose id begins so. */
const within = (type: string, beginning: string) => {
  const found = resourcesOf(template, type).filter(({ id }) => id.startsWith(beginning));
  if (!found[0] || found.length > 1) throw new TypeError(`there is not exactly one ${type} in ${beginning}`);
  return { ...found[0], raw: template.Resources[found[0].id] as Raw };
};

describe('the rule for drops', () => {
  const rule = within('AWS::Events::Rule', 'DropRule');
  const [target = {}] = (rule.properties.Targets ?? []) as Record<string, unknown>[];

  test('calls one target', () => {
    expect(rule.properties.Targets).toHaveLength(1);
  });

  test('matches new objects in the inbox of our bucket, and nothing else', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket', MEDIA);
    expect(rule.properties.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: 'inbox/' }] } },
    });
    expect(rule.properties.State ?? 'ENABLED').toBe('ENABLED');
  });

  test('passes the whole event to the machine, and takes no value out of it', () => {
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    expect(target).toMatchObject({ Arn: machineArn });
    expect(target.InputTransformer).toEqual({
      InputTemplate: '{"request":{"kind":"drop","event":<aws.events.event.json>}}',
    });
    expect(target).not.toHaveProperty('Input');
    expect(target).not.toHaveProperty('InputPath');
  });

  test('leaves what could not be started in a queue that EventBridge can write to', () => {
    const queue = within('AWS::SQS::Queue', 'DropRule');
    expect(rule.raw.Properties.Targets).toMatchObject([
      {
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue.id, 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    ]);
    // With a KMS key, what EventBridge sends would be lost without a word.
    expect(queue.properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    expect(queue.properties).not.toHaveProperty('KmsMasterKeyId');
    const { properties } = within('AWS::SQS::QueuePolicy', 'DropRule');
    expect((properties.PolicyDocument as { Statement: Statement[] }).Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': expect.stringContaining('events') } },
      }),
    );
  });
});

describe('the jobs', () => {
  const arnOf = (name: string) =>
    String(within('AWS::Lambda::Function', `Functions${name}`).id).replace(
      /^/,
      'arn:aws:lambda:us-east-1:000000000000:function:',
    );
  const namesOn = (on: string) => Object.entries(jobs).flatMap(([name, watch]) => (watch.on === on ? name : []));
  const targetsOf = (rule: string) =>
    within('AWS::Events::Rule', `Jobs${rule}`).properties.Targets as Record<string, unknown>[];

  test.each([
    ['by the clock', 'OnSchedule', 'schedule'],
    ['by failures', 'OnFailure', 'failure'],
  ])('run %s, and a failed delivery is kept if it is not repeated', (_, rule, on) => {
    expect(targetsOf(rule).map(({ Arn }) => Arn)).toEqual(namesOn(on).map(arnOf));
    const queue = within('AWS::SQS::Queue', 'Jobs');
    const kept = on === 'failure' ? { Arn: `arn:aws:sqs:us-east-1:000000000000:${queue.id}` } : undefined;
    for (const { DeadLetterConfig } of targetsOf(rule)) expect(DeadLetterConfig).toEqual(kept);
    expect(queue.properties).toMatchObject({ SqsManagedSseEnabled: true });
  });

  test('get the executions of our machine that ended badly, and no other', () => {
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    expect(within('AWS::Events::Rule', 'JobsOnFailure').properties.EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [machineArn] },
    });
  });

  test('sweep as often as the deployment configures', () => {
    const rates = (of: Template) =>
      resourcesOf(of, 'AWS::Events::Rule').flatMap(({ properties }) => properties.ScheduleExpression ?? []);
    expect([rates(template), rates(least)]).toEqual([['rate(5 minutes)'], ['rate(1 minute)']]);
  });

  test('retry where an event would be lost, and leave a final failure in a queue', () => {
    const queues = { failure: within('AWS::SQS::Queue', 'Jobs'), outcome: within('AWS::SQS::Queue', 'Evidence') };
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties);
    expect(configs).toHaveLength(Object.keys(jobs).length);
    for (const { FunctionName, MaximumRetryAttempts, DestinationConfig } of configs) {
      const name = Object.keys(jobs).find((one) => String(FunctionName).startsWith(`Functions${one}`));
      const on = (['failure', 'outcome'] as const).find((one) => namesOn(one).includes(String(name)));
      expect(MaximumRetryAttempts).toBe(on ? 2 : 0);
      const Destination = on && `arn:aws:sqs:us-east-1:000000000000:${queues[on].id}`;
      expect(DestinationConfig).toEqual(on ? { OnFailure: { Destination } } : undefined);
    }
  });
});

describe('the HTTP API', () => {
  const names = functionsOf(Config.parse({}));
  const offered = (Object.keys(routes) as RouteName[])
    .filter((name) => names.includes(name))
    .map((name) => routes[name]);

  test('offers the routes of the list, and no other', () => {
    const keys = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    expect(keys).toEqual(offered.map(({ method, path }) => `${method} ${path}`));
  });

  test('passes calls on in the payload that the handlers read', () => {
    const versions = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(
      ({ properties }) => properties.PayloadFormatVersion,
    );
    expect(versions).toEqual(offered.map(() => '2.0'));
  });
});

describe('the pages that may call the API', () => {
  test('are none by default, and those of the setting with what they send and read', () => {
    const corsIn = (of: Template) => resolvedOf(of, 'AWS::ApiGatewayV2::Api').properties.CorsConfiguration;
    expect(corsIn(template)).toBeUndefined();
    expect(corsIn(changed)).toEqual({
      AllowOrigins: corsOrigins,
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: [
        'authorization',
        'content-type',
        'idempotency-key',
        'x-amz-content-sha256',
        'x-amz-date',
        'x-amz-security-token',
      ],
      ExposeHeaders: ['location', 'retry-after'],
      MaxAge: 3600,
    });
  });
});

describe('the callers of the API', () => {
  const routesIn = (of: Template) =>
    Object.fromEntries(
      resourcesOf(of, 'AWS::ApiGatewayV2::Route').map(({ properties }) => [
        properties.RouteKey,
        [properties.AuthorizationType, properties.AuthorizationScopes],
      ]),
    );

  test('need the authorization of IAM, but for Truora, which signs its body, and for a person with a capture link', () => {
    expect(routesIn(template)).toEqual({
      'POST /revalidations': ['AWS_IAM', undefined],
      'GET /revalidations/{id}': ['AWS_IAM', undefined],
      'GET /accounts/{accountId}/revalidations': ['AWS_IAM', undefined],
      'POST /revalidations/{id}/cancel': ['AWS_IAM', undefined],
      'POST /revalidations/{id}/alternative': ['AWS_IAM', undefined],
      'POST /consents': ['AWS_IAM', undefined],
      'POST /consents/{id}/revoke': ['AWS_IAM', undefined],
      'GET /accounts/{accountId}/consents': ['AWS_IAM', undefined],
      'DELETE /accounts/{accountId}': ['AWS_IAM', undefined],
      'GET /revalidations/{id}/evidence': ['AWS_IAM', undefined],
      'POST /capture/sessions': ['NONE', undefined],
      'GET /capture': ['NONE', undefined],
      'POST /capture/consent': ['NONE', undefined],
      'POST /capture/upload': ['NONE', undefined],
      'POST /capture/alternative': ['NONE', undefined],
      'GET /.well-known/jwks.json': ['NONE', undefined],
      'POST /webhooks/truora': ['NONE', undefined],
    });
  });

  test('need the tokens of an issuer where there is one, for reading, writing and erasing apart', () => {
    expect(routesIn(changed)).toEqual({
      'POST /revalidations': ['JWT', ['revalidations/write']],
      'GET /revalidations/{id}': ['JWT', ['revalidations/read']],
      'GET /accounts/{accountId}/revalidations': ['JWT', ['revalidations/read']],
      'POST /revalidations/{id}/cancel': ['JWT', ['revalidations/write']],
      'POST /revalidations/{id}/alternative': ['JWT', ['revalidations/write']],
      'POST /consents': ['JWT', ['revalidations/write']],
      'POST /consents/{id}/revoke': ['JWT', ['revalidations/write']],
      'GET /accounts/{accountId}/consents': ['JWT', ['revalidations/read']],
      'DELETE /accounts/{accountId}': ['JWT', ['revalidations/operate']],
      'GET /revalidations/{id}/evidence': ['JWT', ['revalidations/read']],
      'POST /capture/sessions': ['NONE', undefined],
      'GET /capture': ['NONE', undefined],
      'POST /capture/consent': ['NONE', undefined],
      'POST /capture/upload': ['NONE', undefined],
      'POST /capture/alternative': ['NONE', undefined],
      'GET /.well-known/jwks.json': ['NONE', undefined],
      'POST /webhooks/truora': ['NONE', undefined],
    });
    expect(resolvedOf(changed, 'AWS::ApiGatewayV2::Authorizer').properties).toMatchObject({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://issuer.example.com/pool', Audience: ['api'] },
    });
    const claims = resourcesOf(changed, 'AWS::Lambda::Function').flatMap(({ properties }) => {
      const { Variables } = properties.Environment as { Variables: Record<string, string> };
      return Variables.ACCOUNT_CLAIM ?? [];
    });
    expect(claims).toEqual(Array(10).fill('account'));
  });

  test('meet a throttle when they are too many, and appear in the log by route, never by path', () => {
    const { properties } = resolvedOf(template, 'AWS::ApiGatewayV2::Stage');
    expect(properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    const { Format } = properties.AccessLogSettings as { Format: string };
    expect(JSON.parse(Format)).toMatchObject({ routeKey: '$context.routeKey', status: '$context.status' });
    expect(Format).not.toMatch(/context\.(path|identity|domainName)|authorizer\.(claims|jwt|iam)/);
  });
});

describe('the outcomes', () => {
  const bus = resolvedOf(template, 'AWS::Events::EventBus');

  test('go to a bus of our own, which has the name of the stage', () => {
    expect(bus.properties.Name).toBe('face-revalidation-dev');
    expect(template.Outputs.EventBus?.Value).toEqual({ Ref: bus.id });
  });

  test('can be announced only by the roles of our own announcers', () => {
    const { properties } = resolvedOf(template, 'AWS::Events::EventBusPolicy');
    const statement = properties.Statement as Statement & { Condition: Record<string, Record<string, string[]>> };
    expect(properties.EventBusName).toBe('face-revalidation-dev');
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Action: 'events:PutEvents',
      Principal: { AWS: '*' },
      Resource: 'arn:aws:events:us-east-1:000000000000:event-bus/face-revalidation-dev',
    });
    const holders = statement.Condition.ArnNotEquals?.['aws:PrincipalArn'] ?? [];
    expect(holders.map((arn) => /role\/Functions(\w+?)ServiceRole/.exec(arn)?.[1])).toEqual([
      'CreateValidation',
      'AwaitMedia',
      'MoveMedia',
      'RecordOutcome',
      'RecordRefusal',
      'RecordFailure',
      'CancelRevalidation',
      'EraseAccount',
      'ChooseAlternative',
      'RevokeConsent',
      'LeaveCapture',
      'SweepLedger',
      'SweepErasures',
      'RepairExecution',
    ]);
  });

  test('the stack names the key that a caller must use to drop media', () => {
    const key = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes('DataKey'));
    expect(template.Outputs.DataKeyArn?.Value).toEqual({ 'Fn::GetAtt': [key?.id, 'Arn'] });
  });

  test('appear in Parameter Store for stacks that know only the stage, and are no exports', () => {
    const api = resolvedOf(template, 'AWS::ApiGatewayV2::Api').ref.toLowerCase();
    const resolve = resolver(template);
    const apiUrl = `https://${api}.execute-api.us-east-1.amazonaws.com`;
    const published = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => [
      properties.Name,
      properties.Value,
    ]);
    expect(Object.fromEntries(published)).toEqual({
      '/face-revalidation-dev/machine-arn': resolvedOf(template, 'AWS::StepFunctions::StateMachine').ref,
      '/face-revalidation-dev/ledger-table': resolvedOf(template, 'AWS::DynamoDB::Table').ref,
      '/face-revalidation-dev/event-bus': 'face-revalidation-dev',
      '/face-revalidation-dev/media-bucket': resolvedOf(template, 'AWS::S3::Bucket', MEDIA).ref,
      '/face-revalidation-dev/data-key-arn': resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id === dataKey.id)
        ?.arn,
      '/face-revalidation-dev/api-url': apiUrl,
      '/face-revalidation-dev/webhook-url': `${apiUrl}/webhooks/truora`,
      '/face-revalidation-dev/deployment': JSON.stringify(
        Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, resolve(Value)])),
      ),
      '/face-revalidation-dev/settings': JSON.stringify(effectiveSettings(Config.parse({}))),
    });
    expect(Object.values(template.Outputs).filter((output) => 'Export' in output)).toEqual([]);
  });
});

test('the HTTP API has the name of its stage', () => {
  expect(resolvedOf(template, 'AWS::ApiGatewayV2::Api').properties.Name).toBe('face-revalidation-dev');
  expect(resolvedOf(prod, 'AWS::ApiGatewayV2::Api').properties.Name).toBe('face-revalidation-prod');
});
