import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** A sweep takes up to two minutes, and an invocation of it must not be repeated meanwhile. Milliseconds. */
const INVOCATION_MS = 150_000;

/**
 * Invokes a function, and waits for it.
 * @param name its name in AWS
 * @throws Error with the name of the error that the function threw
 */
export const invoke = async (name: string, event: unknown): Promise<unknown> => {
  const client = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: INVOCATION_MS } });
  try {
    const Payload = JSON.stringify(event);
    const { FunctionError, Payload: answer } = await client.send(new InvokeCommand({ FunctionName: name, Payload }));
    const result = JSON.parse(answer?.transformToString() || 'null');
    if (FunctionError)
      throw new Error(`${name} failed: ${(result as { errorType?: string }).errorType ?? FunctionError}`);
    return result;
  } finally {
    client.destroy();
  }
};

/** The variables that a function was deployed with: the settings that are in effect. */
export const environmentOf = async (name: string): Promise<Record<string, string>> => {
  const client = new LambdaClient({});
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return Environment?.Variables ?? {};
  } finally {
    client.destroy();
  }
};
