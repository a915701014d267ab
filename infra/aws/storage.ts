import { Duration } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CAMPAIGN_DAYS, CAMPAIGNS } from '../../shared/campaigns/campaign.ts';
import { defined } from '../../shared/domain/defined.ts';
import { INBOX } from '../../shared/domain/drop.ts';
import { BY_DAY, BY_DUE, BY_PERSON } from '../../shared/domain/record.ts';
import { type Config, isProtected } from './config.ts';
import { EvidenceStore } from './evidence.ts';
import { dataKey, removalPolicyOf } from './kms.ts';

/** The media bucket (two to four days: S3 counts whole days, for the marker and the version behind it), the ledger, two secrets, erasures, evidence. */
export class Storage extends Construct {
  readonly key: Key;
  readonly media: Bucket;
  readonly ledger: Table;
  readonly truoraKey: Secret;
  readonly webhookKeys: Secret;
  /** Names erased persons and revoked receipts outside of the ledger, so that a restored ledger learns of them. Nothing in it expires. */
  readonly erasures: Bucket;
  /** Absent where the deployment signs no evidence. */
  readonly evidence: EvidenceStore | undefined;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const removalPolicy = removalPolicyOf(config);
    const mediaLife = Duration.days(Math.ceil(config.mediaHours / 24));
    this.key = dataKey(this, config);

    this.media = new Bucket(this, 'Media', {
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      // One data key for many objects: without it every object is a paid call to KMS.
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy,
      cors: config.corsOrigins.length > 0 ? [uploadsFrom(config.corsOrigins)] : [],
      lifecycleRules: [
        ...lifesOf(config, mediaLife),
        // An expired object leaves a marker with its key, and a key names a person. S3 needs a separate rule for it.
        { expiredObjectDeleteMarker: true },
      ],
    });
    for (const statement of ownKeyAlone(this.media, this.key)) this.media.addToResourcePolicy(statement);
    // Not `eventBridgeEnabled`: that adds a function with broad permissions only to set this property.
    (this.media.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };

    this.ledger = new Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // In a protected stage the stack retains the table; this also protects it from other calls.
      deletionProtection: isProtected(config),
      removalPolicy,
    });
    // Keys only: the index is then written once a record, not at each change.
    this.ledger.addGlobalSecondaryIndex({
      indexName: BY_PERSON.name,
      partitionKey: { name: BY_PERSON.attribute, type: AttributeType.STRING },
      sortKey: { name: BY_PERSON.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    // One more write a record, so only where the console reads it.
    if (config.console)
      this.ledger.addGlobalSecondaryIndex({
        indexName: BY_DAY.name,
        partitionKey: { name: BY_DAY.attribute, type: AttributeType.STRING },
        sortKey: { name: BY_DAY.sort, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });

    // Sparse: a record leaves the index when no follow-up is left.
    this.ledger.addGlobalSecondaryIndex({
      indexName: BY_DUE.name,
      partitionKey: { name: BY_DUE.attribute, type: AttributeType.STRING },
      sortKey: { name: BY_DUE.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });

    this.erasures = new Bucket(this, 'Erasures', {
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy,
    });
    this.truoraKey = new Secret(this, 'TruoraKey', {
      description: 'The Truora-API-Key, as plain text.',
      removalPolicy,
    });
    this.webhookKeys = new Secret(this, 'WebhookKeys', {
      description: 'JSON list of the signature keys of the Truora rules; two while one is rotated.',
      removalPolicy,
    });
    if (config.evidence) this.evidence = new EvidenceStore(this, 'Evidence', { config, dataKey: this.key });
  }
}

/**
 * How long media is kept. S3 counts whole days; a re-validation lasts at most eight hours. Of two rules for one object the shorter life
 * counts, so with campaigns each folder has a rule of its own.
 */
const lifesOf = ({ campaigns }: Config, mediaLife: Duration) => {
  const life = (expiration: Duration, prefix?: string) =>
    defined({
      prefix,
      expiration,
      noncurrentVersionExpiration: Duration.days(1),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    });
  if (!campaigns) return [life(mediaLife)];
  return [life(mediaLife, INBOX), life(mediaLife, 'media/'), life(Duration.days(CAMPAIGN_DAYS), CAMPAIGNS)];
};

/**
 * Objects are encrypted with our key. Without a header it is the bucket's default. A request with another key, AWS's own key or a
 * customer-provided key (SSE-C) is refused. A header without a key would mean AWS's own key, so a missing key counts as another.
 */
const ownKeyAlone = (bucket: Bucket, key: Key): PolicyStatement[] => {
  const refuse = (sid: string, conditions: Record<string, Record<string, string>>) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      conditions,
    });
  return [
    refuse('OtherKey', {
      Null: { 's3:x-amz-server-side-encryption': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': key.keyArn },
    }),
    refuse('CustomerKey', { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } }),
  ];
};

/** A browser may only send a form, or a file to a signed address. The preflight is cached for an hour. */
const uploadsFrom = (allowedOrigins: string[]) => ({
  allowedOrigins,
  allowedMethods: [HttpMethods.POST, HttpMethods.PUT],
  allowedHeaders: ['content-type', 'x-amz-*'],
  maxAge: 3600,
});
