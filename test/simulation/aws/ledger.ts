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
import { unmarshall } from '@aws-sdk/util-dynamodb';
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

/** A value in which something stands at a path, or nothing: a new value, whose other parts are those of the first one. */
const written = (
  at: AttributeValue | undefined,
  [first = '', ...rest]: Path,
  value: AttributeValue | undefined,
): AttributeValue => {
  const inside = at?.M?.[first] ?? at?.L?.[Number(first)];
  if (rest.length > 0 && at?.L) return { L: at.L.with(Number(first), written(inside, rest, value)) };
  // A map can only be written into if it exists.
  if (!at?.M) throw invalid('the document path provided in the update expression is invalid for update');
  const { [first]: _, ...others } = at.M;
  const now = rest.length > 0 ? written(inside, rest, value) : value;
  return { M: now === undefined ? others : { ...at.M, [first]: now } };
};

/** ADD and DELETE: numbers are summed, sets take in and give away. */
const changed = (how: string, existing: AttributeValue | undefined, by: AttributeValue | undefined) => {
  if (how === 'SET' || how === 'REMOVE') return by;
  if (by?.N !== undefined) return { N: String(Number(existing?.N ?? 0) + Number(by.N)) } as AttributeValue;
  const members = new Set(existing?.SS ?? []);
  for (const one of by?.SS ?? []) how === 'ADD' ? members.add(one) : members.delete(one);
  return members.size > 0 ? ({ SS: [...members] } as AttributeValue) : undefined;
};

/** Freezes a value with all that is in it. What is frozen is so to its depth: only values of a table are, and marshalled ones are new. */
const frozen = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
};

const unmarshalled = new WeakMap<Attributes, unknown>();

/** An item of a table as an object. The same item is the same object, so that a judge may ask for it after each effect. */
export const plain = <Plain>(item: Attributes): Plain => {
  if (!unmarshalled.has(item)) unmarshalled.set(item, unmarshall(item));
  return unmarshalled.get(item) as Plain;
};

/** The items by their keys. An item never changes, a write puts another one into its place: so readers need no copies. */
class Items extends Map<string, Attributes> {
  /** How many writes there were: while it is the same, so is all that the table holds. */
  writes = 0;

  #kinds = new Map<string, { writes: number; items: readonly Attributes[] }>();

  override set(pk: string, item: Attributes): this {
    this.writes += 1;
    return super.set(pk, frozen(item));
  }

  override delete(pk: string): boolean {
    this.writes += 1;
    return super.delete(pk);
  }

  /** What there is of one kind of item. */
  of(kind: string): readonly Attributes[] {
    const known = this.#kinds.get(kind);
    if (known?.writes === this.writes) return known.items;
    const items: Attributes[] = [];
    for (const [pk, item] of this) if (pk.startsWith(`${kind}#`)) items.push(item);
    this.#kinds.set(kind, { writes: this.writes, items });
    return items;
  }
}

/** DynamoDB as far as the ledger uses it: one table in memory, conditions and updates read as the service reads them. */
export const memoryLedger = () => {
  const items = new Items();

  const check = (reader: ReturnType<typeof readerOf>, condition: string | undefined, pk: string) => {
    const holds = condition ? reader.condition(condition) : () => true;
    return () => {
      reader.end();
      if (!holds(items.get(pk) ?? {})) throw failed();
    };
  };

  const operations = {
    GetItem: ({ Key }: GetItemCommandInput) => ({ Item: items.get(keyOf(Key)) }),
    BatchGetItem: ({ RequestItems = {} }: BatchGetItemCommandInput) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems).map(([table, { Keys = [] }]) => [
          table,
          Keys.map((key) => items.get(keyOf(key))).filter((item) => item !== undefined),
        ]),
      ),
    }),
    PutItem: (input: PutItemCommandInput) => {
      const pk = keyOf(input.Item);
      check(readerOf(input as Bindings), input.ConditionExpression, pk)();
      items.set(pk, input.Item ?? {});
      return {};
    },
    UpdateItem: (input: UpdateItemCommandInput) => {
      const pk = keyOf(input.Key);
      const reader = readerOf(input as Bindings);
      const changes = reader.update(input.UpdateExpression ?? '');
      check(reader, input.ConditionExpression, pk)();
      const before = items.get(pk) ?? { pk: { S: pk } };
      let after: AttributeValue = { M: before };
      for (const { at, to, how } of changes) after = written(after, at, changed(how, readPath(before, at), to(before)));
      items.set(pk, after.M ?? {});
      return input.ReturnValues === 'ALL_NEW' ? { Attributes: after.M } : {};
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
      return { Items: [...items.values()].filter(wanted) };
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
        Items: page.filter(wanted),
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
