import { dynamo } from '../../../shared/aws/clients.ts';

/**
 * Items of a ledger in AWS. An error names the table and the region: in a wrong region the table does not exist.
 * @throws Error
 */
export async function* atTable<Item>(table: string, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw await tableError(table, error);
  }
}

/** The same for one answer. @throws Error */
export const onTable = async <Result>(table: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw await tableError(table, error);
  }
};

const tableError = async (table: string, error: unknown): Promise<Error> => {
  const { name, message } = error as Error;
  const region = await dynamo()
    .config.region()
    .catch(() => 'no region');
  const why = name === 'ResourceNotFoundException' ? 'there is no such table' : message;
  return new Error(`table ${table} in ${region}: ${why}`, { cause: error });
};
