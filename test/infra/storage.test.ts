import { describe, expect, test } from 'vitest';
import type { Template } from '../../infra/local/template.ts';
import { changed, corsOrigins, least } from '../support/changed-templates.ts';
import {
  dataKey,
  deployed,
  MEDIA,
  only,
  prod,
  type Raw,
  rawOf,
  resolvedOf,
  statementsOf,
  template,
} from '../support/template.ts';

describe('the media bucket', () => {
  const { id, Properties } = only(template, 'AWS::S3::Bucket', MEDIA);

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
    expect(only(changed, 'AWS::S3::Bucket', MEDIA).Properties.CorsConfiguration).toEqual({
      CorsRules: [
        {
          AllowedOrigins: corsOrigins,
          AllowedMethods: ['POST', 'PUT'],
          AllowedHeaders: ['content-type', 'x-amz-*'],
          MaxAge: 3600,
        },
      ],
    });
  });

  // Below a day, just a day, and just above: no other rounding gives these.
  test.each([
    [1, 1, least],
    [24, 1, template],
    [25, 2, changed],
  ])('keeps media for %i hours, which are %i days to S3', (_, days, of) => {
    const kept = only(of, 'AWS::S3::Bucket', MEDIA).Properties.LifecycleConfiguration;
    expect(kept).toMatchObject({ Rules: [{ ExpirationInDays: days }, {}] });
  });

  test('notifies EventBridge of every object, by a property and not by a function', () => {
    expect(Properties.NotificationConfiguration).toEqual({ EventBridgeConfiguration: { EventBridgeEnabled: true } });
  });

  test('accepts TLS alone, from 1.2 on, also for its objects, and refuses objects under another key', () => {
    const { ref: bucket } = resolvedOf(template, 'AWS::S3::Bucket', MEDIA);
    expect(only(template, 'AWS::S3::BucketPolicy', MEDIA).Properties.Bucket).toEqual({ Ref: id });
    const own = statementsOf(template, 'AWS::S3::BucketPolicy').filter(({ id: policy }) => MEDIA.test(policy));
    expect(own.map(({ statement }) => statement)).toEqual([
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

  test('costs by use, and can be restored to any second', () => {
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('uses one key, and expires items by `expiresAt`', () => {
    expect(Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  test('offers two indexes, keys alone: by person and claim time, and by follow-up time', () => {
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

describe('data', () => {
  const lasting = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret'];
  const keyOf = (of: Template) => rawOf(of, 'AWS::KMS::Key').find(([id]) => id === dataKey.id)?.[1];
  const livesOf = (of: Template, types: string[]) =>
    types
      .flatMap((type) => rawOf(of, type))
      .map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy]);

  test('outlives the stack in prod', () => {
    expect(livesOf(prod, lasting)).toEqual(Array.from({ length: 6 }, () => ['Retain', 'Retain']));
    // The logs show what happened, also after the stack is gone.
    const logs = rawOf(prod, 'AWS::Logs::LogGroup').length;
    expect(livesOf(prod, ['AWS::Logs::LogGroup'])).toEqual(Array.from({ length: logs }, () => ['Retain', 'Retain']));
    expect(logs).toBe(deployed.length + 2);
    expect(only(prod, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(true);
    // Data without its key is lost all the same.
    expect(keyOf(prod)).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  test('goes with the stack everywhere else', () => {
    expect(only(template, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(false);
    expect(livesOf(template, lasting)).toEqual(Array.from({ length: 6 }, () => ['Delete', 'Delete']));
  });

  test('can be deleted in a stack that is not prod', () => {
    const left = Object.entries(template.Resources as Record<string, Raw>).filter(
      ([, one]) => one.DeletionPolicy === 'Retain',
    );
    expect(left.map(([id]) => id)).toEqual([]);
  });
});
