import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Config, isProtected } from './config.ts';

/** The settings that decide what remains of a stage when its stack is destroyed. */
export type Protection = Pick<Config, 'stage' | 'protection'>;

/** In a protected stage data is retained when the stack is destroyed; in every other stage it is deleted with the stack. */
export const removalPolicyOf = (config: Protection): RemovalPolicy =>
  isProtected(config) ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** The customer key of media and ledger. KMS rotates it every year; old data stays readable. */
export const dataKey = (scope: Construct, config: Protection): Key =>
  new Key(scope, 'DataKey', {
    description: 'Faces and their outcomes: the media bucket and the ledger.',
    enableKeyRotation: true,
    removalPolicy: removalPolicyOf(config),
  });

/**
 * The key of the alarms' topic. A topic with AWS's `aws/sns` key loses what CloudWatch sends, and that key's policy cannot be
 * changed. A separate key, so that CloudWatch gets no access to the key of the media.
 */
export const alarmKey = (scope: Construct): Key => {
  const key = new Key(scope, 'AlarmKey', {
    description: 'The topic of the alarms.',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      // In a key policy `*` is the key itself.
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return key;
};

/**
 * The permissions that a caller of S3 or DynamoDB needs on a customer key, which the service uses in the caller's name. Reads
 * decrypt; for writes to a table these are the permissions that AWS documents, without wildcards. Only through the service, never
 * directly. The service's domain is that of AWS's own partition; the configuration refuses the others.
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
