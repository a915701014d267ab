import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { personOf, putTombstone, quietSeconds } from '../../shared/ledger/tombstones.ts';
import { BUCKET } from './journal.ts';
import type { LocalAws } from './local-aws.ts';

/** Keys of all versions and delete markers below a prefix of the media bucket. */
export const versionsUnder = async (prefix: string): Promise<string[]> => {
  const client = new S3Client({});
  const { Versions = [], DeleteMarkers = [] } = await client
    .send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: prefix, EncodingType: 'url' }))
    .finally(() => client.destroy());
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
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
