import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Config, stageKeys } from '../aws/config.ts';
import { row } from './rows.ts';

const source = readFileSync(join(import.meta.dirname, '../aws/config.ts'), 'utf8');

type Rules = { type?: string; enum?: string[]; minimum?: number; maximum?: number };

/**
 * The docstring of each setting. A setting without its own docstring shares the one above it.
 * @param text the source of the configuration
 */
export const wordsOf = (text: string): Record<string, string> => {
  const words: Record<string, string> = {};
  let current = '';
  for (const [, comment, setting] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/|^ {2}(\w+): z/gm)) {
    if (comment !== undefined) current = comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
    else if (setting) words[setting] = current;
  }
  return words;
};

const boundsOf = ({ type, enum: values, minimum, maximum }: Rules): string => {
  if (values) return values.join(', ');
  if (type === 'boolean') return 'true, false';
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === 'boolean') return 'true, false';
  return type === 'array' ? 'list' : type === 'object' ? 'object' : 'text';
};

const textOf = (value: unknown): string => {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return 'none';
  return `\`${JSON.stringify(value)}\``;
};

/** The first sentence says what a setting is; the rest of its docstring gives reasons and stays in the code. */
const firstSentence = (text: string): string => /^.*?\.(?= [A-Z0-9]|$)/.exec(text)?.[0] ?? text;

/** Each key of a stage file: its default, its bounds and what it means. */
export const settingsTable = (): string => {
  const defaults = Config.parse({}) as Record<string, unknown>;
  const { properties = {} } = z.toJSONSchema(Config);
  const words = wordsOf(source);
  return [
    row('key', 'default', 'takes', 'meaning'),
    row('---', '---', '---', '---'),
    ...stageKeys.map((setting) => {
      const meaning = firstSentence(words[setting] ?? '');
      if (!meaning) throw new Error(`the setting "${setting}" has no docstring`);
      return row(`\`${setting}\``, textOf(defaults[setting]), boundsOf(properties[setting] as Rules), meaning);
    }),
  ].join('\n');
};
