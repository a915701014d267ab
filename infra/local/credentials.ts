import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';

/** The secret of an access key id that a stand-in accepts. */
export type SecretOf = (accessKeyId: string) => string | undefined;

export type Credentials = { accessKeyId: string; secretAccessKey: string };

/**
 * This run's credentials: new in every process, and the only ones that its stand-ins accept. Another process of this machine can
 * reach their ports, but cannot sign.
 */
export const localCredentials: Readonly<Credentials> = {
  accessKeyId: `AKIALOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(20).toString('hex'),
};

export const localSecret: SecretOf = (accessKeyId) =>
  accessKeyId === localCredentials.accessKeyId ? localCredentials.secretAccessKey : undefined;

/** No service listens there, so a service without a local endpoint gets no call. Port 9 is `discard`. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * Disconnects this process's SDK from AWS. The SDK reads about fifty variables, and a profile can set the same values (another
 * endpoint, FIPS, dual stack, a container's credentials). All variables that begin with `AWS_` are deleted, also those of a later
 * SDK, and both profile files are empty.
 */
export const leaveAws = (): void => {
  for (const name of Object.keys(process.env)) if (/^_?(X_)?(AWS|AMAZON|AMZN)_/i.test(name)) delete process.env[name];
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: NOWHERE,
  });
};

/** Sets the SDK's own endpoint variables, so the functions' code is the same here and in AWS. */
export const pointSdkAt = (origins: Record<string, string>): void => {
  for (const [service, origin] of Object.entries(origins)) process.env[`AWS_ENDPOINT_URL_${service}`] = origin;
};
