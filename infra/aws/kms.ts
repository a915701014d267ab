import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';

/** What must outlive a mistake in prod is kept there; everywhere else it goes with the stack. */
export const removalPolicyOf = ({ stage }: Pick<Config, 'stage'>): RemovalPolicy =>
  stage === 'prod' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** The customer key of media and ledger. KMS makes a new secret part every year; what is old stays readable. */
export const dataKey = (scope: Construct, config: Pick<Config, 'stage'>): Key =>
  new Key(scope, 'DataKey', {
    description: 'Faces and their outcomes: the media bucket and the ledger.',
    enableKeyRotation: true,
    removalPolicy: removalPolicyOf(config),
  });

/**
 * The key of the alarms' topic. A topic with AWS's own `aws/sns` key loses what CloudWatch sends, and nobody could let
 * CloudWatch use it; one of its own, so that no service is let near the key of the faces.
 */
export const alarmKey = (scope: Construct): Key => {
  const key = new Key(scope, 'AlarmKey', {
    description: 'Alarms on their way to people.',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      // In a key's policy this is the key itself.
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return key;
};

/**
 * What a caller of S3 or DynamoDB needs of a customer key: they use it in the caller's name. Reading decrypts; for writing
 * to a table these are the rights AWS documents, the wildcards written out. Only through that service, never directly.
 * The name of the service ends so in AWS's own partition; the configuration refuses the others.
 */
export const useOf = (key: Key, service: 's3' | 'dynamodb', use: 'read' | 'write'): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'kms:Decrypt',
      ...(service === 'dynamodb' ? ['kms:DescribeKey'] : []),
      ...(use === 'write' ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] : []),
    ],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${key.stack.region}.amazonaws.com` } },
  });
