import { dynamo } from '../../shared/aws/clients.ts';

/**
 * Works on a ledger in AWS. What AWS refuses is told with the table and the region that were asked: a wrong region looks
 * like a table that is not there.
 * @throws Error
 */
export const atTable = async <Result>(table: string, work: () => Promise<Result>): Promise<Result> => {
  const region = await dynamo().config.region();
  try {
    return await work();
  } catch (error) {
    const { name, message } = error as Error;
    const why = name === 'ResourceNotFoundException' ? 'there is no such table' : message;
    throw new Error(`table ${table} in ${region}: ${why}`, { cause: error });
  }
};
