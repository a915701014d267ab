import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { FaceRevalidationStack } from '../../infra/aws/stack.ts';
import { resourcesOf, synthesize, type Template } from '../../infra/local/template.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { fileOf, functionNames, jobs, routes } from '../../shared/workflow/functions.ts';

const config = Config.parse({});

const template = synthesize(config);

const prod = synthesize(Config.parse({ stage: 'prod' }));

/** A resource as CloudFormation reads it, with what the local system has no use for. */
type Raw = Template['Resources'][string] & {
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
};

const rawOf = (of: Template, type: string): [string, Raw][] =>
  Object.entries(of.Resources as Record<string, Raw>).filter(([, { Type }]) => Type === type);

const only = (of: Template, type: string): Raw & { id: string } => {
  const [[id, resource] = [], ...more] = rawOf(of, type);
  if (!id || !resource || more.length > 0) throw new TypeError(`there is not exactly one ${type}`);
  return { ...resource, id };
};

/** The one resource of a type with every value resolved, as the local system reads it. */
const resolvedOf = (of: Template, type: string) => {
  const [found, ...more] = resourcesOf(of, type);
  if (!found || more.length > 0) throw new TypeError(`there is not exactly one ${type}`);
  return found;
};

/** The key of media and ledger, by the reference that the template makes to it. */
const dataKey = (() => {
  const [id = ''] = rawOf(template, 'AWS::KMS::Key').find(([one]) => one.includes('DataKey')) ?? [];
  return { id, arn: { 'Fn::GetAtt': [id, 'Arn'] } };
})();

type Statement = {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: unknown;
};

const listed = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

const statementsOf = (of: Template, type: string): { id: string; statement: Statement }[] =>
  resourcesOf(of, type).flatMap(({ id, properties }) =>
    (properties.PolicyDocument as { Statement: Statement[] }).Statement.map((statement) => ({ id, statement })),
  );

const functionOf = (name: string) => {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(
    ({ properties }) => properties.Handler === `${fileOf(name)}.handler`,
  );
  if (!found) throw new TypeError(`no function has the handler of ${name}`);
  return found.properties as { Timeout: number; Runtime: string; Environment?: { Variables: Record<string, string> } };
};

describe('the template', () => {
  // They see a circle of references, too: functions name the machine, and the machine names functions.
  // A compiled engine reads every rule: seconds, on a machine that has other things to do.
  test.each(['dev', 'prod'])(
    "of %s passes CDK's own rules, also those that cdk.json switches on",
    { timeout: 60_000 },
    (stage) => {
      const app = new App({
        analyticsReporting: false,
        context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
      });
      const props = { config: Config.parse({ stage }), codeOf: () => Code.fromInline('//') };
      const { stackName } = new FaceRevalidationStack(app, `checked-${stage}`, props);
      const { directory, stacks } = app.synth();
      rmSync(directory, { recursive: true, force: true });
      expect(stacks.map((one) => one.stackName)).toEqual([stackName]);
    },
  );

  test('has only our functions: CDK adds none with permissions of its own', () => {
    const handlers = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.Handler);
    expect(handlers.toSorted()).toEqual(functionNames.map((name) => `${fileOf(name)}.handler`).toSorted());
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
  });

  test('depends on the stage only by names, lifetimes and the stage itself', () => {
    const neutral = (of: Template, stage: string) =>
      JSON.parse(
        JSON.stringify(of.Resources)
          .replaceAll(`face-revalidation-${stage}`, 'face-revalidation')
          .replaceAll(/"(DeletionPolicy|UpdateReplacePolicy)":"\w+"/g, '"$1":""')
          .replaceAll(/"DeletionProtectionEnabled":(true|false)/g, '"DeletionProtectionEnabled":""'),
      );
    expect(neutral(prod, 'prod')).toEqual(neutral(template, 'dev'));
  });
});

describe('the state machine', () => {
  const machine = only(template, 'AWS::StepFunctions::StateMachine').Properties as {
    DefinitionString: unknown;
    DefinitionSubstitutions: Record<string, unknown>;
    StateMachineType: string;
    StateMachineName: string;
    LoggingConfiguration: object;
  };

  test('matches the definition, as one plain text', () => {
    expect(machine.DefinitionString).toBe(JSON.stringify(definition(config)));
  });

  test('waits as long as the deployment configures', () => {
    const changed = synthesize(Config.parse({ callbackTimeoutSeconds: '90' }));
    const { DefinitionString } = only(changed, 'AWS::StepFunctions::StateMachine').Properties;
    expect(DefinitionString).toBe(JSON.stringify(definition({ callbackTimeoutSeconds: 90 })));
  });

  test('calls every function of a step by its name, and no other', () => {
    expect(Object.keys(machine.DefinitionSubstitutions).toSorted()).toEqual(stepNames.toSorted());
    const { properties } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    for (const [name, arn] of Object.entries(properties.DefinitionSubstitutions as Record<string, string>)) {
      expect(arn).toMatch(new RegExp(`^arn:aws:lambda:.*:function:Functions${name}[0-9A-F]{8}$`));
    }
  });

  test('is a standard one with a name of its own, and logs events without data', () => {
    expect(machine).toMatchObject({
      StateMachineType: 'STANDARD',
      StateMachineName: 'face-revalidation-dev',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });
});

describe.each(functionNames)('the function %s', (name) => {
  const { Environment, Timeout, Runtime } = functionOf(name);
  const variables = Environment?.Variables ?? {};

  test('gets the variables that it declares, and no other', () => {
    expect(Object.keys(variables).toSorted()).toEqual([...envKeys[name]].toSorted());
    for (const value of Object.values(variables)) expect(value).toMatch(/./);
  });

  test('gets no secret, only its address', () => {
    for (const [key, value] of Object.entries(variables)) {
      if (key.endsWith('_SECRET')) expect(value).toMatch(/^arn:aws:secretsmanager:/);
      // A token or a key, or any long run of letters and digits, that is not the name of something in the template.
      else expect(value, key).not.toMatch(/eyJ|[A-Za-z0-9+/_=-]{33,}/);
    }
  });

  test('has the timeout of its list', () => {
    expect(Timeout).toBe(functionSeconds[name]);
    expect(Runtime).toBe('nodejs24.x');
  });
});

test('finds anything that looks like a secret', () => {
  for (const secret of ['eyJhbGciOiJIUzI1NiJ9.e30.x', 'a'.repeat(40), '3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3']) {
    expect(secret).toMatch(/eyJ|[A-Za-z0-9+/_=-]{33,}/);
  }
});

describe('the media bucket', () => {
  const { id, Properties } = only(template, 'AWS::S3::Bucket');

  test('keeps versions, and is closed to the public', () => {
    expect(Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  test('encrypts with our key, and with one data key for many objects', () => {
    expect(Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: dataKey.arn },
            BucketKeyEnabled: true,
          },
        ],
      },
    });
  });

  test('accepts web pages only from the named origins', () => {
    expect(Properties).not.toHaveProperty('CorsConfiguration');
    const open = synthesize(Config.parse({ corsOrigins: 'https://app.example.com,https://b.example.com' }));
    expect(only(open, 'AWS::S3::Bucket').Properties.CorsConfiguration).toEqual({
      CorsRules: [
        {
          AllowedOrigins: ['https://app.example.com', 'https://b.example.com'],
          AllowedMethods: ['POST', 'PUT'],
          AllowedHeaders: ['content-type', 'x-amz-*'],
          MaxAge: 3600,
        },
      ],
    });
  });

  test.each([
    [1, 1],
    [24, 1],
    [25, 2],
    [168, 7],
  ])('keeps media for %i hours, which are %i days to S3', (mediaHours, days) => {
    const kept = only(synthesize(Config.parse({ mediaHours })), 'AWS::S3::Bucket').Properties.LifecycleConfiguration;
    expect(kept).toMatchObject({ Rules: [{ ExpirationInDays: days }, {}] });
  });

  test('notifies EventBridge of every object, by a property and not by a function', () => {
    expect(Properties.NotificationConfiguration).toEqual({ EventBridgeConfiguration: { EventBridgeEnabled: true } });
  });

  test('accepts TLS alone, from 1.2 on, also for its objects, and refuses objects under another key', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket');
    expect(only(template, 'AWS::S3::BucketPolicy').Properties.Bucket).toEqual({ Ref: id });
    expect(statementsOf(template, 'AWS::S3::BucketPolicy').map(({ statement }) => statement)).toEqual([
      {
        Effect: 'Deny',
        Action: 's3:*',
        Principal: { AWS: '*' },
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Effect: 'Deny',
        Action: 's3:*',
        Principal: { AWS: '*' },
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      },
      {
        Sid: 'OtherKey',
        Effect: 'Deny',
        Action: 's3:PutObject',
        Principal: { AWS: '*' },
        Resource: `arn:aws:s3:::${bucket}/*`,
        // A key that is absent counts as another: encryption by a word alone would be under AWS's own.
        Condition: {
          Null: { 's3:x-amz-server-side-encryption': 'false' },
          StringNotEquals: {
            's3:x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:us-east-1:000000000000:key/${dataKey.id}`,
          },
        },
      },
      {
        Sid: 'CustomerKey',
        Effect: 'Deny',
        Action: 's3:PutObject',
        Principal: { AWS: '*' },
        Resource: `arn:aws:s3:::${bucket}/*`,
        Condition: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
      },
    ]);
  });

  test('deletes media after a day, in any version and of any size', () => {
    expect(Properties.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Status: 'Enabled',
          ExpirationInDays: 1,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
        { Status: 'Enabled', ExpiredObjectDeleteMarker: true },
      ],
    });
  });
});

describe('the ledger', () => {
  const { Properties } = only(template, 'AWS::DynamoDB::Table');

  test('encrypts with our key', () => {
    expect(Properties.SSESpecification).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: dataKey.arn,
    });
  });

  test('is paid by use, and can be restored to any second', () => {
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('has one key, and expires items by `expiresAt`', () => {
    expect(Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  test('has two indexes, keys alone: by person and claim time, and by follow-up time', () => {
    expect(Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by-person',
        KeySchema: [
          { AttributeName: 'accountId', KeyType: 'HASH' },
          { AttributeName: 'claimedAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'by-due',
        KeySchema: [
          { AttributeName: 'shard', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });
});

/** The one resource of a type whose id begins so. */
const within = (type: string, beginning: string) => {
  const found = resourcesOf(template, type).filter(({ id }) => id.startsWith(beginning));
  if (!found[0] || found.length > 1) throw new TypeError(`there is not exactly one ${type} in ${beginning}`);
  return { ...found[0], raw: template.Resources[found[0].id] as Raw };
};

describe('the rule for drops', () => {
  const rule = within('AWS::Events::Rule', 'DropRule');
  const [target = {}] = (rule.properties.Targets ?? []) as Record<string, unknown>[];

  test('has one target', () => {
    expect(rule.properties.Targets).toHaveLength(1);
  });

  test('matches new objects in the inbox of our bucket, and nothing else', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket');
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
    const rates = (sweepMinutes?: number) =>
      resourcesOf(synthesize(Config.parse({ sweepMinutes })), 'AWS::Events::Rule').flatMap(
        ({ properties }) => properties.ScheduleExpression ?? [],
      );
    expect([rates(), rates(1)]).toEqual([['rate(5 minutes)'], ['rate(1 minute)']]);
  });

  test('retry where an event would be lost, and leave a final failure in a queue', () => {
    const queue = within('AWS::SQS::Queue', 'Jobs');
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties);
    expect(configs).toHaveLength(Object.keys(jobs).length);
    for (const { FunctionName, MaximumRetryAttempts, DestinationConfig } of configs) {
      const name = Object.keys(jobs).find((one) => String(FunctionName).startsWith(`Functions${one}`));
      const isKept = namesOn('failure').includes(String(name));
      expect(MaximumRetryAttempts).toBe(isKept ? 2 : 0);
      const kept = { OnFailure: { Destination: `arn:aws:sqs:us-east-1:000000000000:${queue.id}` } };
      expect(DestinationConfig).toEqual(isKept ? kept : undefined);
    }
  });
});

describe('the HTTP API', () => {
  test('has the routes of the list, and no other', () => {
    const keys = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    expect(keys).toEqual(Object.values(routes).map(({ method, path }) => `${method} ${path}`));
  });

  test('passes calls on in the payload that the handlers read', () => {
    const versions = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(
      ({ properties }) => properties.PayloadFormatVersion,
    );
    expect(versions).toEqual(Object.keys(routes).map(() => '2.0'));
  });
});

describe('the pages that may call the API', () => {
  test('are none by default, and those of the setting with what they send and read', () => {
    const corsIn = (of: Template) => resolvedOf(of, 'AWS::ApiGatewayV2::Api').properties.CorsConfiguration;
    expect(corsIn(template)).toBeUndefined();
    expect(corsIn(synthesize(Config.parse({ corsOrigins: 'https://app.example.com' })))).toEqual({
      AllowOrigins: ['https://app.example.com'],
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

  test('are authorized by IAM, but for Truora, which signs its body', () => {
    expect(routesIn(template)).toEqual({
      'POST /revalidations': ['AWS_IAM', undefined],
      'GET /revalidations/{id}': ['AWS_IAM', undefined],
      'GET /accounts/{accountId}/revalidations': ['AWS_IAM', undefined],
      'POST /revalidations/{id}/cancel': ['AWS_IAM', undefined],
      'POST /webhooks/truora': ['NONE', undefined],
    });
  });

  test('are authorized by the tokens of an issuer where there is one, for reading and writing apart', () => {
    const jwt = JSON.stringify({
      issuer: 'https://issuer.example.com/pool',
      audience: ['api'],
      accountClaim: 'account',
    });
    const withTokens = synthesize(Config.parse({ jwt }));
    expect(routesIn(withTokens)).toEqual({
      'POST /revalidations': ['JWT', ['revalidations/write']],
      'GET /revalidations/{id}': ['JWT', ['revalidations/read']],
      'GET /accounts/{accountId}/revalidations': ['JWT', ['revalidations/read']],
      'POST /revalidations/{id}/cancel': ['JWT', ['revalidations/write']],
      'POST /webhooks/truora': ['NONE', undefined],
    });
    expect(resolvedOf(withTokens, 'AWS::ApiGatewayV2::Authorizer').properties).toMatchObject({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://issuer.example.com/pool', Audience: ['api'] },
    });
    const claims = resourcesOf(withTokens, 'AWS::Lambda::Function').flatMap(({ properties }) => {
      const { Variables } = properties.Environment as { Variables: Record<string, string> };
      return Variables.ACCOUNT_CLAIM ?? [];
    });
    expect(claims).toEqual(Array(4).fill('account'));
  });

  test('are throttled when they are too many, and logged by route, never by path', () => {
    const { properties } = resolvedOf(template, 'AWS::ApiGatewayV2::Stage');
    expect(properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    const { Format } = properties.AccessLogSettings as { Format: string };
    expect(JSON.parse(Format)).toMatchObject({ routeKey: '$context.routeKey', status: '$context.status' });
    expect(Format).not.toMatch(/context\.(path|identity|domainName)|authorizer\.(claims|jwt|iam)/);
  });
});

describe('machine and functions', () => {
  test('can be followed in X-Ray', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.TracingConfig);
    expect(functions).toEqual(functionNames.map(() => ({ Mode: 'Active' })));
    expect(only(template, 'AWS::StepFunctions::StateMachine').Properties.TracingConfiguration).toEqual({
      Enabled: true,
    });
  });
});

test('the log groups that AWS delivers to have names that need no policy of the account', () => {
  const names = resourcesOf(template, 'AWS::Logs::LogGroup').flatMap(({ properties }) => properties.LogGroupName ?? []);
  expect(names).toEqual(
    expect.arrayContaining([
      '/aws/vendedlogs/states/face-revalidation-dev',
      '/aws/vendedlogs/apis/face-revalidation-dev',
    ]),
  );
});

describe('the outcomes', () => {
  const bus = resolvedOf(template, 'AWS::Events::EventBus');

  test('are announced on a bus of our own, which has the name of the stage', () => {
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
      'RecordOutcome',
      'RecordRefusal',
      'RecordFailure',
      'CancelRevalidation',
      'SweepLedger',
      'RepairExecution',
    ]);
  });

  test('the stack names the key that a caller must use to drop media', () => {
    const key = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes('DataKey'));
    expect(template.Outputs.DataKeyArn?.Value).toEqual({ 'Fn::GetAtt': [key?.id, 'Arn'] });
  });

  test('are in Parameter Store for stacks that know only the stage, and are no exports', () => {
    const api = resolvedOf(template, 'AWS::ApiGatewayV2::Api').ref.toLowerCase();
    const apiUrl = `https://${api}.execute-api.us-east-1.amazonaws.com`;
    const published = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => [
      properties.Name,
      properties.Value,
    ]);
    expect(Object.fromEntries(published)).toEqual({
      '/face-revalidation-dev/machine-arn': resolvedOf(template, 'AWS::StepFunctions::StateMachine').ref,
      '/face-revalidation-dev/ledger-table': resolvedOf(template, 'AWS::DynamoDB::Table').ref,
      '/face-revalidation-dev/event-bus': 'face-revalidation-dev',
      '/face-revalidation-dev/media-bucket': resolvedOf(template, 'AWS::S3::Bucket').ref,
      '/face-revalidation-dev/data-key-arn': resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id === dataKey.id)
        ?.arn,
      '/face-revalidation-dev/api-url': apiUrl,
      '/face-revalidation-dev/webhook-url': `${apiUrl}/webhooks/truora`,
    });
    expect(Object.values(template.Outputs).filter((output) => 'Export' in output)).toEqual([]);
  });
});

describe('the permissions', () => {
  /**
   * Step Functions writes its log through log delivery, whose actions know no resource; CDK adds them for `logs` on a
   * state machine, and AWS documents them with `*`.
   */
  const ofLogDelivery = (action: string) => /^logs:\w*(LogDeliver(y|ies)|ResourcePolic(y|ies)|LogGroups)$/.test(action);

  const allowed = ['AWS::IAM::Policy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => statementsOf(template, type))
    .filter(({ statement }) => statement.Effect === 'Allow');

  test('are granted action by action', () => {
    expect(allowed.length).toBeGreaterThan(functionNames.length);
    const actions = allowed.flatMap(({ statement }) => listed(statement.Action));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(allowed.filter(({ statement }) => 'NotAction' in statement || 'NotResource' in statement)).toEqual([]);
  });

  /** Tracing: AWS documents these with `*` too. */
  const ofTracing = (action: string) => /^xray:(Put(TraceSegments|TelemetryRecords)|GetSampling\w+)$/.test(action);

  test('are granted on named resources, but for log delivery and tracing', () => {
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
      new Set(['/inbox/*', '/media/*']),
    );
  });

  test('are each held by one function: no two share a role', () => {
    const roles = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.Role);
    expect(new Set(roles).size).toBe(functionNames.length);
  });

  test('for the data key are held by those that read or write data, through the service that stores it', () => {
    const uses = allowed.filter(({ statement }) =>
      listed(statement.Action).some((action) => action.startsWith('kms:')),
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
    expect(without).toEqual(['CheckKey']);
  });

  test('of the machine are to call the functions of its steps', () => {
    const invoked = allowed
      .filter(({ statement }) => listed(statement.Action).includes('lambda:InvokeFunction'))
      .flatMap(({ statement }) => listed(statement.Resource as string));
    expect(invoked.map((arn) => arn.replace(/^.*:function:Functions(.*)[0-9A-F]{8}$/, '$1')).toSorted()).toEqual(
      stepNames.toSorted(),
    );
  });

  test('to list versions are held by the two sweeps and ClaimRequest, which looks for copies, for the inbox alone', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket');
    const lists = allowed.filter(({ statement }) => listed(statement.Action).includes('s3:ListBucketVersions'));
    expect(lists.map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement])).toEqual([
      [
        'ClaimRequest',
        {
          Effect: 'Allow',
          Action: 's3:ListBucketVersions',
          Resource: `arn:aws:s3:::${bucket}`,
          Condition: { StringLike: { 's3:prefix': 'inbox/*' } },
        },
      ],
      [
        'SweepInbox',
        {
          Effect: 'Allow',
          Action: 's3:ListBucketVersions',
          Resource: `arn:aws:s3:::${bucket}`,
          Condition: { StringEquals: { 's3:prefix': 'inbox/' } },
        },
      ],
      [
        'SweepLedger',
        {
          Effect: 'Allow',
          Action: 's3:ListBucketVersions',
          Resource: `arn:aws:s3:::${bucket}`,
          Condition: { StringLike: { 's3:prefix': 'inbox/*' } },
        },
      ],
    ]);
  });

  test('to resume an execution are held by the three that may read a notification, on this machine alone', () => {
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    const wakers = allowed
      .filter(({ statement }) => listed(statement.Action).some((action) => action.startsWith('states:SendTask')))
      .map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Action, statement.Resource]);
    expect(wakers).toEqual([
      ['AwaitWebhook', 'states:SendTaskSuccess', machineArn],
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
      ['RecordOutcome', 'events:PutEvents', ours],
      ['RecordRefusal', 'events:PutEvents', ours],
      ['RecordFailure', 'events:PutEvents', ours],
      ['CancelRevalidation', 'events:PutEvents', ours],
      ['SweepLedger', 'events:PutEvents', ours],
      ['RepairExecution', 'events:PutEvents', ours],
    ]);
  });

  test('to stop an execution are held by the function that cancels, on this machine alone', () => {
    const stoppers = allowed.filter(({ statement }) => listed(statement.Action).includes('states:StopExecution'));
    const { ref: machineArn } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    expect(
      stoppers.map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Resource]),
    ).toEqual([['CancelRevalidation', `${machineArn.replace(':stateMachine:', ':execution:')}:*`]]);
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
  expect(of('lambda').map((trust) => trust.Condition)).toEqual(functionNames.map(() => undefined));
  expect(trusts).toHaveLength(functionNames.length + 2);
});

test('only the receiver of webhooks has reserved instances, when the deployment sets them', () => {
  const reserved = (of: Template) =>
    resourcesOf(of, 'AWS::Lambda::Function').flatMap(({ properties: { Handler, ReservedConcurrentExecutions } }) =>
      ReservedConcurrentExecutions === undefined ? [] : [[Handler, ReservedConcurrentExecutions]],
    );
  expect(reserved(template)).toEqual([]);
  expect(reserved(synthesize(Config.parse({ webhookConcurrency: '5' })))).toEqual([['receive-webhook.handler', 5]]);
});

test('the HTTP API has the name of its stage', () => {
  expect(resolvedOf(template, 'AWS::ApiGatewayV2::Api').properties.Name).toBe('face-revalidation-dev');
  expect(resolvedOf(prod, 'AWS::ApiGatewayV2::Api').properties.Name).toBe('face-revalidation-prod');
});

test('each call counts against a budget, also without a setting', () => {
  expect(functionOf('CreateValidation').Environment?.Variables.DAILY_BUDGET).toBe('10000');
});

describe('data', () => {
  const lasting = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret'];
  const keyOf = (of: Template) => rawOf(of, 'AWS::KMS::Key').find(([id]) => id === dataKey.id)?.[1];
  const livesOf = (of: Template, types: string[]) =>
    types
      .flatMap((type) => rawOf(of, type))
      .map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy]);

  test('outlives the stack in prod', () => {
    expect(livesOf(prod, lasting)).toEqual(Array.from({ length: 4 }, () => ['Retain', 'Retain']));
    // The logs show what happened, also after the stack is gone.
    const logs = rawOf(prod, 'AWS::Logs::LogGroup').length;
    expect(livesOf(prod, ['AWS::Logs::LogGroup'])).toEqual(Array.from({ length: logs }, () => ['Retain', 'Retain']));
    expect(logs).toBe(functionNames.length + 2);
    expect(only(prod, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(true);
    // Data without its key is lost all the same.
    expect(keyOf(prod)).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  test('is deleted with the stack everywhere else', () => {
    expect(only(template, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(false);
    expect(livesOf(template, lasting)).toEqual(Array.from({ length: 4 }, () => ['Delete', 'Delete']));
  });

  test('has no deletion protection in a stack that is not prod', () => {
    const left = Object.entries(template.Resources as Record<string, Raw>).filter(
      ([, one]) => one.DeletionPolicy === 'Retain',
    );
    expect(left.map(([id]) => id)).toEqual([]);
  });
});

describe('the configuration', () => {
  test('is complete without a setting', () => {
    expect(config).toEqual({
      stage: 'dev',
      resultMode: 'callback',
      callbackTimeoutSeconds: 60,
      graceSeconds: 30,
      settleSeconds: 60,
      onUnresolved: 'fail-for-human',
      dailyBudget: 10_000,
      httpDeadlineSeconds: 10,
      sweepMinutes: 5,
      minimumThreshold: 0.65,
      allowedRetries: 0,
      retrySeconds: 300,
      retentionDays: 365,
      callsPerSecond: 50,
      callsAtOnce: 100,
      truoraOrigin: 'https://api.validations.truora.com',
      uploadOrigins: ['https://files.truora.com'],
      mediaHours: 24,
      unclaimedMinutes: 15,
      media: { minPixels: 64, maxSeconds: 60 },
      corsOrigins: [],
    });
  });

  test.each(['http://127.0.0.1:8080', 'http://[::1]:8080', 'https://truora.example.com:8443'])(
    'takes %s for an origin',
    (origin) => {
      expect(Config.parse({ truoraOrigin: origin, uploadOrigins: [origin] })).toMatchObject({ truoraOrigin: origin });
    },
  );

  test('keeps a record for longer than S3 may keep its media', () => {
    expect(Config.safeParse({ retentionDays: 4, mediaHours: 24 }).success).toBe(true);
    expect(Config.safeParse({ retentionDays: 4, mediaHours: 25 }).success).toBe(false);
  });

  test('may settle a lost call before its function is surely over only where calls are free', () => {
    const settled = (settleSeconds: number, truoraOrigin?: string) =>
      Config.safeParse({ settleSeconds, ...(truoraOrigin ? { truoraOrigin } : {}) }).success;
    expect(settled(functionSeconds.CreateValidation)).toBe(false);
    expect(settled(functionSeconds.CreateValidation + 10)).toBe(true);
    expect(settled(1, 'http://127.0.0.1:8080')).toBe(true);
    expect(settled(1, 'https://127.0.0.1.example.com')).toBe(false);
  });

  test('takes numbers as the command line gives them', () => {
    expect(Config.parse({ callbackTimeoutSeconds: '90', graceSeconds: '5', retentionDays: '30' })).toMatchObject({
      callbackTimeoutSeconds: 90,
      graceSeconds: 5,
      retentionDays: 30,
    });
  });

  test.each<[string, unknown]>([
    ['stage', 'Prod'],
    ['stage', ''],
    ['stage', '1st'],
    ['stage', 'a'.repeat(17)],
    ['stage', 'a_b'],
    ['resultMode', 'push'],
    ['callbackTimeoutSeconds', 0],
    ['callbackTimeoutSeconds', '3601'],
    ['callbackTimeoutSeconds', '1.5'],
    ['callbackTimeoutSeconds', 'a minute'],
    ['callbackTimeoutSeconds', ''],
    ['settleSeconds', 301],
    ['settleSeconds', 0],
    ['settleSeconds', '49'],
    ['onUnresolved', 'retry'],
    ['dailyBudget', 0],
    ['dailyBudget', '1.5'],
    ['graceSeconds', '0'],
    ['graceSeconds', 601],
    ['sweepMinutes', 0],
    ['sweepMinutes', 61],
    ['httpDeadlineSeconds', 13],
    ['httpDeadlineSeconds', 0],
    ['minimumThreshold', 1.01],
    ['minimumThreshold', '-0.1'],
    ['minimumThreshold', 'high'],
    ['minimumThreshold', '1e-200'],
    ['allowedRetries', 3],
    ['allowedRetries', -1],
    ['retrySeconds', 301],
    ['retrySeconds', 0],
    ['retentionDays', 0],
    ['retentionDays', 3651],
    ['truoraOrigin', 'api.validations.truora.com'],
    ['truoraOrigin', 'https://api.validations.truora.com/'],
    ['truoraOrigin', 'https://api.validations.truora.com/v1'],
    ['truoraOrigin', 'https://user:password@api.validations.truora.com'],
    ['truoraOrigin', 'javascript:alert(1)'],
    ['truoraOrigin', 'http://api.validations.truora.com'],
    ['truoraOrigin', 'http://127.0.0.1.example.com'],
    ['callsPerSecond', 0],
    ['callsAtOnce', 5001],
    ['jwt', 'not JSON'],
    ['jwt', { issuer: 'http://issuer.example.com', audience: ['api'] }],
    ['jwt', { issuer: 'https://issuer.example.com', audience: [] }],
    ['uploadOrigins', ['http://files.truora.com']],
    ['uploadOrigins', []],
    ['uploadOrigins', ['files.truora.com']],
    ['uploadOrigins', ['https://files.truora.com', 'https://files.truora.com/']],
    ['retentionDay', 30],
    ['region', 'moon'],
    ['region', 'cn-north-1'],
    ['region', 'us-gov-west-1'],
    ['webhookConcurrency', 0],
    ['webhookConcurrency', 1001],
    ['unclaimedMinutes', -1],
    ['unclaimedMinutes', 721],
    ['retentionDays', 3],
    ['mediaHours', 0],
    ['mediaHours', 169],
    ['media', { minPixels: 0 }],
    ['media', '{"maxSeconds":3601}'],
    ['documentationUrl', 'http://docs.example.com'],
    ['documentationUrl', 'https://docs.example.com/'],
    ['documentationUrl', 'https://docs.example.com/a#b'],
    ['corsOrigins', '*'],
    ['corsOrigins', 'https://*'],
    ['corsOrigins', 'https://*.example.com'],
    ['corsOrigins', 'https://app.example.com,https://*'],
    ['corsOrigins', ['http://app.example.com']],
    ['alarmEmail', 'ops'],
    ['alarmEmail', ''],
  ])('refuses %s of %j by its name', (field, value) => {
    const { error } = Config.safeParse({ [field]: value });
    const named = error?.issues.map((issue) => (issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0]));
    expect(new Set(named)).toEqual(new Set([field]));
  });
});
