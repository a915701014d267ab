import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import type { LocalSystemOptions } from '../../infra/local/local-system.ts';
import type { Ran } from './command-line.ts';
import { openRunning, type Running } from './running.ts';

/** The answers that a test changes. */
type Answers = {
  /** The outputs that the stage has published. Undefined: no such stage is deployed. */
  outputs: Record<string, string> | undefined;
  /** Where alarms go: the ARN of a subscription, or `PendingConfirmation`. */
  subscriptions: string[];
  /** An error in place of every answer. */
  refusal: { status: number; code: string } | undefined;
};

/** The local system as the stage `test` in AWS: a command finds it by `--stage test` alone, with the SDK's variables. */
export type AwsStage = {
  running: Running;
  answers: Answers;
  /** The calls of STS, Parameter Store and SNS, in their order. */
  asked: string[];
  /** The address of the stand-in for these services. Its path `/refusing` refuses each call. */
  origin: string;
  /** Runs a command with `--stage test` in a folder in which no local system runs. */
  cli: (argv: readonly string[], how?: Parameters<Running['cli']>[1]) => Promise<Ran>;
  /** Sets the answers to those of a stage that works. */
  reset(): void;
  close(): Promise<void>;
};

const ACCOUNT = '111122223333';

const error = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

const answer = (action: string, result: string) =>
  `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;

const identity = `<Arn>arn:aws:iam::${ACCOUNT}:user/operator</Arn><UserId>AIDAEXAMPLE</UserId><Account>${ACCOUNT}</Account>`;

const subscription = (arn: string) =>
  `<member><SubscriptionArn>${arn}</SubscriptionArn><Owner>${ACCOUNT}</Owner><Protocol>email</Protocol><Endpoint>ops@example.com</Endpoint></member>`;

/** Starts the local system and, in front of it, a stand-in of the services that only AWS has, in their wire form. */
export const openAwsStage = async (options: LocalSystemOptions = {}): Promise<AwsStage> => {
  const running = await openRunning(options);
  const asked: string[] = [];
  const working = (): Answers => ({
    outputs: { ...running.system.deployment.outputs },
    subscriptions: [`${running.system.deployment.outputs.AlarmTopic}:0123`],
    refusal: undefined,
  });
  const answers = working();

  /** Parameter Store speaks JSON, and the other two the query protocol. */
  const parameter = ({ Name }: { Name: string }): [number, object] =>
    Name === '/face-revalidation-test/deployment' && answers.outputs
      ? [200, { Parameter: { Name, Type: 'String', Value: JSON.stringify(answers.outputs), Version: 1 } }]
      : [400, { __type: 'ParameterNotFound' }];
  const queried = (action: string): string =>
    action === 'GetCallerIdentity'
      ? identity
      : `<Subscriptions>${answers.subscriptions.map(subscription).join('')}</Subscriptions>`;

  const aws: LocalServer = await listen(async (request, response) => {
    const body = String(await bodyOf(request, 100_000));
    const target = /^AmazonSSM\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1];
    const action = target ?? new URLSearchParams(body).get('Action') ?? '';
    if (
      request.url === '/refusing' ||
      !['GetParameter', 'GetCallerIdentity', 'ListSubscriptionsByTopic'].includes(action)
    )
      return void response.writeHead(401).end();
    asked.push(action);
    const { refusal } = answers;
    if (target) {
      const [status, content] = refusal ? [refusal.status, { __type: refusal.code }] : parameter(JSON.parse(body));
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
    } else
      response
        .writeHead(refusal?.status ?? 200, { 'content-type': 'text/xml' })
        .end(refusal ? error(refusal.code) : answer(action, queried(action)));
  });
  // One variable for every service that has none of its own.
  process.env.AWS_ENDPOINT_URL = aws.origin;

  return {
    running,
    answers,
    asked,
    origin: aws.origin,
    cli: (argv, how) =>
      running.cli([...argv, '--stage', 'test', '--region', 'us-east-1'], { stateFolder: '/nowhere', ...how }),
    reset: () => {
      Object.assign(answers, working());
      asked.length = 0;
    },
    close: async () => {
      await aws.close();
      await running.close();
    },
  };
};
