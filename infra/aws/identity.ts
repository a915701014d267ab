import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** The CDK's default when neither a variable nor a profile names a region. */
const DEFAULT_REGION = 'us-east-1';

/** AWS answers this call within a second. Milliseconds. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 5000 };

/** Why there is no identity, in one line. It is the deployer's to correct, unless AWS could not be reached. */
type Problem = { problem: string; isUnreachable?: true };

/** Explains an error of AWS or of the credential chain to the deployer. The text has no secret. */
const problemOf = ({ name, message }: Error): Problem => {
  if (/^(CredentialsProvider|TokenProvider|SSOTokenProvider)/.test(name))
    return { problem: `no AWS credentials (${message.split('\n')[0]}): set AWS_PROFILE, or log in` };
  if (/Token|Credential|Signature|Unrecognized|AccessDenied|AuthFailure/.test(name))
    return { problem: `AWS refuses these credentials (${name}): log in again, or choose another AWS_PROFILE` };
  return { problem: `AWS could not be asked who you are (${name})`, isUnreachable: true };
};

/**
 * Asks AWS for the identity of these credentials, before a minute of synthesis that would fail without them. The call needs no
 * permission.
 * @param given the chosen region
 */
export const deployerIdentity = async (
  given: string | undefined,
): Promise<{ account: string; region: string } | Problem> => {
  try {
    const configured = await new STSClient({}).config.region().catch(() => process.env.AWS_DEFAULT_REGION);
    const region = given ?? configured ?? DEFAULT_REGION;
    const client = new STSClient({ region, maxAttempts: 2, requestHandler });
    const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    const [, partition] = Arn.split(':');
    if (partition !== 'aws') return { problem: `the partition ${partition} is not supported, only AWS's own` };
    return { account: Account, region };
  } catch (error) {
    return problemOf(error as Error);
  }
};
