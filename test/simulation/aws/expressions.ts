import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Attributes = Record<string, AttributeValue>;

export type Bindings = {
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Attributes | undefined;
};

/** What DynamoDB says to a request that it does not understand. */
export const invalid = (message: string): Error => Object.assign(new Error(message), { name: 'ValidationException' });

/**
 * The names that may stand in an expression as they are. DynamoDB reserves 573 words, so everything else goes through a
 * placeholder; a word that dynalite's list does not know may still be reserved.
 */
const bare = new Set(['pk', 'expiresAt', 'accountId', 'person', 'outcome']);

/** A part of an expression, ready to be asked about an item. */
export type Value = (item: Attributes) => AttributeValue | undefined;

export type Test = (item: Attributes) => boolean;

/** Where in an item: the attribute, and inside it. */
export type Path = readonly string[];

const same = (a: AttributeValue | undefined, b: AttributeValue | undefined) => JSON.stringify(a) === JSON.stringify(b);

/** Texts by their bytes, numbers by their value; what is of two kinds has no order. */
const orderOf = (a: AttributeValue | undefined, b: AttributeValue | undefined): number => {
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) - Number(b.N);
  if (a?.S !== undefined && b?.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  return Number.NaN;
};

export const readPath = (item: Attributes, [first = '', ...rest]: Path): AttributeValue | undefined =>
  rest.reduce<AttributeValue | undefined>((at, part) => at?.M?.[part] ?? at?.L?.[Number(part)], item[first]);

const comparators: Record<string, (order: number, a?: AttributeValue, b?: AttributeValue) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '=': (_, a, b) => a !== undefined && same(a, b),
  '<>': (_, a, b) => !same(a, b),
};

/** Reads the expressions of one request, and in the end whether each placeholder given was used, as DynamoDB demands. */
export const readerOf = ({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Bindings) => {
  const unused = new Set([...Object.keys(names ?? {}), ...Object.keys(values ?? {})]);
  let tokens: string[] = [];
  const begin = (text: string) => {
    tokens = text.match(/[#:]?\w+|<>|<=|>=|[=<>(),.[\]+-]/g) ?? [];
    if (tokens.length === 0) throw invalid('the expression is empty');
  };
  const peek = () => tokens[0]?.toUpperCase();
  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw invalid('the expression ends early');
    return token;
  };
  const take = (token: string): boolean => {
    if (peek() !== token) return false;
    tokens.shift();
    return true;
  };
  const demand = (token: string) => {
    if (!take(token)) throw invalid(`the expression lacks a ${token} before ${tokens[0] ?? 'its end'}`);
  };

  const nameOf = (token: string): string => {
    if (!token.startsWith('#')) {
      if (!bare.has(token)) throw invalid(`${token} may be a reserved word`);
      return token;
    }
    unused.delete(token);
    const name = names?.[token];
    if (name === undefined) throw invalid(`the name ${token} is not defined`);
    return name;
  };

  const path = (): Path => {
    const found = [nameOf(next())];
    for (;;) {
      if (take('.')) found.push(nameOf(next()));
      else if (take('[')) {
        found.push(next());
        demand(']');
      } else return found;
    }
  };

  const list = <Part>(part: () => Part): Part[] => {
    const found = [part()];
    while (take(',')) found.push(part());
    return found;
  };

  const operand = (): Value => {
    const token = tokens[0] ?? '';
    if (token.startsWith(':')) {
      unused.delete(next());
      const value = values?.[token];
      if (value === undefined) throw invalid(`the value ${token} is not defined`);
      return () => value;
    }
    if (take('IF_NOT_EXISTS')) {
      demand('(');
      const at = path();
      demand(',');
      const otherwise = operand();
      demand(')');
      return (item) => readPath(item, at) ?? otherwise(item);
    }
    if (take('LIST_APPEND')) {
      demand('(');
      const [head, tail] = list(operand);
      demand(')');
      return (item) => ({ L: [...(head?.(item)?.L ?? []), ...(tail?.(item)?.L ?? [])] });
    }
    if (take('SIZE')) {
      demand('(');
      const at = path();
      demand(')');
      return (item) => {
        const { S, L, M, SS } = readPath(item, at) ?? {};
        return { N: String(S?.length ?? L?.length ?? SS?.length ?? Object.keys(M ?? {}).length) };
      };
    }
    const at = path();
    return (item) => readPath(item, at);
  };

  const sum = (): Value => {
    const left = operand();
    const sign = take('+') ? 1 : take('-') ? -1 : 0;
    if (sign === 0) return left;
    const other = operand();
    return (item) => {
      const [a, b] = [left(item)?.N, other(item)?.N];
      if (a === undefined || b === undefined) throw invalid('an operand of a sum is not a number');
      return { N: String(Number(a) + sign * Number(b)) };
    };
  };

  const comparison = (): Test => {
    if (take('NOT')) {
      const negated = comparison();
      return (item) => !negated(item);
    }
    if (take('(')) {
      const inner = either();
      demand(')');
      return inner;
    }
    for (const [name, wanted] of [
      ['ATTRIBUTE_EXISTS', true],
      ['ATTRIBUTE_NOT_EXISTS', false],
    ] as const) {
      if (!take(name)) continue;
      demand('(');
      const at = path();
      demand(')');
      return (item) => (readPath(item, at) !== undefined) === wanted;
    }
    for (const name of ['BEGINS_WITH', 'CONTAINS'] as const) {
      if (!take(name)) continue;
      demand('(');
      const [whole, part] = list(operand);
      demand(')');
      return (item) => {
        const [of, what] = [whole?.(item), part?.(item)];
        if (name === 'BEGINS_WITH') return of?.S?.startsWith(what?.S ?? '\0') ?? false;
        return (
          (of?.S?.includes(what?.S ?? '\0') ||
            of?.SS?.includes(what?.S ?? '') ||
            of?.L?.some((one) => same(one, what))) ??
          false
        );
      };
    }
    const left = operand();
    if (take('IN')) {
      demand('(');
      const among = list(operand);
      demand(')');
      return (item) => among.some((one) => left(item) !== undefined && same(left(item), one(item)));
    }
    if (take('BETWEEN')) {
      const least = operand();
      demand('AND');
      const most = operand();
      return (item) => orderOf(left(item), least(item)) >= 0 && orderOf(left(item), most(item)) <= 0;
    }
    const compare = comparators[next()];
    if (!compare) throw invalid('the expression compares by something unknown');
    const other = operand();
    return (item) => compare(orderOf(left(item), other(item)), left(item), other(item));
  };

  const both = (): Test => {
    const parts = [comparison()];
    while (take('AND')) parts.push(comparison());
    return (item) => parts.every((part) => part(item));
  };

  const either = (): Test => {
    const parts = [both()];
    while (take('OR')) parts.push(both());
    return (item) => parts.some((part) => part(item));
  };

  const ended = <Found>(found: Found): Found => {
    if (tokens.length > 0) throw invalid(`the expression goes on after its end: ${tokens[0]}`);
    return found;
  };

  return {
    condition: (text: string): Test => {
      begin(text);
      return ended(either());
    },
    /** The changes of an update, each with where it stands and what it becomes; undefined goes away. */
    update: (text: string): { at: Path; to: Value; how: string }[] => {
      begin(text);
      const changes: { at: Path; to: Value; how: string }[] = [];
      while (tokens.length > 0) {
        const how = next().toUpperCase();
        changes.push(
          ...list(() => {
            const at = path();
            if (how === 'SET') demand('=');
            else if (how === 'REMOVE') return { at, how, to: () => undefined };
            else if (how !== 'ADD' && how !== 'DELETE') throw invalid(`${how} is no way to change an item`);
            return { at, how, to: how === 'SET' ? sum() : operand() };
          }),
        );
      }
      return changes;
    },
    /** @throws where something was given that no expression uses */
    end: () => {
      if (unused.size > 0) throw invalid(`unused in expressions: ${[...unused].join(', ')}`);
      if (names && Object.keys(names).length === 0) throw invalid('ExpressionAttributeNames must not be empty');
      if (values && Object.keys(values).length === 0) throw invalid('ExpressionAttributeValues must not be empty');
    },
  };
};
