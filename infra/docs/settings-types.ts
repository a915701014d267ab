import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Config } from '../aws/config.ts';
import { wordsOf } from './settings.ts';

const folder = join(import.meta.dirname, '../aws');

const file = join(folder, 'settings.ts');

const WIDTH = 120;

type Schema = {
  type?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  required?: string[];
  default?: unknown;
};

const typeOf = (schema: Schema, words: Words, indent: string): string => {
  const { type, enum: values, items, properties, additionalProperties, required } = schema;
  if (values) return values.map((value) => `'${value}'`).join(' | ');
  if (type === 'array' && items) {
    const each = typeOf(items, words, indent);
    return `readonly ${items.enum ? `(${each})` : each}[]`;
  }
  if (type === 'object' && properties)
    return `{\n${membersOf(properties, required, words, `${indent}  `).join('\n')}\n${indent}}`;
  if (type === 'object' && additionalProperties && additionalProperties.properties)
    return 'Readonly<Record<string, PolicySettings>>';
  if (type === 'object' && additionalProperties)
    return `Readonly<Record<string, ${typeOf(additionalProperties, words, indent)}>>`;
  return type === 'integer' ? 'number' : String(type);
};

type Words = Record<string, string>;

/** Where the docstrings of settings are: the settings themselves, and those that requests and answers use too. */
export const settingSources = [
  '../aws/config.ts',
  '../../shared/domain/policy.ts',
  '../../shared/domain/person-messages.ts',
];

/** The docstring of each setting. */
export const settingWords = (): Words =>
  wordsOf(settingSources.map((source) => readFileSync(join(import.meta.dirname, source), 'utf8')).join('\n'));

/** A text as a docstring, its lines no wider than the code's. */
const docOf = (text: string, indent: string): string => {
  const one = `${indent}/** ${text} */`;
  if (one.length <= WIDTH) return one;
  const lines: string[] = [];
  let line = `${indent} *`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent} *`;
    }
    line += ` ${word}`;
  }
  return [`${indent}/**`, ...lines, line, `${indent} */`].join('\n');
};

const membersOf = (properties: Record<string, Schema>, required: string[] = [], words: Words, indent: string) =>
  Object.entries(properties).map(([name, schema]) => {
    const text = words[name];
    if (!text) throw new Error(`the setting "${name}" has no docstring`);
    const { default: preset } = schema;
    const isShown = preset !== undefined && typeof preset !== 'object';
    const doc = docOf(isShown ? `${text} Default: ${preset}.` : text, indent);
    const isOptional = preset !== undefined || !required.includes(name);
    const type = typeOf(schema, words, indent);
    // The linter lays a union with an object out in another way than this does.
    const orUndefined = schema.properties ? '' : ' | undefined';
    return `${doc}\n${indent}readonly ${name}${isOptional ? `?: ${type}${orUndefined}` : `: ${type}`};`;
  });

/**
 * The settings as an interface with a docstring on each. The compiler drops the docstrings of a zod schema from a declaration, so
 * an editor would show none of them to the users of the construct. `region` is left out: it is the stack's.
 */
export const settingsTypes = (): string => {
  const { properties = {}, required } = z.toJSONSchema(Config) as Schema;
  const { region: _, ...ofConstruct } = properties;
  // A record of objects has a type of its own: its members would be laid out by the formatter in another way.
  const policy = properties.policies?.additionalProperties || undefined;
  const words = settingWords();
  return [
    '/** Generated from the schemas and the docstrings of the settings by `npm run schemas`: change those. */',
    '',
    '/** What a deployment may choose. Every setting may be left out. */',
    'export type Settings = {',
    membersOf(ofConstruct, required, words, '  ').join('\n'),
    '};',
    '',
    '/** The policy of one purpose. */',
    'export type PolicySettings = {',
    membersOf(policy?.properties ?? {}, policy?.required, words, '  ').join('\n'),
    '};',
    '',
  ].join('\n');
};

if (import.meta.main) writeFileSync(file, settingsTypes());
