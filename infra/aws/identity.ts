import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** Where the CDK's command line goes when neither a variable nor a profile says (its own default). */
const REGION_OF_LAST_RESORT = 'us-east-1';

/** AWS answers this call in a fraction of a second, from anywhere. Milliseconds. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 5000 };

/** What an error of AWS's or of the search for credentials means to whoever wants to deploy. Its words name no secret. */
const problemOf = ({ name, message }: Error): string => {
  if (/^(CredentialsProvider|TokenProvider|SSOTokenProvider)/.test(name))
    return `no AWS credentials (${message.split('\n')[0]}): set AWS_PROFILE, or log in`;
  if (/Token|Credential|Signature|Unrecognized|AccessDenied|AuthFailure/.test(name))
    return `AWS refuses these credentials (${name}): log in again, or choose another AWS_PROFILE`;
  return `AWS could not be asked who you are (${name})`;
};

/**
 * Asks AWS whose credentials these are, a call that needs no right: before a minute of synthesis that would end at their
 * absence. @param given the region that was chosen
 */
export const whoDeploys = async (
  given: string | undefined,
): Promise<{ account: string; region: string } | { problem: string }> => {
  try {
    const said = await new STSClient({}).config.region().catch(() => process.env.AWS_DEFAULT_REGION);
    const region = given ?? said ?? REGION_OF_LAST_RESORT;
    const client = new STSClient({ region, maxAttempts: 2, requestHandler });
    const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    const [, partition] = Arn.split(':');
    if (partition !== 'aws') return { problem: `the partition ${partition} is not supported: AWS's own alone is` };
    return { account: Account, region };
  } catch (error) {
    return { problem: problemOf(error as Error) };
  }
};
