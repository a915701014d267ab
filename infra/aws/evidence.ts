import { Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import type { Config } from './config.ts';
import { type Protection, removalPolicyOf } from './kms.ts';

/** A year with its part of a leap day. */
const DAYS_A_YEAR = 365.25;

type StoreProps = { config: Protection & Pick<Config, 'evidenceYears' | 'evidenceKeys'>; dataKey: Key };

/** The bucket of evidence, with a retention of its own, and the keys that sign. */
export class EvidenceStore extends Construct {
  readonly bucket: Bucket;
  /** The newest first. */
  readonly keys: Key[];

  constructor(scope: Construct, id: string, { config, dataKey }: StoreProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: dataKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: removalPolicyOf(config),
      lifecycleRules: [
        {
          expiration: Duration.days(Math.ceil(config.evidenceYears * DAYS_A_YEAR)),
          // A version that an amendment replaced: the newer one holds all of it.
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { expiredObjectDeleteMarker: true },
      ],
    });
    const numbers = Array.from({ length: config.evidenceKeys }, (_, index) => index + 1);
    this.keys = numbers.map((number) => signingKey(this, `Key${number}`, config)).toReversed();
  }

  get signingKey(): Key {
    const [newest] = this.keys;
    if (!newest) throw new TypeError('there is no key for evidence');
    return newest;
  }
}

/** KMS does not rotate an asymmetric key (documented): a new one is made, and the old one stays for what it has signed. */
const signingKey = (scope: Construct, id: string, config: Protection): Key =>
  new Key(scope, id, {
    description: 'Signs the evidence of ended re-validations.',
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: removalPolicyOf(config),
  });

type RuleProps = { busName: string; sign: LambdaFunction };

/**
 * Signs evidence when an outcome or an amendment is on the bus. Events that cannot be delivered, or that fail in three tries, are kept
 * in a queue. Nothing of the machine waits for it.
 */
export class EvidenceRule extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { busName, sign }: RuleProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const arn = this.deadLetters.queueArn;
    const rule = new CfnRule(this, 'OnOutcome', {
      description: 'Signs the evidence of each ended case.',
      eventBusName: busName,
      eventPattern: { source: [EVENT_SOURCE], 'detail-type': [ENDED, AMENDED] },
      targets: [{ id: 'SignEvidence', arn: sign.functionArn, deadLetterConfig: { arn } }],
    });
    sign.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: arn }) },
    });
    sign.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [arn] }));
    new CfnPermission(this, 'WakeSignEvidence', {
      action: 'lambda:InvokeFunction',
      functionName: sign.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [arn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }
}
