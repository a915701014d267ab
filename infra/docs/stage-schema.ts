import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Config } from '../aws/config.ts';
import { stageFolder } from '../aws/stage-file.ts';
import { settingWords } from './settings-types.ts';

/** A dot is in no stage's name, so the schema is not taken for a stage. */
export const schemaFile = 'stage.schema.json';

type Schema = z.core.JSONSchema.BaseSchema;

const described = (properties: Schema['properties'], words: Record<string, string>): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, given]) => {
      const schema = given as Schema;
      const description = words[name];
      if (!description) throw new Error(`the setting "${name}" has no docstring`);
      return [name, { description, ...schema, ...nested(schema, words) }];
    }),
  );

/** The members of an object, and of each object of a record. */
const nested = ({ properties, additionalProperties: each }: Schema, words: Record<string, string>): Schema => {
  if (properties) return { properties: described(properties, words) };
  if (typeof each !== 'object' || !each.properties) return {};
  return { additionalProperties: { ...each, properties: described(each.properties, words) } };
};

/**
 * The JSON Schema of a stage file, by which an editor completes and explains its keys. Rules between settings and those of
 * addresses are in no schema: a deployment checks them.
 */
export const stageSchema = (): string => {
  const words = settingWords();
  const { $schema, properties, ...rules } = z.toJSONSchema(Config, { io: 'input' });
  const { stage: _, ...settings } = properties ?? {};
  const keys = { $schema: { description: 'This schema.', type: 'string' }, ...described(settings, words) };
  const about = 'Settings of a stage. A key that is left out has its default. The name of the file is the stage.';
  return `${JSON.stringify({ $schema, title: 'stage', description: about, ...rules, properties: keys }, null, 2)}\n`;
};

if (import.meta.main) writeFileSync(join(stageFolder, schemaFile), stageSchema());
