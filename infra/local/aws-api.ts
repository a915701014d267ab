import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { localSecret } from './credentials.ts';
import type { BusEntry } from './event-bus.ts';
import { historyEventOf } from './history.ts';
import { bodyOf, type LocalServer, listen } from './http.ts';
import { denialOf, type Permissions } from './iam/roles.ts';
import { kmsOperations, type LocalKeys } from './kms/keys.ts';
import { signerOf } from './sigv4.ts';
import type { Machine } from './state-machine.ts';

/** A request is at most 1 MB at Step Functions, and less at the other services. Bytes. */
const MAX_BODY_BYTES = 1_048_576;

type Operation = (input: Record<string, string>) => Record<string, unknown>;

/** The backends of the services. */
type Backends = {
  machine: Machine;
  /** Other machines of the deployment. */
  others?: readonly Machine[];
  /** Each secret's value by ARN; read at every call, so that one can be rotated. */
  secrets: Map<string, string>;
  /** The keys of KMS that sign. */
  keys?: LocalKeys;
  /** @returns false when there is no such bus */
  announce: (entry: BusEntry) => boolean;
  /** The permissions of the roles; without it every call is allowed. */
  permissions?: Permissions;
  port?: number | undefined;
};

/** The IAM prefixes of the services. */
const prefixes: Record<string, string> = {
  AWSStepFunctions: 'states',
  secretsmanager: 'secretsmanager',
  AWSEvents: 'events',
  TrentService: 'kms',
};

/** The answer to an unknown caller. */
export const unknownCaller = {
  __type: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};

/**
 * The ARNs of the resources of each operation. A task token belongs to its machine, which AWS names when it refuses one.
 * An operation that is not listed needs all resources, which no role of ours has.
 */
const resourcesOf = (target: string, input: Record<string, unknown>, machineArn: string): string[] => {
  const text = (field: string) => String(input[field]);
  switch (target) {
    case 'AWSStepFunctions.StartExecution':
      return [text('stateMachineArn')];
    case 'AWSStepFunctions.StopExecution':
    case 'AWSStepFunctions.DescribeExecution':
    case 'AWSStepFunctions.GetExecutionHistory':
      return [text('executionArn')];
    case 'AWSStepFunctions.SendTaskSuccess':
    case 'AWSStepFunctions.SendTaskFailure':
      return [machineArn];
    case 'secretsmanager.GetSecretValue':
    case 'secretsmanager.PutSecretValue':
      return [text('SecretId')];
    case 'TrentService.Sign':
    case 'TrentService.GetPublicKey':
      return [text('KeyId')];
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
 * Step Functions, Secrets Manager, EventBridge and KMS for their SDK clients: start, stop and describe executions, task tokens,
 * secrets, events and signatures, and the states of executions, in the JSON protocol. Every other operation is an UnknownOperationException. Only calls that are signed
 * with this run's credentials are answered: a secret may be Truora's real key, and every process of this machine can reach the
 * port.
 */
export const startAwsApi = ({
  machine,
  others = [],
  secrets,
  keys = new Map(),
  announce,
  permissions,
  port,
}: Backends): Promise<LocalServer> => {
  const ofExecution = (executionArn = ''): Machine =>
    others.find(({ arn }) => executionArn.startsWith(`${arn.replace(':stateMachine:', ':execution:')}:`)) ?? machine;
  const execution = (executionArn: string | undefined) => {
    const found = ofExecution(executionArn).describe(executionArn ?? '');
    if (!found) throw failure('ExecutionDoesNotExist', 'Execution Does Not Exist');
    return found;
  };
  const operations: Record<string, Operation> = {
    ...kmsOperations(keys),
    'AWSStepFunctions.StartExecution': ({ stateMachineArn, input = '{}', name }) => {
      const started = [machine, ...others].find(({ arn }) => arn === stateMachineArn);
      if (!started) throw failure('StateMachineDoesNotExist', 'State Machine Does Not Exist');
      return { executionArn: started.start(JSON.parse(input), name).executionArn, startDate: Date.now() / 1000 };
    },
    'AWSStepFunctions.StopExecution': ({ executionArn }) => {
      ofExecution(executionArn).stop(execution(executionArn).executionArn);
      return { stopDate: Date.now() / 1000 };
    },
    'AWSStepFunctions.DescribeExecution': ({ executionArn }) => {
      const { status, input, output, error, cause } = execution(executionArn);
      const text = output === undefined ? undefined : JSON.stringify(output);
      return {
        executionArn,
        stateMachineArn: ofExecution(executionArn).arn,
        status,
        input: JSON.stringify(input),
        output: text,
        error,
        cause,
      };
    },
    // Of a history the states that were entered and the errors of functions, without data. Always one page.
    'AWSStepFunctions.GetExecutionHistory': ({ executionArn }) => ({
      events: (execution(executionArn).history ?? []).map((event, n) => ({ id: n + 1, ...historyEventOf(event) })),
    }),
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
      // The call itself succeeds even when no entry was accepted.
      return { FailedEntryCount: answers.filter((one) => 'ErrorCode' in one).length, Entries: answers };
    },
  };
  const refuseOthers = (headers: IncomingHttpHeaders, target: string, input: Record<string, unknown>): void => {
    const role = permissions?.callerOf(headers);
    const [service = '', verb] = target.split('.');
    for (const resource of resourcesOf(target, input, machine.arn)) {
      const ask = { action: `${prefixes[service]}:${verb}`, resource };
      if (permissions?.may(role, ask) === false) throw failure('AccessDeniedException', denialOf(role, ask));
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
    if (body && signerOf({ method, url, headers, body }, localSecret, service) === undefined) {
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
