import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { deskSecret } from './credentials.ts';
import type { BusEntry } from './event-bus.ts';
import { bodyOf, type LocalServer, listen } from './http.ts';
import { denialOf, type Rights } from './iam/roles.ts';
import { signerOf } from './sigv4.ts';
import type { Machine } from './state-machine.ts';

/** A request of ours is at most 1 MB at Step Functions, and less at the others. Bytes. */
const MAX_BODY_BYTES = 1_048_576;

type Operation = (input: Record<string, string>) => Record<string, unknown>;

/** What stands behind the services. */
type Rooms = {
  machine: Machine;
  /** What each secret holds, by ARN; read at every call, so that one can be rotated. */
  secrets: Map<string, string>;
  /** @returns false when there is no such bus */
  announce: (entry: BusEntry) => boolean;
  /** Who may do what; everybody everything when left out. */
  rights?: Rights;
  port?: number | undefined;
};

/** What IAM calls the services. */
const prefixes: Record<string, string> = {
  AWSStepFunctions: 'states',
  secretsmanager: 'secretsmanager',
  AWSEvents: 'events',
};

/** What a service answers whose caller it does not know. */
export const unknownCaller = {
  __type: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};

/**
 * What each operation is about, by ARN. A task token belongs to its machine: that is how AWS names a refused one.
 * An operation that is not named here is about everything, which no role of ours may touch.
 */
const resourcesOf = (target: string, input: Record<string, unknown>, machineArn: string): string[] => {
  const text = (field: string) => String(input[field]);
  switch (target) {
    case 'AWSStepFunctions.StartExecution':
      return [text('stateMachineArn')];
    case 'AWSStepFunctions.StopExecution':
    case 'AWSStepFunctions.DescribeExecution':
      return [text('executionArn')];
    case 'AWSStepFunctions.SendTaskSuccess':
    case 'AWSStepFunctions.SendTaskFailure':
      return [machineArn];
    case 'secretsmanager.GetSecretValue':
    case 'secretsmanager.PutSecretValue':
      return [text('SecretId')];
    case 'AWSEvents.PutEvents': {
      const busArn = (name: string) =>
        machineArn.replace(/:states:(.*):stateMachine:.*$/, `:events:$1:event-bus/${name}`);
      return (input.Entries as BusEntry[]).map(({ EventBusName }) => busArn(EventBusName));
    }
    default:
      return ['*'];
  }
};

/**
 * Step Functions, Secrets Manager and EventBridge as their SDK clients reach them: starting, stopping and describing
 * executions, task tokens, secrets and events, in the JSON protocol all speak. Anything else is an
 * UnknownOperationException, never a silent yes. Only calls that this run's own credentials have signed are answered: a
 * secret may be Truora's real key, and every process of this machine can reach the port.
 */
export const startAwsApi = ({ machine, secrets, announce, rights, port }: Rooms): Promise<LocalServer> => {
  const execution = (executionArn: string | undefined) => {
    const found = machine.describe(executionArn ?? '');
    if (!found) throw failure('ExecutionDoesNotExist', 'Execution Does Not Exist');
    return found;
  };
  const operations: Record<string, Operation> = {
    'AWSStepFunctions.StartExecution': ({ stateMachineArn, input = '{}', name }) => {
      if (stateMachineArn !== machine.arn) throw failure('StateMachineDoesNotExist', 'State Machine Does Not Exist');
      return { executionArn: machine.start(JSON.parse(input), name).executionArn, startDate: Date.now() / 1000 };
    },
    'AWSStepFunctions.StopExecution': ({ executionArn }) => {
      machine.stop(execution(executionArn).executionArn);
      return { stopDate: Date.now() / 1000 };
    },
    'AWSStepFunctions.DescribeExecution': ({ executionArn }) => {
      const { status, input, output, error, cause } = execution(executionArn);
      const text = output === undefined ? undefined : JSON.stringify(output);
      return {
        executionArn,
        stateMachineArn: machine.arn,
        status,
        input: JSON.stringify(input),
        output: text,
        error,
        cause,
      };
    },
    'AWSStepFunctions.SendTaskSuccess': ({ taskToken = '', output = '' }) => {
      machine.sendTaskSuccess(taskToken, output);
      return {};
    },
    'AWSStepFunctions.SendTaskFailure': ({ taskToken = '', error = '', cause = '' }) => {
      machine.sendTaskFailure(taskToken, error, cause);
      return {};
    },
    'secretsmanager.GetSecretValue': ({ SecretId = '' }) => {
      const SecretString = secrets.get(SecretId);
      if (SecretString === undefined) throw failure('ResourceNotFoundException', "can't find the specified secret.");
      return { ARN: SecretId, Name: SecretId, SecretString, VersionStages: ['AWSCURRENT'] };
    },
    'secretsmanager.PutSecretValue': ({ SecretId = '', SecretString = '' }) => {
      if (!secrets.has(SecretId)) throw failure('ResourceNotFoundException', "can't find the specified secret.");
      secrets.set(SecretId, SecretString);
      return { ARN: SecretId, Name: SecretId, VersionId: randomUUID(), VersionStages: ['AWSCURRENT'] };
    },
    'AWSEvents.PutEvents': ({ Entries }) => {
      const answers = (Entries as unknown as BusEntry[]).map((entry) =>
        announce(entry)
          ? { EventId: randomUUID() }
          : { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Event bus does not exist.' },
      );
      // The call itself is answered with a yes even when no entry was taken.
      return { FailedEntryCount: answers.filter((one) => 'ErrorCode' in one).length, Entries: answers };
    },
  };
  const refuseOthers = (headers: IncomingHttpHeaders, target: string, input: Record<string, unknown>): void => {
    const role = rights?.callerOf(headers);
    const [service = '', verb] = target.split('.');
    for (const resource of resourcesOf(target, input, machine.arn)) {
      const ask = { action: `${prefixes[service]}:${verb}`, resource };
      if (rights?.may(role, ask) === false) throw failure('AccessDeniedException', denialOf(role, ask));
    }
  };
  return listen(async (request, response) => {
    const body = await bodyOf(request, MAX_BODY_BYTES);
    const answer = (status: number, content: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(content));
    };
    const target = String(request.headers['x-amz-target']);
    const operation = operations[target];
    const { method = '', url = '/', headers } = request;
    const service = prefixes[target.split('.')[0] ?? ''];
    if (body && signerOf({ method, url, headers, body }, deskSecret, service) === undefined) {
      return answer(400, unknownCaller);
    }
    if (!operation || !body) return answer(400, { __type: 'UnknownOperationException', message: target });
    try {
      const input = JSON.parse(body.toString('utf8'));
      refuseOthers(request.headers, target, input);
      answer(200, operation(input));
    } catch (error) {
      const { name, message } = error as Error;
      answer(400, { __type: name, message });
    }
  }, port);
};

const failure = (name: string, message: string) => Object.assign(new Error(message), { name });
