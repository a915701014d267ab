import { defined } from '../domain/defined.ts';

/** One item; the ledger's only key is `pk`. */
export type Item = { pk: string } & Record<string, unknown>;

/** Each named attribute must have one of the listed values; with an empty list it must be absent. */
export type Condition = Record<string, readonly string[]>;

export type Change = {
  set: Record<string, unknown>;
  /** Lists that grow by the given elements. */
  append?: Record<string, readonly unknown[]>;
  /** Set only where the attribute is not there yet. */
  setIfAbsent?: Record<string, unknown>;
  /** Attributes that are removed. */
  remove?: readonly string[];
  /** Numbers that are increased by another attribute of the item. */
  advance?: Record<string, string>;
  /** Sets of texts that get one more element (idempotent), and numbers that are increased. */
  add?: Record<string, string | number>;
  /** Sets of texts that lose an element (idempotent). An empty set is an absent attribute. */
  take?: Record<string, string>;
  when?: Condition;
  /** Only when the attribute is absent, below the value, or of another type. */
  whileBelow?: Record<string, string | number>;
  /** Only when the attribute is a number from this one on. */
  whileFrom?: Record<string, number>;
  /** Only when the set is absent, has fewer elements than `most`, or contains this one. */
  whileRoom?: Record<string, { most: number; one: string }>;
  /** Only when the set does not contain this element. */
  whileWithout?: Record<string, string>;
  /** Also writes when the item does not exist. */
  orAbsent?: boolean;
};

/** Names and values are always placeholders, because half of our attribute names are reserved words of DynamoDB. */
export const expression = () => {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  return {
    name: (attribute: string) => {
      names[`#${attribute}`] = attribute;
      return `#${attribute}`;
    },
    value: (value: unknown) => {
      const placeholder = `:v${Object.keys(values).length}`;
      values[placeholder] = value;
      return placeholder;
    },
    names,
    values,
  };
};

export const conditionText = (when: Condition, { name, value }: ReturnType<typeof expression>) =>
  Object.entries(when)
    .map(([attribute, allowed]) =>
      allowed.length > 0
        ? `${name(attribute)} IN (${allowed.map(value).join(', ')})`
        : `attribute_not_exists(${name(attribute)})`,
    )
    .join(' AND ');

/** A change as DynamoDB expressions. Its values are plain: each client encodes them for its protocol. */
export const textOf = (change: Change) => {
  const text = expression();
  const assignments = [
    ...Object.entries(change.set)
      .filter(([, to]) => to !== undefined)
      .map(([attribute, to]) => `${text.name(attribute)} = ${text.value(to)}`),
    ...Object.entries(change.setIfAbsent ?? {}).map(([attribute, to]) => {
      const name = text.name(attribute);
      return `${name} = if_not_exists(${name}, ${text.value(to)})`;
    }),
    ...Object.entries(change.advance ?? {}).map(([attribute, by]) => {
      const name = text.name(attribute);
      return `${name} = ${name} + ${text.name(by)}`;
    }),
    ...Object.entries(change.append ?? {}).map(([attribute, more]) => {
      const name = text.name(attribute);
      return `${name} = list_append(if_not_exists(${name}, ${text.value([])}), ${text.value(more)})`;
    }),
  ];
  const removals = (change.remove ?? []).map(text.name);
  const additions = Object.entries(change.add ?? {}).map(
    ([attribute, one]) => `${text.name(attribute)} ${text.value(typeof one === 'number' ? one : new Set([one]))}`,
  );
  const takings = Object.entries(change.take ?? {}).map(
    ([attribute, one]) => `${text.name(attribute)} ${text.value(new Set([one]))}`,
  );
  const below = Object.entries(change.whileBelow ?? {}).map(([attribute, bound]) => {
    const name = text.name(attribute);
    return `(NOT ${name} >= ${text.value(bound)})`;
  });
  const from = Object.entries(change.whileFrom ?? {}).map(
    ([attribute, bound]) => `${text.name(attribute)} >= ${text.value(bound)}`,
  );
  const room = Object.entries(change.whileRoom ?? {}).map(([attribute, { most, one }]) => {
    const name = text.name(attribute);
    return `(attribute_not_exists(${name}) OR size(${name}) < ${text.value(most)} OR contains(${name}, ${text.value(one)}))`;
  });
  const without = Object.entries(change.whileWithout ?? {}).map(
    ([attribute, one]) => `(NOT contains(${text.name(attribute)}, ${text.value(one)}))`,
  );
  const when = [
    ...(change.when ? [conditionText(change.when, text)] : []),
    ...below,
    ...from,
    ...room,
    ...without,
  ].join(' AND ');
  const condition = when && change.orAbsent ? `attribute_not_exists(pk) OR (${when})` : when;
  return defined({
    UpdateExpression: [
      ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
      ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
      ...(additions.length > 0 ? [`ADD ${additions.join(', ')}`] : []),
      ...(takings.length > 0 ? [`DELETE ${takings.join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: condition || undefined,
    ExpressionAttributeNames: text.names,
    values: text.values,
  });
};
