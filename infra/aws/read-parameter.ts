import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { type ParameterName, parameterOf } from './parameters.ts';

/** AWS answers this call within a second. Milliseconds. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 5000 };

/**
 * Reads what the last deployment of a stage published.
 * @returns undefined when the stage is not deployed in this region
 * @throws Error that names the parameter, and what is needed to read it
 */
export const readParameter = async (
  stage: string,
  name: ParameterName,
  region: string,
): Promise<string | undefined> => {
  const Name = parameterOf({ stage }, name);
  const client = new SSMClient({ region, maxAttempts: 2, requestHandler });
  try {
    return (await client.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw new Error(
      `what is deployed cannot be read (${(error as Error).name}): these credentials need ssm:GetParameter on ${Name}`,
    );
  } finally {
    client.destroy();
  }
};
