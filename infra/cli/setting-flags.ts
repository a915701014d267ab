import * as z from 'zod/mini';
import { Config, stageKeys } from '../aws/config.ts';
import { checkSettings } from '../aws/read-config.ts';
import { checkStage, type Stage, stageFile } from '../aws/stage-file.ts';
import { UsageError } from './program/usage.ts';

/** Settings by name, as the command line gives them. */
export type GivenSettings = Readonly<Record<string, string>>;

/** The option that sets a key of the stage file. */
export const flagOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const kinds = z.toJSONSchema(Config, { io: 'input' }).properties as Record<string, { type?: string }>;

/** The value that a text stands for. A text of another kind stays as it is, so that the setting's rule refuses it. */
const parsedSetting = (key: string, text: string): unknown => {
  switch (kinds[key]?.type) {
    case 'integer':
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'array':
      return text.split(',');
    case 'object':
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
};

/** The settings of a command line, out of all its options: commander names them as the keys of a stage file. */
export const settingsIn = (options: Readonly<Record<string, unknown>>): GivenSettings =>
  Object.fromEntries(
    stageKeys.flatMap((key) => {
      const value = options[key];
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );

/**
 * The stage with the settings of the command line, which replace those of its file.
 * @throws UsageError that names the option and its rule, or the file and key that a rule between two settings concerns
 */
export const withSettings = (stage: Stage, settings: GivenSettings): Stage => {
  const name = stage.config.stage;
  const values = Object.fromEntries(Object.entries(settings).map(([key, text]) => [key, parsedSetting(key, text)]));
  const given = { ...stage.given, ...values };
  const { $schema: _, ...all } = given;
  const checked = checkSettings({ ...all, stage: name });
  if ('config' in checked) return checkStage(name, given);
  const [{ path, rule } = { path: '', rule: '' }] = checked.broken;
  const [key = '', ...rest] = path.split('.');
  const where = key in settings ? [`--${flagOf(key)}`, ...rest].join('.') : `${stageFile(name)}: ${path}`;
  throw new UsageError(`${where}: ${rule}`);
};
