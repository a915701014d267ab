import { defined } from '../../../shared/domain/defined.ts';
import { resourcesOf, type Template } from '../template.ts';
import { type Ask, LEADING_KEYS } from './policies.ts';

type Key = Record<string, { S?: string }>;

type Call = {
  TableName?: string;
  IndexName?: string;
  Key?: Key;
  Item?: Key;
  KeyConditionExpression?: string;
  ExpressionAttributeValues?: Key;
  RequestItems?: Record<
    string,
    { Keys: Key[] } | { PutRequest?: { Item: Key }; DeleteRequest?: { Key: Key } }[] | undefined
  >;
};

/** The value of a query's partition key: the one comparison by `=` in its condition. */
const soughtIn = ({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: Call): string | undefined =>
  ExpressionAttributeValues[/=\s*(:\w+)/.exec(KeyConditionExpression)?.[1] ?? '']?.S;

/**
 * The permissions that a call to DynamoDB needs: its action, on the table or the index, and the partition keys that it touches, as
 * DynamoDB gives them to IAM. A batch needs one for each table.
 */
export const ledgerAsks = (template: Template): ((operation: string, call: Call) => Ask[]) => {
  const tables = new Map(
    resourcesOf(template, 'AWS::DynamoDB::Table').map(({ ref, arn, properties }) => {
      const schema = properties.KeySchema as { AttributeName: string; KeyType: string }[];
      return [ref, { arn, key: schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '' }];
    }),
  );
  return (operation, call) => {
    const ask = (name: string, keysOf: (key: string) => (string | undefined)[], index?: string): Ask => {
      const { arn, key } = tables.get(name) ?? { arn: `arn:aws:dynamodb:::table/${name}`, key: '' };
      const keys = keysOf(key).filter((one) => one !== undefined);
      const resource = index ? `${arn}/index/${index}` : arn;
      const context = keys.length > 0 ? { [LEADING_KEYS]: keys } : undefined;
      return defined({ action: `dynamodb:${operation}`, resource, context });
    };
    if (!call.RequestItems) {
      const keysOf = (key: string) => [(call.Key ?? call.Item)?.[key]?.S, soughtIn(call)];
      return [ask(call.TableName ?? '', keysOf, call.IndexName)];
    }
    return Object.entries(call.RequestItems).map(([name, of]) => {
      const items = Array.isArray(of)
        ? of.map((one) => one.PutRequest?.Item ?? one.DeleteRequest?.Key)
        : (of?.Keys ?? []);
      return ask(name, (key) => items.map((item) => item?.[key]?.S));
    });
  };
};
