import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { BY_DUE } from '../../shared/domain/record.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';

/** Changes a record past all code, as time and crashes would: no test waits for minutes, or for a day. */
const change = async (table: string, revalidationId: string, update: string, names: string[], values: object) => {
  const dynamo = new DynamoDBClient({});
  await dynamo.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { pk: { S: `RUN#${revalidationId}` } },
      UpdateExpression: update,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, S]) => [`:${name}`, { S }])),
    }),
  );
  dynamo.destroy();
};

/** Where a record stands among those that a sweep looks at, and since the beginning of time. */
export const dueNow = (revalidationId: string) => ({
  [BY_DUE.attribute]: `due#${revalidationId[3]}`,
  [BY_DUE.sort]: new Date(0).toISOString(),
});

/** Makes a record due. @param remove what it loses, as if the write of it had never come */
export const dueIn = (table: string, revalidationId: string, remove: string[] = []): Promise<void> => {
  const set = dueNow(revalidationId);
  const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
  const update = `SET ${sets.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : ''}`;
  return change(table, revalidationId, update, [...Object.keys(set), ...remove], set);
};

/** As if a case had ended so many hours ago; it is due. */
export const agedIn = async (table: string, { revalidationId, decidedAt }: Outcome, hours: number): Promise<void> => {
  const at = new Date(Date.parse(decidedAt) - hours * 3_600_000).toISOString();
  await change(table, revalidationId, 'SET #outcome.#decidedAt = :at', ['outcome', 'decidedAt'], { at });
  await dueIn(table, revalidationId);
};
