import {
  type AttributeValue,
  type BatchGetItemCommandInput,
  ConditionalCheckFailedException,
  type DeleteItemCommandInput,
  type GetItemCommandInput,
  type PutItemCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as records from '../../../shared/domain/record.ts';
import { type Attributes, type Bindings, invalid, type Path, readerOf, readPath } from './expressions.ts';

type Index = { name: string; attribute: string; sort: string };

/** Every index that the records' file declares. */
const indexes = Object.values(records as Record<string, unknown>).filter(
  (value): value is Index => typeof value === 'object' && value !== null && 'attribute' in value && 'sort' in value,
);

const keyOf = (key: Attributes | undefined): string => {
  const { S } = key?.pk ?? {};
  if (!S) throw invalid('the key has no pk');
  return S;
};

const failed = () =>
  new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: { httpStatusCode: 400 },
  });

/** The part of an item that a path ends in, made where it is not there yet: a map can only be written into if it exists. */
const write = (item: Attributes, path: Path, value: AttributeValue | undefined): void => {
  const last = path.at(-1) ?? '';
  const holder = path.length === 1 ? item : readPath(item, path.slice(0, -1))?.M;
  if (!holder) throw invalid('the document path provided in the update expression is invalid for update');
  if (value === undefined) delete holder[last];
  else holder[last] = value;
};

/** ADD and DELETE: numbers are summed, sets take in and give away. */
const changed = (how: string, existing: AttributeValue | undefined, by: AttributeValue | undefined) => {
  if (how === 'SET' || how === 'REMOVE') return by;
  if (by?.N !== undefined) return { N: String(Number(existing?.N ?? 0) + Number(by.N)) } as AttributeValue;
  const members = new Set(existing?.SS ?? []);
  for (const one of by?.SS ?? []) how === 'ADD' ? members.add(one) : members.delete(one);
  return members.size > 0 ? ({ SS: [...members] } as AttributeValue) : undefined;
};

/** A copy whose maps and lists can be changed; single values never are. `structuredClone` takes ten times as long. */
const copyOf = (item: Attributes): Attributes => {
  const copied = { ...item };
  for (const [name, value] of Object.entries(copied)) if (value.M || value.L) copied[name] = structuredClone(value);
  return copied;
};

/** DynamoDB as far as the ledger uses it: one table in memory, conditions and updates read as the service reads them. */
export const memoryLedger = () => {
  const items = new Map<string, Attributes>();
  const copy = (item: Attributes | undefined) => item && copyOf(item);

  const check = (reader: ReturnType<typeof readerOf>, condition: string | undefined, pk: string) => {
    const holds = condition ? reader.condition(condition) : () => true;
    return () => {
      reader.end();
      if (!holds(items.get(pk) ?? {})) throw failed();
    };
  };

  const operations = {
    GetItem: ({ Key }: GetItemCommandInput) => ({ Item: copy(items.get(keyOf(Key))) }),
    BatchGetItem: ({ RequestItems = {} }: BatchGetItemCommandInput) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems).map(([table, { Keys = [] }]) => [
          table,
          Keys.map((key) => copy(items.get(keyOf(key)))).filter((item) => item !== undefined),
        ]),
      ),
    }),
    PutItem: (input: PutItemCommandInput) => {
      const pk = keyOf(input.Item);
      check(readerOf(input as Bindings), input.ConditionExpression, pk)();
      items.set(pk, copy(input.Item) ?? {});
      return {};
    },
    UpdateItem: (input: UpdateItemCommandInput) => {
      const pk = keyOf(input.Key);
      const reader = readerOf(input as Bindings);
      const changes = reader.update(input.UpdateExpression ?? '');
      check(reader, input.ConditionExpression, pk)();
      const before = items.get(pk) ?? { pk: { S: pk } };
      const after = copy(before) ?? {};
      for (const { at, to, how } of changes)
        write(after, at, changed(how, readPath(before, at), structuredClone(to(before)) as AttributeValue | undefined));
      items.set(pk, after);
      return input.ReturnValues === 'ALL_NEW' ? { Attributes: copy(after) } : {};
    },
    DeleteItem: (input: DeleteItemCommandInput) => {
      const pk = keyOf(input.Key);
      check(readerOf(input as Bindings), input.ConditionExpression, pk)();
      items.delete(pk);
      return {};
    },
    /** The whole table in one page; all attributes, also where a few are asked for. */
    Scan: (input: ScanCommandInput) => {
      const reader = readerOf(input as Bindings);
      const wanted = input.FilterExpression ? reader.condition(input.FilterExpression) : () => true;
      reader.end();
      return { Items: [...items.values()].filter(wanted).map((item) => copy(item)) };
    },
    Query: (input: QueryCommandInput) => {
      const index = indexes.find(({ name }) => name === input.IndexName);
      if (!index) throw invalid(`there is no index ${input.IndexName}`);
      const reader = readerOf(input as Bindings);
      const holds = reader.condition(input.KeyConditionExpression ?? '');
      const wanted = input.FilterExpression ? reader.condition(input.FilterExpression) : () => true;
      reader.end();
      const sorted = [...items.values()]
        .filter((item) => item[index.attribute] && item[index.sort] && holds(item))
        .sort((a, b) => {
          const [first, second] = [a, b].map((item) => `${item[index.sort]?.S} ${item.pk?.S}`) as [string, string];
          return first < second ? -1 : 1;
        });
      if (input.ScanIndexForward === false) sorted.reverse();
      const after = input.ExclusiveStartKey && keyOf(input.ExclusiveStartKey);
      const rest = after ? sorted.slice(sorted.findIndex(({ pk }) => pk?.S === after) + 1) : sorted;
      const page = rest.slice(0, input.Limit ?? rest.length);
      const last = page.length < rest.length ? page.at(-1) : undefined;
      const keys = ({ pk, [index.attribute]: of, [index.sort]: by }: Attributes) => ({
        pk,
        [index.attribute]: of,
        [index.sort]: by,
      });
      return {
        Items: page.filter(wanted).map((item) => copy(item)),
        ...(last ? { LastEvaluatedKey: keys(last) as Attributes } : {}),
      };
    },
  };

  return {
    items,
    operations,
    /** What the table's time to live takes away at this moment, in seconds; it may come days late. */
    expire: (now: number) => {
      for (const [pk, { expiresAt }] of items) if (expiresAt?.N && Number(expiresAt.N) < now) items.delete(pk);
    },
  };
};

export type MemoryLedger = ReturnType<typeof memoryLedger>;
