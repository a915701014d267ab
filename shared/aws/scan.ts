import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerRecord } from '../domain/record.ts';
import { dynamo } from './clients.ts';
import { keyOf, readAlive } from './ledger.ts';
import type { Item } from './table.ts';

/**
 * Every record that was claimed in a time, from one end of the table to the other: for a person at a desk, since it reads
 * (and pays for) the whole table. @param from @param to the times as a record writes them, the second one not included
 */
export async function* recordsBetween(
  table: string,
  { from = '', to = '9999' }: { from?: string | undefined; to?: string | undefined },
): AsyncGenerator<LedgerRecord> {
  const pages = paginateScan(
    { client: dynamo() },
    {
      TableName: table,
      FilterExpression: 'begins_with(pk, :records) AND claimedAt >= :from AND claimedAt < :to',
      ExpressionAttributeValues: { ':records': { S: keyOf('') }, ':from': { S: from }, ':to': { S: to } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const raw of Items) {
      const record = readAlive(unmarshall(raw) as Item);
      if (record) yield record;
    }
  }
}
