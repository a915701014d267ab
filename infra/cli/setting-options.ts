import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { stageKeys } from '../aws/config.ts';
import { stageFolder } from '../aws/stage-file.ts';
import { flagOf } from './setting-flags.ts';

/** A setting in the published schema of stage files. */
type Rules = {
  description: string;
  default?: unknown;
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
};

/** The first sentence says what a setting is; the rest of its text gives reasons, which the schema shows in an editor. */
const firstSentence = (text: string): string => /^.*?\.(?= [A-Z0-9]|$)/.exec(text)?.[0] ?? text;

const boundsOf = ({ type, enum: values, minimum, maximum }: Rules): string => {
  if (values) return values.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  const words: Record<string, string> = { boolean: 'true, false', array: 'a list: a,b', object: 'JSON' };
  return words[type ?? ''] ?? 'text';
};

const textOf = (value: unknown): string => {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/**
 * Adds an option for each setting, with its meaning, its bounds and its default: those of the published schema, so that there is no
 * second list.
 */
export const takeSettings = (command: Command): Command => {
  const schema = readFileSync(join(stageFolder, 'stage.schema.json'), 'utf8');
  const { properties } = JSON.parse(schema) as { properties: Record<string, Rules> };
  for (const key of stageKeys) {
    const rules = properties[key];
    if (!rules) throw new Error(`the schema of stage files has no ${key}: npm run -s schemas`);
    const meaning = `${firstSentence(rules.description)} ${boundsOf(rules)}; default: ${textOf(rules.default)}`;
    command.addOption(new Option(`--${flagOf(key)} <value>`, meaning).helpGroup('Settings:'));
  }
  return command;
};
