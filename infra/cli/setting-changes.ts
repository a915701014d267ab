import { type Config, effectiveSettings } from '../aws/config.ts';
import { readConfig } from '../aws/read-config.ts';

type Values = Readonly<Record<string, unknown>>;

/** Each value by its path: `media.minPixels`. A list is one value, since its order may matter. */
const byPath = (values: Values, path = ''): Map<string, string> => {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'object' && !Array.isArray(value))
      for (const [inner, one] of byPath(value as Values, `${path}${key}.`)) all.set(inner, one);
    else all.set(`${path}${key}`, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return all;
};

/**
 * What a deployment changes in the settings in effect, a line each: `dailyBudget: 500 -> 10000 (default)`.
 * @param deployed the settings that the last deployment published; when undefined, the defaults take their place
 */
export const changesOf = (deployed: Values | undefined, config: Config): string[] => {
  const defaults = byPath(effectiveSettings(readConfig({ stage: config.stage })));
  const before = deployed ? byPath(deployed) : defaults;
  const after = byPath(effectiveSettings(config));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => {
      const value = after.get(path);
      const isDefault = deployed && value !== undefined && value === defaults.get(path);
      return `${path}: ${before.get(path) ?? 'none'} -> ${value ?? 'none'}${isDefault ? ' (default)' : ''}`;
    });
};
