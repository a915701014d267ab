import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The current value of a secret, not cached. @returns undefined for a secret without a value */
export const readSecretValue = (SecretId: string): Promise<string | undefined> =>
  withClient(async (client) => {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    } catch (error) {
      if ((error as Error).name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  });

export const writeSecretValue = (SecretId: string, SecretString: string): Promise<void> =>
  withClient(async (client) => {
    await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  });

const withClient = async <Result>(work: (client: SecretsManagerClient) => Promise<Result>): Promise<Result> => {
  const client = new SecretsManagerClient({});
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
};
