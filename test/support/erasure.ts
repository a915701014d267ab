import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { dynamo, s3 } from '../../shared/aws/clients.ts';
import { personOf, putTombstone, quietSeconds } from '../../shared/ledger/tombstones.ts';
import { BUCKET } from './journal.ts';
import type { LocalAws } from './local-aws.ts';

/** Keys of all versions and delete markers below a prefix of the media bucket. */
export const versionsUnder = async (prefix: string): Promise<string[]> => {
  const { Versions = [], DeleteMarkers = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: prefix, EncodingType: 'url' }),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
};

/** Puts items, 25 at most, by one call: a case has many, and the tests stand up many cases. */
export const putItems = async (aws: LocalAws, items: ({ pk: string } & Record<string, unknown>)[]): Promise<void> => {
  const puts = items.map((item) => ({ PutRequest: { Item: marshall(item) } }));
  await dynamo().send(new BatchWriteItemCommand({ RequestItems: { [aws.table]: puts } }));
};

/** Makes an erasure due, as when its time has come. */
export const dueNow = async (aws: LocalAws, person: string): Promise<void> => {
  const item = await aws.item(`ERASED#${person}`);
  if (item?.dueAt) await aws.putItem({ ...item, pk: `ERASED#${person}`, dueAt: new Date(0).toISOString() });
};

/** Leaves the ledger as EraseAccount does when it dies behind its first write. */
export const onlyTombstone = (aws: LocalAws, accountId: string): Promise<boolean> => {
  const tombstone = { person: personOf(accountId), accountId, requestedAt: new Date().toISOString() };
  return putTombstone(aws.table, tombstone, quietSeconds(50));
};
