import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { dynamo } from '../aws/clients.ts';
import type { Item } from '../aws/dynamodb.ts';
import { personOf } from './tombstones.ts';

/** An item about a person: its key, and the person by name and, unless it is erased already, by account id. */
export type PersonItem = { pk: string; person: string; accountId: string | undefined };

/** The keys that hold an account id: of intents, and of the lists of receipts of consent. */
const byAccount = ['ACC#', 'CONSENTS#'];

const asPersonItem = ({ pk, accountId, person, outcome }: Item): PersonItem | undefined => {
  const named = [accountId, (outcome as Item | undefined)?.accountId].find((one) => typeof one === 'string');
  const prefix = byAccount.find((one) => pk.startsWith(one));
  const account = prefix ? pk.slice(prefix.length) : (named as string | undefined);
  if (account !== undefined) return { pk, person: personOf(account), accountId: account };
  return typeof person === 'string' ? { pk, person, accountId: undefined } : undefined;
};

/**
 * Every item that names a person, page by page, read consistently. It reads, and pays for, the whole table: tickets, idempotency keys and
 * what a restored table holds are in no index by person, and an index for them would be paid for at every case.
 * @param after the position behind a page before
 */
export async function* personItems(
  table: string,
  after?: string,
): AsyncGenerator<{ items: PersonItem[]; next: string | undefined }> {
  let from = after;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo().send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        FilterExpression:
          '(attribute_exists(accountId) OR attribute_exists(person) OR attribute_exists(outcome.accountId) OR begins_with(pk, :intents) OR begins_with(pk, :lists)) AND NOT begins_with(pk, :tombstones)',
        ProjectionExpression: 'pk, accountId, person, outcome.accountId',
        ExpressionAttributeValues: {
          ':intents': { S: 'ACC#' },
          ':lists': { S: 'CONSENTS#' },
          ':tombstones': { S: 'ERASED#' },
        },
        ...(from ? { ExclusiveStartKey: { pk: { S: from } } } : {}),
      }),
    );
    from = LastEvaluatedKey?.pk?.S;
    yield { items: Items.flatMap((item) => asPersonItem(unmarshall(item) as Item) ?? []), next: from };
  } while (from);
}
