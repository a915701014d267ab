import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Problem } from '../../shared/domain/problem.ts';

export const CALLER = 'iam:arn:aws:sts::000000000000:assumed-role/Caller';

/** The event of a call that IAM has let in. */
export const callEvent = ({
  body,
  headers = {},
  path,
  query,
  authorizer = { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Caller/session-1' } },
}: {
  body?: unknown;
  headers?: Record<string, string>;
  path?: Record<string, string>;
  query?: Record<string, string>;
  authorizer?: object;
} = {}): APIGatewayProxyEventV2 =>
  ({
    version: '2.0',
    headers: { 'content-type': 'application/json', ...headers },
    ...(path ? { pathParameters: path } : {}),
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: { authorizer },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
  }) as unknown as APIGatewayProxyEventV2;

type Answer = APIGatewayProxyStructuredResultV2;

export const contentOf = <Content>({ body = '{}' }: Answer): Content => JSON.parse(body) as Content;

/** The code of the problem document that an answer has to be. */
export const codeOf = (answer: Answer): string => {
  const problem = Problem.parse(contentOf(answer));
  if (answer.headers?.['content-type'] !== 'application/problem+json') throw new TypeError('no problem document');
  if (answer.statusCode !== problem.status) throw new TypeError('the status is another than the document says');
  return problem.code;
};
