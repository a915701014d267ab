import { expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { ledgerAsks } from '../../infra/local/iam/dynamodb.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { synthesized } from '../support/synthesized.ts';

const template = synthesized(Config.parse({ stage: 'test' }));

const [{ ref: name = '', arn = '' } = {}] = resourcesOf(template, 'AWS::DynamoDB::Table');

const asksOf = ledgerAsks(template);

const pk = (text: string) => ({ pk: { S: text } });

const keys = (...all: string[]) => ({ context: { 'dynamodb:LeadingKeys': all } });

test.each<[string, Parameters<typeof asksOf>[1], object[]]>([
  ['GetItem', { TableName: name, Key: pk('RUN#1') }, [{ resource: arn, ...keys('RUN#1') }]],
  ['PutItem', { TableName: name, Item: pk('RUN#1') }, [{ resource: arn, ...keys('RUN#1') }]],
  [
    'Query',
    {
      TableName: name,
      IndexName: 'by-person',
      KeyConditionExpression: '#accountId = :v0',
      ExpressionAttributeValues: { ':v0': { S: 'ana' } },
    },
    [{ resource: `${arn}/index/by-person`, ...keys('ana') }],
  ],
  ['Scan', { TableName: name }, [{ resource: arn }]],
  [
    'BatchGetItem',
    { RequestItems: { [name]: { Keys: [pk('RUN#1'), pk('LINK#2')] }, Other: { Keys: [pk('x')] } } },
    [{ resource: arn, ...keys('RUN#1', 'LINK#2') }, { resource: 'arn:aws:dynamodb:::table/Other' }],
  ],
  [
    'BatchWriteItem',
    { RequestItems: { [name]: [{ PutRequest: { Item: pk('RUN#1') } }, { DeleteRequest: { Key: pk('ACC#2') } }] } },
    [{ resource: arn, ...keys('RUN#1', 'ACC#2') }],
  ],
])('%s needs its action, on its resource, with the keys of its items', (operation, call, asks) => {
  expect(asksOf(operation, call)).toEqual(asks.map((ask) => ({ action: `dynamodb:${operation}`, ...ask })));
});
