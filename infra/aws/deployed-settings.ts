import { parameterOf } from './parameters.ts';
import { readParameter } from './read-parameter.ts';

/**
 * Reads the settings that the last deployment of a stage published.
 * @returns undefined when the stage is not deployed in this region
 * @throws Error that names the parameter, and what is needed to read it
 */
export const deployedSettings = async (stage: string, region: string): Promise<Record<string, unknown> | undefined> => {
  const text = await readParameter(stage, 'settings', region);
  if (text === undefined) return undefined;
  const settings = parsed(text);
  if (settings !== undefined) return settings;
  const name = parameterOf({ stage }, 'settings');
  throw new Error(`the parameter ${name} holds no settings: put {} there, and every setting is shown as a change`);
};

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};
