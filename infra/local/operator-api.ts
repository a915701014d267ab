import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { localSecret } from './credentials.ts';
import type { DeadLetter } from './event-bus.ts';
import { bodyOf, type LocalServer, listen } from './http.ts';
import { denialOf, type Permissions } from './iam/roles.ts';
import type { LambdaHost } from './lambda.ts';
import { signerOf } from './sigv4.ts';
import { resourcesOf, type Template } from './template.ts';

/** The limit of Lambda on an event that is sent with an invocation. Bytes. */
const MAX_BODY_BYTES = 1_048_576;

type Reply = { status: number; body: unknown; headers?: Record<string, string> };

type Parts = {
  template: Template;
  lambda: LambdaHost;
  /** The messages of every queue; a deleted one is taken out. */
  deadLetters: DeadLetter[];
  /** The permissions of the roles: ReadHealth counts the messages of the queues. */
  permissions?: Permissions | undefined;
  port?: number | undefined;
};

const refusal = (status: number, type: string, message: string): Reply => ({
  status,
  body: { __type: type, message },
  headers: { 'x-amzn-errortype': type },
});

/**
 * The two services that operators call, as their SDK clients reach them: Lambda (Invoke, GetFunctionConfiguration) and SQS
 * (ReceiveMessage, DeleteMessage, ChangeMessageVisibility, and GetQueueAttributes, which ReadHealth calls). Everything else is an error. Only calls that are signed with this
 * run's credentials are answered. A received message stays visible: one operator works at a time.
 */
export const startOperatorApi = ({
  template,
  lambda,
  deadLetters,
  permissions,
  port = 0,
}: Parts): Promise<LocalServer> => {
  const functions = new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) => [id, properties]),
  );

  const callLambda = async (method: string, path: string, body: string): Promise<Reply> => {
    const [, name = '', verb = ''] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const properties = functions.get(decodeURIComponent(name));
    if (!properties) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    if (method === 'GET' && verb === 'configuration') {
      return { status: 200, body: { FunctionName: name, Environment: properties.Environment } };
    }
    if (method !== 'POST' || verb !== 'invocations') return refusal(400, 'UnknownOperationException', verb);
    const answer = await lambda.invoke(name, JSON.parse(body || '{}'));
    if ('result' in answer) return { status: 200, body: answer.result };
    return { status: 200, body: answer.error, headers: { 'x-amz-function-error': 'Unhandled' } };
  };

  const idOf = ({ queueArn, body }: DeadLetter): string =>
    createHash('sha256').update(`${queueArn} ${body}`).digest('hex').slice(0, 32);

  const callQueue = (operation: string, input: { QueueUrl?: string; ReceiptHandle?: string }): Reply => {
    const queue = input.QueueUrl?.split('/').at(-1) ?? '';
    const own = deadLetters.filter(({ queueArn }) => queueArn.endsWith(`:${queue}`));
    const found = own.find((letter) => idOf(letter) === input.ReceiptHandle);
    switch (operation) {
      case 'GetQueueAttributes': {
        const counts = {
          ApproximateNumberOfMessages: String(own.length),
          ApproximateNumberOfMessagesNotVisible: '0',
        };
        return { status: 200, body: { Attributes: counts } };
      }
      case 'ReceiveMessage':
        return {
          status: 200,
          body: {
            Messages: own.map((letter) => ({
              MessageId: idOf(letter),
              ReceiptHandle: idOf(letter),
              Body: letter.body,
              MD5OfBody: createHash('md5').update(letter.body).digest('hex'),
            })),
          },
        };
      case 'DeleteMessage':
        if (found) deadLetters.splice(deadLetters.indexOf(found), 1);
        return { status: 200, body: {} };
      case 'ChangeMessageVisibility':
        return { status: 200, body: {} };
      default:
        return refusal(400, 'UnknownOperationException', operation);
    }
  };

  const queueArns = new Map(resourcesOf(template, 'AWS::SQS::Queue').map(({ ref, arn }) => [ref, arn]));

  /** A function may what its role allows; a person is an operator. */
  const denied = (operation: string, input: { QueueUrl?: string }, headers: IncomingHttpHeaders): Reply | undefined => {
    const role = permissions?.callerOf(headers);
    const queue = input.QueueUrl?.split('/').at(-1) ?? '';
    const ask = { action: `sqs:${operation}`, resource: queueArns.get(queue) ?? '*' };
    return permissions?.may(role, ask) === false ? refusal(400, 'AccessDenied', denialOf(role, ask)) : undefined;
  };

  return listen(async (request, response) => {
    const { method = '', url = '/', headers } = request;
    const body = await bodyOf(request, MAX_BODY_BYTES);
    const target = /^AmazonSQS\.(\w+)$/.exec(String(headers['x-amz-target']))?.[1];
    const isSigned = body && signerOf({ method, url, headers, body }, localSecret, target ? 'sqs' : 'lambda');
    const text = body?.toString('utf8') ?? '';
    const reply = !isSigned
      ? refusal(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.')
      : target
        ? (denied(target, JSON.parse(text), headers) ?? callQueue(target, JSON.parse(text)))
        : await callLambda(method, url.split('?')[0] ?? '', text);
    response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0', ...reply.headers });
    response.end(JSON.stringify(reply.body));
  }, port);
};
