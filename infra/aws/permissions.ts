import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { INBOX } from '../../shared/domain/drop.ts';
import { CERTIFICATES, ERASED, REVOKED } from '../../shared/domain/erasure-keys.ts';
import { EVIDENCE } from '../../shared/domain/evidence-key.ts';
import { type FunctionName, functionNames } from '../../shared/workflow/functions.ts';
import { specOf } from '../workflow/deployed-functions.ts';
import type { Folder, Grant, Kind, Verb } from '../workflow/function-spec.ts';
import { useOf } from './kms.ts';
import type { Storage } from './storage.ts';

/**
 * One verb on some kinds of items. DynamoDB gives IAM the keys of every item that a call touches; the `Null` condition is there
 * because "for all of no keys" would be true.
 */
const onItems = (ledger: Table, verb: Verb, kinds: readonly Kind[]) =>
  new PolicyStatement({
    actions: [`dynamodb:${verb}Item`],
    resources: [ledger.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}#*`) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

/** What each function may do in IAM, action by action and item by item. `infra/workflow/function-table.ts` lists the grants. */
export const permissionsOf = (
  { key, ledger, media, truoraKey, webhookKeys, evidence, erasures }: Storage,
  bus: EventBus,
  { machineArn, campaignArn, campaigns }: { machineArn: string; campaignArn: string; campaigns: boolean },
): Record<FunctionName, PolicyStatement[]> => {
  const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });
  const objects = (folders: readonly Folder[]) => folders.map((folder) => media.arnForObjects(`${folder}/*`));
  const items = (kinds: Partial<Record<Verb, readonly Kind[]>>) => {
    const verbs = Object.keys(kinds) as Verb[];
    return [
      ...verbs.map((verb) => onItems(ledger, verb, kinds[verb] ?? [])),
      useOf(key, 'dynamodb', verbs.every((verb) => verb.endsWith('Get')) ? 'read' : 'write'),
    ];
  };
  const listVersions = (how: 'StringEquals' | 'StringLike', prefix: string) =>
    new PolicyStatement({
      actions: ['s3:ListBucketVersions'],
      resources: [media.bucketArn],
      conditions: { [how]: { 's3:prefix': prefix } },
    });
  const executionArns = `${machineArn.replace(':stateMachine:', ':execution:')}:*`;
  const campaignExecutions = `${campaignArn.replace(':stateMachine:', ':execution:')}:*`;
  const named: Record<Extract<Grant, string>, () => PolicyStatement[]> = {
    // Without it S3 answers 403 for an object that is not there.
    seeMissingMedia: () => [allow(['s3:ListBucket'], media.bucketArn)],
    listInbox: () => [listVersions('StringEquals', INBOX)],
    listKeyInInbox: () => [listVersions('StringLike', `${INBOX}*`)],
    putInInbox: () => [allow(['s3:PutObject'], ...objects(['inbox'])), useOf(key, 's3', 'write')],
    listMediaOfPerson: () => [listVersions('StringLike', `${INBOX}*`), listVersions('StringLike', 'media/*')],
    searchLedger: () => [allow(['dynamodb:Scan'], ledger.tableArn)],
    bareEvidence: () =>
      evidence
        ? [
            allow(
              ['s3:GetObject', 's3:PutObject', 's3:DeleteObjectVersion'],
              evidence.bucket.arnForObjects(`${EVIDENCE}*`),
            ),
            allow(['s3:ListBucket', 's3:ListBucketVersions'], evidence.bucket.bucketArn),
            useOf(key, 's3', 'write'),
          ]
        : [],
    nameErased: () => [allow(['s3:PutObject'], erasures.arnForObjects(`${ERASED}*`)), useOf(key, 's3', 'write')],
    nameRevoked: () => [allow(['s3:PutObject'], erasures.arnForObjects(`${REVOKED}*`)), useOf(key, 's3', 'write')],
    compareErased: () => [allow(['s3:ListBucketVersions'], erasures.bucketArn)],
    certifyErasures: () => [
      allow(['s3:PutObject'], erasures.arnForObjects(`${CERTIFICATES}*`)),
      useOf(key, 's3', 'write'),
    ],
    readCertificates: () => [
      allow(['s3:GetObject'], erasures.arnForObjects(`${CERTIFICATES}*`)),
      useOf(key, 's3', 'read'),
    ],
    // By version only: without one S3 would put a delete marker.
    deleteMedia: () => [allow(['s3:DeleteObjectVersion'], ...objects(['inbox', 'media']))],
    // By its newest version only. Without the list S3 answers 403 for evidence that is not there yet.
    keepEvidence: () =>
      evidence
        ? [
            allow(['s3:GetObject', 's3:PutObject'], evidence.bucket.arnForObjects(`${EVIDENCE}*`)),
            allow(['s3:ListBucket'], evidence.bucket.bucketArn),
            useOf(key, 's3', 'write'),
          ]
        : [],
    signEvidence: () => (evidence ? [allow(['kms:Sign', 'kms:GetPublicKey'], evidence.signingKey.keyArn)] : []),
    readEvidenceKeys: () =>
      evidence ? [allow(['kms:GetPublicKey'], ...evidence.keys.map(({ keyArn }) => keyArn))] : [],
    readTruoraKey: () => [allow(['secretsmanager:GetSecretValue'], truoraKey.secretArn)],
    readWebhookKeys: () => [allow(['secretsmanager:GetSecretValue'], webhookKeys.secretArn)],
    announce: () => [allow(['events:PutEvents'], bus.eventBusArn)],
    startExecution: () => [allow(['states:StartExecution'], machineArn)],
    stopExecution: () => [allow(['states:StopExecution'], executionArns)],
    describeExecution: () => [allow(['states:DescribeExecution'], executionArns)],
    readHistory: () => [allow(['states:GetExecutionHistory'], executionArns)],
    resumeExecution: () => [allow(['states:SendTaskSuccess'], machineArn)],
    putInCampaigns: () => [allow(['s3:PutObject'], ...objects(['campaigns'])), useOf(key, 's3', 'write')],
    deleteCampaignMedia: () => [allow(['s3:DeleteObjectVersion'], media.arnForObjects('campaigns/*/media/*'))],
    startCampaign: () => [allow(['states:StartExecution'], campaignArn)],
    describeCampaign: () => [allow(['states:DescribeExecution'], campaignExecutions)],
  };
  const statementsOf = (grant: Grant): PolicyStatement[] => {
    if (typeof grant === 'string') return named[grant]();
    if ('items' in grant) return items(grant.items);
    if ('query' in grant) return [allow(['dynamodb:Query'], `${ledger.tableArn}/index/${grant.query}`)];
    if ('readNewest' in grant) return [allow(['s3:GetObject'], ...objects(grant.readNewest))];
    // A read of a named version needs another permission than a read of the newest one.
    return [allow(['s3:GetObjectVersion'], ...objects(grant.readVersions)), useOf(key, 's3', 'read')];
  };
  const all = functionNames.map((name) => [name, specOf(name, { campaigns }).may.flatMap(statementsOf)]);
  return Object.fromEntries(all) as Record<FunctionName, PolicyStatement[]>;
};
