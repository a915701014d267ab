import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';

/** Whom a stand-in believes: the secret of an access key id. */
export type SecretOf = (accessKeyId: string) => string | undefined;

export type Credentials = { accessKeyId: string; secretAccessKey: string };

/**
 * This run's own credentials: new in every process, and the only ones that its stand-ins take. Another process of this
 * machine can reach their ports, but cannot sign.
 */
export const desk: Readonly<Credentials> = {
  accessKeyId: `AKIALOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(20).toString('hex'),
};

export const deskSecret: SecretOf = (accessKeyId) =>
  accessKeyId === desk.accessKeyId ? desk.secretAccessKey : undefined;

/** Where nothing listens, so that a service that was never pointed anywhere is asked of nobody. Port 9 is `discard`. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * Cuts this process's SDK off from AWS. The SDK reads some fifty variables, and a profile can say the same things
 * (another endpoint, FIPS, dual stack, a container's credentials): all that begin with `AWS_` are deleted, whatever a later SDK
 * reads, and both files of profiles are empty ones.
 */
export const leaveAws = (): void => {
  for (const name of Object.keys(process.env)) if (/^_?(X_)?(AWS|AMAZON|AMZN)_/i.test(name)) delete process.env[name];
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: desk.accessKeyId,
    AWS_SECRET_ACCESS_KEY: desk.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: NOWHERE,
  });
};

/** The SDK finds the stand-ins by its own variables, so no code of ours knows whether it is at home or in AWS. */
export const pointSdkAt = (origins: Record<string, string>): void => {
  for (const [service, origin] of Object.entries(origins)) process.env[`AWS_ENDPOINT_URL_${service}`] = origin;
};
