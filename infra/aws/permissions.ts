import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { INBOX } from '../../shared/domain/drop.ts';
import { BY_DUE, BY_PERSON } from '../../shared/domain/record.ts';
import type { FunctionName } from '../../shared/workflow/functions.ts';
import { useOf } from './kms.ts';
import type { Storage } from './storage.ts';

/** The kinds of items in the ledger, by the prefix of their keys (`shared/ledger/keys.ts`). */
type Kind = 'RUN' | 'ACC' | 'VLD' | 'WAIT' | 'TICKET' | 'KEY' | 'RETRY' | 'GATE' | 'SWEEP' | 'HOLD';

type Verb = 'Get' | 'BatchGet' | 'Put' | 'Update' | 'Delete';

/**
 * One verb on some kinds of items. DynamoDB gives IAM the keys of every item that a call touches. The `Null` condition is needed
 * because `ForAllValues` is true without keys.
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

/** The permissions of each function, action by action and item by item: exactly the calls in its code. */
export const permissionsOf = (
  { key, ledger, media, truoraKey, webhookKeys }: Storage,
  bus: EventBus,
  machineArn: string,
): Record<FunctionName, PolicyStatement[]> => {
  const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });
  const items = (kinds: Partial<Record<Verb, readonly Kind[]>>) => {
    const verbs = Object.keys(kinds) as Verb[];
    return [
      ...verbs.map((verb) => onItems(ledger, verb, kinds[verb] ?? [])),
      useOf(key, 'dynamodb', verbs.every((verb) => verb.endsWith('Get')) ? 'read' : 'write'),
    ];
  };
  const list = ({ name }: { name: string }) => allow(['dynamodb:Query'], `${ledger.tableArn}/index/${name}`);
  const objects = (folders: readonly string[]) => folders.map((folder) => media.arnForObjects(`${folder}/*`));
  /** Reading a named version of an object needs another permission than reading the newest. */
  const readVersions = (...folders: string[]) => [
    allow(['s3:GetObjectVersion'], ...objects(folders)),
    useOf(key, 's3', 'read'),
  ];
  const readNewest = (...folders: string[]) => allow(['s3:GetObject'], ...objects(folders));
  // Without it S3 answers 403 instead of 404 for an object that does not exist.
  const seeMissingMedia = allow(['s3:ListBucket'], media.bucketArn);
  const listInbox = (how: 'StringEquals' | 'StringLike', prefix: string) =>
    new PolicyStatement({
      actions: ['s3:ListBucketVersions'],
      resources: [media.bucketArn],
      conditions: { [how]: { 's3:prefix': prefix } },
    });
  const readTruoraKey = allow(['secretsmanager:GetSecretValue'], truoraKey.secretArn);
  const announce = allow(['events:PutEvents'], bus.eventBusArn);
  const executionArns = `${machineArn.replace(':stateMachine:', ':execution:')}:*`;
  const resume = allow(['states:SendTaskSuccess'], machineArn);
  const start = allow(['states:StartExecution'], machineArn);
  return {
    ClaimRequest: [
      ...items({
        Get: ['RUN', 'TICKET', 'KEY', 'VLD'],
        Put: ['RUN', 'KEY'],
        Update: ['TICKET', 'RETRY', 'HOLD', 'RUN'],
      }),
      // A drop's event names the version; a call may leave it out.
      ...readVersions('inbox', 'media'),
      readNewest('inbox', 'media'),
      seeMissingMedia,
      // The older versions of the drop's key: the drop may be a copy of one.
      listInbox('StringLike', `${INBOX}*`),
    ],
    CheckEnrollment: [...items({ Get: ['GATE'], Update: ['GATE'] }), readTruoraKey],
    CreateValidation: [
      ...items({
        Get: ['RUN', 'ACC', 'VLD', 'GATE'],
        Put: ['ACC', 'VLD'],
        Update: ['ACC', 'RUN', 'GATE'],
        Delete: ['ACC'],
      }),
      readTruoraKey,
      // Checks that the claimed version still exists, directly before it is paid for.
      ...readVersions('inbox', 'media'),
      seeMissingMedia,
    ],
    // The upload link is enough: Truora's key is not sent. The claim has pinned the version.
    MoveMedia: [...items({ Get: ['RUN'], Update: ['RUN'] }), ...readVersions('inbox', 'media'), seeMissingMedia],
    AwaitWebhook: [...items({ Update: ['WAIT'] }), resume],
    ReadVerdict: [...items({ Get: ['GATE'], Update: ['GATE'] }), readTruoraKey],
    RecordOutcome: [...items({ Get: ['RUN'], Put: ['RUN'], Update: ['RUN'] }), announce],
    RecordRefusal: [...items({ Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN'] }), announce],
    RecordFailure: [...items({ Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN'] }), announce],
    ReadOutcome: items({ Get: ['RUN'], Update: ['RUN'] }),
    StartRevalidation: [
      ...items({ Get: ['RUN', 'TICKET', 'KEY', 'VLD'], Put: ['TICKET', 'KEY'] }),
      ...readVersions('media'),
      readNewest('media'),
      seeMissingMedia,
      // The signed form can do only what this role may do: write to the inbox, under the bucket's key.
      allow(['s3:PutObject'], media.arnForObjects('inbox/*')),
      useOf(key, 's3', 'write'),
      start,
    ],
    ReadRevalidation: items({ Get: ['RUN', 'TICKET'] }),
    ListRevalidations: [list(BY_PERSON), ...items({ BatchGet: ['RUN'] })],
    CancelRevalidation: [
      ...items({ Get: ['RUN', 'TICKET'], Update: ['RUN'] }),
      announce,
      allow(['states:StopExecution'], executionArns),
    ],
    ReceiveWebhook: [
      ...items({ Get: ['VLD', 'WAIT', 'RUN'], Update: ['WAIT', 'RUN'] }),
      resume,
      allow(['secretsmanager:GetSecretValue'], webhookKeys.secretArn),
    ],
    SweepInbox: [
      ...items({ Get: ['SWEEP'], BatchGet: ['RUN', 'TICKET'], Update: ['SWEEP'] }),
      // Only the list, and only of the inbox: ClaimRequest reads the content of a drop.
      listInbox('StringEquals', INBOX),
      start,
    ],
    SweepLedger: [
      list(BY_DUE),
      ...items({
        Get: ['RUN', 'TICKET', 'WAIT', 'ACC', 'VLD', 'GATE'],
        BatchGet: ['RUN'],
        Put: ['ACC', 'VLD'],
        Update: ['RUN', 'GATE', 'HOLD'],
        Delete: ['ACC'],
      }),
      allow(['states:DescribeExecution'], executionArns),
      resume,
      announce,
      readTruoraKey,
      // The uploads of a ticket, by its exact key.
      new PolicyStatement({
        actions: ['s3:ListBucketVersions'],
        resources: [media.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${INBOX}*` } },
      }),
      // Only by version: without one S3 would only add a delete marker.
      allow(['s3:DeleteObjectVersion'], ...objects(['inbox', 'media'])),
    ],
    RepairExecution: [
      list(BY_PERSON),
      ...items({ Get: ['RUN', 'TICKET'], BatchGet: ['RUN'], Put: ['RUN'], Update: ['RUN'] }),
      announce,
    ],
    CheckKey: [readTruoraKey],
  };
};
