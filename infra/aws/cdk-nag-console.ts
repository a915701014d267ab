/** The function by which CDK copies files into a bucket. It is CDK's own, and the same for every copy of a stack. */
const COPY = 'Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C';

const AGAIN =
  'CDK gives its copying function of files these permissions, on the bucket of assets and on that of the pages alone.';

const partitionOf = (region: string | undefined): string => (region ? 'aws' : '<AWS::Partition>');

/**
 * The accepted findings of the operator's console.
 * @param region undefined where cdk-nag quotes the names of parameters, as CDK writes a stack without a region
 */
export const consoleFindings = (region: string | undefined) => [
  {
    rule: 'AwsSolutions-S1',
    where: /Console\/Pages$/,
    reason: 'The pages are public files of this project. Only CloudFront reads them.',
  },
  {
    rule: 'AwsSolutions-CFR1',
    where: /Console\/Distribution$/,
    reason: 'Operators may be in any country; each signs in at the issuer before anything is shown.',
  },
  {
    rule: 'AwsSolutions-CFR2',
    where: /Console\/Distribution$/,
    reason: 'The API has its own throttle and takes tokens alone, and the rest is a few static files.',
  },
  {
    rule: 'AwsSolutions-CFR3',
    where: /Console\/Distribution$/,
    reason:
      'Access logs of CloudFront have paths, and a path has ids of persons. The API logs its routes without them.',
  },
  {
    rule: 'AwsSolutions-CFR4',
    where: /Console\/Distribution$/,
    reason:
      'The certificate of CloudFront allows no other choice (documented). A domain of your own brings its certificate.',
  },
  {
    rule: 'AwsSolutions-CFR7',
    where: /Console\/Distribution$/,
    reason:
      'The pages have an origin access control. An upload is allowed by the signature of its form; one of CloudFront would allow any upload.',
  },
  {
    rule: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    where: new RegExp(`${COPY}/ServiceRole$`),
    reason: 'CDK gives its copying function the policy that AWS makes for logs; it runs in deployments alone.',
  },
  ...[
    'Action::s3:GetBucket*',
    'Action::s3:GetObject*',
    'Action::s3:List*',
    'Action::s3:Abort*',
    'Action::s3:DeleteObject*',
    `Resource::arn:${partitionOf(region)}:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-${region ?? '<AWS::Region>'}/*`,
    'Resource::<ConsolePages082CCFA4.Arn>/*',
  ].map((what) => ({
    rule: `AwsSolutions-IAM5[${what}]`,
    where: new RegExp(`${COPY}/ServiceRole/DefaultPolicy$`),
    reason: AGAIN,
  })),
  ...['AwsSolutions-L1', 'Serverless-LambdaDLQ', 'Serverless-LambdaLatestVersion', 'Serverless-LambdaTracing'].map(
    (rule) => ({
      rule,
      where: new RegExp(`${COPY}$`),
      reason: 'CDK chooses the runtime of its copying function, which CloudFormation calls in deployments alone.',
    }),
  ),
];
