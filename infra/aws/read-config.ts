import type * as z from 'zod/mini';
import { englishErrors } from '../../shared/domain/parse.ts';
import { Config } from './config.ts';

/** A rule that a setting breaks, and where: `media.minPixels`. */
export type BrokenSetting = { path: string; rule: string };

/** Settings of earlier versions, with the setting that holds their value now. */
const moved: Readonly<Record<string, string>> = { minimumThreshold: 'policies.default.minimumThreshold' };

const brokenSetting = (issue: z.core.$ZodIssue): BrokenSetting[] => {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      rule: path.length === 0 && moved[key] ? `is now ${moved[key]}` : 'is not a setting',
    }));
  const rule = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: path.join('.'), rule }];
};

/** Checks the settings and fills in the defaults. @returns the settings, or the rules that they break, at least one */
export const checkSettings = (given: object): { config: Config } | { broken: BrokenSetting[] } => {
  const { success, data, error } = Config.safeParse(given, englishErrors);
  return success ? { config: data } : { broken: error.issues.flatMap(brokenSetting) };
};

/** One line for all rules: `sweepMinutes: must be ...; media.colour: is not a setting`. */
export const linesOf = (broken: readonly BrokenSetting[]): string =>
  broken.map(({ path, rule }) => [path, rule].filter(Boolean).join(': ')).join('; ');

/**
 * Checks the settings and fills in the defaults.
 * @throws Error that names each wrong setting and its rule: `configuration: sweepMinutes: must be ...`
 */
export const readConfig = (given: object): Config => {
  const checked = checkSettings(given);
  if ('config' in checked) return checked.config;
  throw new Error(`configuration: ${linesOf(checked.broken)}`);
};
