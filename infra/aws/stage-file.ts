import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { englishErrors } from '../../shared/domain/parse.ts';
import { Config } from './config.ts';
import { checkSettings, linesOf } from './read-config.ts';

/** Each file in it is a stage: `prod.json`. */
export const stageFolder = join(import.meta.dirname, '../stages');

/** A stage without a file, or with one that cannot be used. The message is one line for the person who deploys. */
export class StageError extends Error {
  override readonly name = 'StageError';
}

export type Stage = {
  config: Config;
  /** What the file holds. */
  given: Record<string, unknown>;
};

/** The stages that have a file. */
export const stageNames = (folder: string): string[] => {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files
    .map((file) => basename(file, '.json'))
    .filter((name) => files.includes(`${name}.json`) && Config.shape.stage.safeParse(name).success)
    .toSorted();
};

/** The name of a stage's file, as errors and documents give it. */
export const stageFile = (stage: string): string => `infra/stages/${stage}.json`;

const readGiven = (stage: string, folder: string): unknown => {
  try {
    return JSON.parse(readFileSync(join(folder, `${stage}.json`), 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError)
      throw new StageError(`${stageFile(stage)}: is not JSON: ${message.replace(/\s+/g, ' ')}`);
    if (code !== 'ENOENT') throw new StageError(`${stageFile(stage)}: cannot be read (${code})`);
    const known = stageNames(folder).join(', ') || 'none';
    throw new StageError(`stage ${stage}: there is no ${stageFile(stage)}; stages with a file: ${known}`);
  }
};

/**
 * Checks the settings of a stage and fills in the defaults.
 * @param given what the file holds
 * @throws StageError that names the file, each wrong key with its path, and the rule
 */
export const checkStage = (stage: string, given: unknown): Stage => {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    throw new StageError(`${stageFile(stage)}: must be an object of settings`);
  const { $schema, ...settings } = given as Record<string, unknown>;
  if ($schema !== undefined && typeof $schema !== 'string')
    throw new StageError(`${stageFile(stage)}: $schema: must be text`);
  if ('stage' in settings) throw new StageError(`${stageFile(stage)}: stage: the name of the file is the stage`);
  const checked = checkSettings({ ...settings, stage });
  if ('broken' in checked) throw new StageError(`${stageFile(stage)}: ${linesOf(checked.broken)}`);
  return { config: checked.config, given: given as Record<string, unknown> };
};

/**
 * Reads the file of a stage.
 * @throws StageError for a name that is no stage's, a file that is not there or no JSON, and each wrong key with its rule
 */
export const readStage = (stage: string, folder = stageFolder): Stage => {
  // The name becomes a path, so it is checked first.
  const { error } = Config.shape.stage.safeParse(stage, englishErrors);
  if (error) throw new StageError(`stage: ${error.issues[0]?.message}`);
  return checkStage(stage, readGiven(stage, folder));
};

/** JSON as the formatter lays it out: a list of plain values is on one line. */
const textOf = (value: unknown, indent = ''): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[${value.map((one) => textOf(one, inner)).join(', ')}]`;
  const members = Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${textOf(one, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
};

/** Writes what a stage's file holds. */
export const writeStage = (stage: string, given: Record<string, unknown>, folder = stageFolder): void =>
  writeFileSync(join(folder, `${stage}.json`), `${textOf(given)}\n`);
