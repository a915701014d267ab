import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { BY_PERSON, TO_ANNOUNCE } from '../../shared/domain/record.ts';
import type { Config } from './config.ts';

/** What lasts: the media for a day, the ledger for its retention, and two secrets that a person fills in. */
export class Storage extends Construct {
  readonly media: Bucket;
  readonly ledger: Table;
  readonly truoraKey: Secret;
  readonly webhookKeys: Secret;

  constructor(scope: Construct, id: string, { stage }: Pick<Config, 'stage'>) {
    super(scope, id);
    const removalPolicy = stage === 'prod' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.media = new Bucket(this, 'Media', {
      versioned: true,
      encryption: BucketEncryption.KMS_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy,
      lifecycleRules: [
        {
          // A day is the shortest S3 counts in; no re-validation lasts longer than seven hours.
          expiration: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    // Not `eventBridgeEnabled`: that adds a function with broad rights only to set this one property.
    (this.media.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };

    this.ledger = new Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy,
    });
    // Keys alone: the index is then written once a record, not at each of its changes.
    this.ledger.addGlobalSecondaryIndex({
      indexName: BY_PERSON.name,
      partitionKey: { name: BY_PERSON.attribute, type: AttributeType.STRING },
      sortKey: { name: BY_PERSON.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });

    // Sparse: an outcome enters it when it is written and leaves it when the bus was told.
    this.ledger.addGlobalSecondaryIndex({
      indexName: TO_ANNOUNCE.name,
      partitionKey: { name: TO_ANNOUNCE.attribute, type: AttributeType.STRING },
      sortKey: { name: TO_ANNOUNCE.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });

    this.truoraKey = new Secret(this, 'TruoraKey', { description: 'The Truora-API-Key, as it stands.', removalPolicy });
    this.webhookKeys = new Secret(this, 'WebhookKeys', {
      description: 'JSON list of the signature keys of the Truora rules; two while one is rotated.',
      removalPolicy,
    });
  }
}
