import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { parameterOf } from './parameters.ts';

/** AWS answers this call within a second. Milliseconds. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 5000 };

/**
 * Reads the settings that the last deployment of a stage published.
 * @returns undefined when the stage is not deployed in this region
 * @throws Error that names the parameter, and what is needed to read it
 */
export const deployedSettings = async (stage: string, region: string): Promise<Record<string, unknown> | undefined> => {
  const name = parameterOf({ stage }, 'settings');
  let text: string | undefined;
  try {
    const client = new SSMClient({ region, maxAttempts: 2, requestHandler });
    text = (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw new Error(
      `the deployed settings cannot be read (${(error as Error).name}): these credentials need ssm:GetParameter on ${name}`,
    );
  }
  const settings = parsed(text);
  if (settings === undefined)
    throw new Error(`the parameter ${name} holds no settings: put {} there, and every setting is shown as a change`);
  return settings;
};

const parsed = (text = ''): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};
