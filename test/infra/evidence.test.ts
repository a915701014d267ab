import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { changed, least } from '../support/changed-templates.ts';
import { synthesized } from '../support/synthesized.ts';
import { only, prod, type Raw, rawOf, statementsOf, template } from '../support/template.ts';

const KEY = /^StorageEvidenceKey/;

const without = synthesized(Config.parse({ evidence: false }));

const idsOf = (of: typeof template) => Object.keys(of.Resources);

describe('the bucket of evidence', () => {
  const { Properties } = only(template, 'AWS::S3::Bucket', /Evidence/);

  test('keeps versions, for a retention of its own, under the customer key and behind TLS', () => {
    expect(Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1827 }, { ExpiredObjectDeleteMarker: true }] },
    });
    const denied = statementsOf(template, 'AWS::S3::BucketPolicy').filter(({ id }) => id.includes('Evidence'));
    expect(denied.map(({ statement }) => statement.Condition)).toContainEqual({
      Bool: { 'aws:SecureTransport': 'false' },
    });
  });

  test.each([
    [1, 366, least],
    [7, 2557, changed],
  ])('keeps it for %i years', (_, ExpirationInDays, of) => {
    expect(only(of, 'AWS::S3::Bucket', /Evidence/).Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ ExpirationInDays }, {}],
    });
  });
});

describe('the keys of evidence', () => {
  const signers = (of: typeof template) =>
    statementsOf(of, 'AWS::IAM::Policy')
      .filter(({ statement }) => [statement.Action].flat().includes('kms:Sign'))
      .map(({ id, statement }) => [/^Functions(\w+?)ServiceRole/.exec(id)?.[1], statement.Resource]);

  const arnsOf = (of: typeof template) =>
    resourcesOf(of, 'AWS::KMS::Key').flatMap(({ id, arn }) => (KEY.test(id) ? [arn] : []));

  test('sign, and do nothing else', () => {
    const [[, key] = []] = rawOf(template, 'AWS::KMS::Key').filter(([id]) => KEY.test(id));
    expect(key?.Properties).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  });

  test('are used by the functions that sign, and published by one that cannot', () => {
    const [arn] = arnsOf(template);
    expect(signers(template)).toEqual([
      ['ReadEvidence', arn],
      // The certificate of an erasure.
      ['SweepErasures', arn],
      ['SignEvidence', arn],
    ]);
    const published = statementsOf(template, 'AWS::IAM::Policy').filter(({ id }) => id.includes('ReadJwks'));
    const actions = published.flatMap(({ statement }) => statement.Action);
    expect(actions).toContain('kms:GetPublicKey');
    expect(actions).not.toContain('kms:Sign');
  });

  test('stay when another one is made, and then only the newest signs', () => {
    const [first, second] = arnsOf(changed);
    expect(arnsOf(template)).toEqual([first]);
    expect(signers(changed).map(([, arn]) => arn)).toEqual([second, second, second]);
    const variables = resourcesOf(changed, 'AWS::Lambda::Function')
      .map(({ properties }) => (properties.Environment as { Variables: Record<string, string> }).Variables)
      .flatMap(({ EVIDENCE_KEYS }) => EVIDENCE_KEYS ?? []);
    expect(new Set(variables)).toEqual(new Set([`${second},${first}`]));
  });

  test('outlive the stack in prod: evidence is verified for years', () => {
    const lives = Object.entries(prod.Resources as Record<string, Raw>).filter(([id]) => KEY.test(id));
    expect(lives.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain']);
  });
});

test('each outcome and each amendment on our bus calls SignEvidence, and what fails is kept', () => {
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(({ id }) => id.startsWith('Evidence'));
  const [queue] = resourcesOf(template, 'AWS::SQS::Queue').filter(({ id }) => id.startsWith('Evidence'));
  expect(rule?.properties).toMatchObject({
    EventBusName: 'face-revalidation-dev',
    EventPattern: {
      source: ['face-revalidation'],
      'detail-type': ['Re-validation Ended', 'Re-validation Amended'],
    },
    Targets: [{ Id: 'SignEvidence', DeadLetterConfig: { Arn: queue?.arn } }],
  });
  const invoked = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties);
  expect(invoked).toContainEqual(
    expect.objectContaining({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queue?.arn } },
    }),
  );
});

test('without evidence, the deployment has nothing of it, and all of the rest', () => {
  expect(idsOf(without).filter((id) => /Evidence|Jwks|wellknown/i.test(id))).toEqual([]);
  const gone = idsOf(template).filter((id) => !idsOf(without).includes(id));
  expect(gone.length).toBeGreaterThan(10);
  expect(gone.filter((id) => !/Evidence|Jwks|wellknown/i.test(id))).toEqual([]);
  expect(JSON.stringify(without)).not.toContain('kms:Sign');
});
